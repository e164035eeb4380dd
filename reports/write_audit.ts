/**
 * Writes an audit's page: `deno run -A reports/write_audit.ts AUDIT.json PAGE` writes PAGE whole or not at
 * all.
 *
 * @module
 */

import { replaceFile } from "@terse/data";
import { type AuditReport, auditSchema } from "./audit/audit_file.ts";
import { auditBody } from "./audit/findings.ts";
import { buildPage } from "./page/page_parts.ts";
import { readStyles } from "./page/styles.ts";

/** The page of an audit as one HTML document. */
export async function renderAudit(audit: AuditReport): Promise<string> {
  return await buildPage({
    title: audit.name,
    kicker: "audit of rewards",
    lead: "What a policy could exploit in these rewards.",
    sections: [{ id: "audit", title: "What was found", short: "Findings", body: auditBody(audit) }],
    footer: "<p>This page loads nothing from the network.</p>",
    style: await readStyles(),
    scripts: [],
  });
}

if (import.meta.main) {
  const [path, page, ...rest] = Deno.args;
  if (path === undefined || page === undefined || rest.length > 0) {
    console.error("Usage: deno run -A reports/write_audit.ts AUDIT.json PAGE");
    Deno.exit(2);
  }
  try {
    const audit = auditSchema.parse(JSON.parse(await Deno.readTextFile(path)));
    const html = await renderAudit(audit);
    await replaceFile(page, (temporary) => Deno.writeTextFile(temporary, html));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
