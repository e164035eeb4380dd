/**
 * Writes an inspection's page: `deno run -A reports/write_inspection.ts PAGE` reads the inspection as
 * JSON from standard input and writes PAGE whole or not at all.
 *
 * @module
 */

import { type Inspection, replaceFile } from "@terse/data";
import { escapeHtml } from "./escape.ts";
import { inspectionSections } from "./inspection/sections.ts";
import { buildPage } from "./page/page_parts.ts";
import { readStyles } from "./page/styles.ts";

/** The page of an inspection as one HTML document. */
export async function renderInspection(found: Inspection): Promise<string> {
  return await buildPage({
    title: found.title,
    kicker: "data inspection",
    lead: "What is in these questions, and what should be looked at before they are used.",
    sections: await inspectionSections(found),
    footer: `<p>Made from ${
      found.files.map(({ path }) => escapeHtml(path)).join(", ")
    } and nothing else. ` +
      `This page loads nothing from the network.</p>`,
    style: await readStyles(),
    scripts: [],
  });
}

if (import.meta.main) {
  const [path, ...rest] = Deno.args;
  if (path === undefined || rest.length > 0) {
    console.error("Usage: deno run -A reports/write_inspection.ts PAGE < INSPECTION.json");
    Deno.exit(2);
  }
  try {
    const found = await new Response(Deno.stdin.readable).json() as Inspection;
    const html = await renderInspection(found);
    await replaceFile(path, (temporary) => Deno.writeTextFile(temporary, html));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
