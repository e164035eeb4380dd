/**
 * Runs golden cases against the project: `deno task golden FILE...`. A file holds JSON lines, or one JSON
 * object `{ cases }`; which suite a case belongs to is told from its content. A folder stands for its .json
 * and .jsonl files; a README is left out. Exits 0 only if every case passes, 1 if one fails or a file cannot
 * be read, 2 without files.
 *
 * The reference's prompt wording is not part of the project. `--template FILE` gives it; without, it is
 * read out of the file's own rows, which must then all follow it. `--save-template FILE` keeps what was
 * read, for `deno task ablate --template FILE`.
 *
 * @module
 */
import { hashTemplate, loadTemplate, replaceFile } from "@terse/data";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { isPromptGoldenCase } from "./golden_prompt_case.ts";
import { promptSuite } from "./golden_prompts.ts";
import { findDifferences, type GoldenSuite, parseGoldenCases, SUITES } from "./golden_suites.ts";
import { readReleasedWording } from "./golden_wording.ts";

const SHOWN_FAILURES = 5;
const SHOWN_DIFFERENCES = 3;
const USAGE = "Usage: deno task golden [--template FILE] [--save-template FILE] FILE|DIR...";

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      args: Deno.args,
      options: { template: { type: "string" }, "save-template": { type: "string" } },
      allowPositionals: true,
    });
    if (positionals.length > 0) return { ...values, paths: positionals };
  } catch (error) {
    console.error((error as Error).message);
  }
  console.error(USAGE);
  Deno.exit(2);
}

const options = readArguments();

/** The suites for a file's cases: with prompts among them, one for the wording they are held against. */
async function suitesFor(path: string, cases: readonly unknown[]): Promise<readonly GoldenSuite[]> {
  const prompts = cases.filter(isPromptGoldenCase);
  if (prompts.length === 0) return SUITES;
  const read = readReleasedWording(prompts);
  const { template } = options;
  const wording = template === undefined
    ? read
    : { ...read, template: await loadTemplate(template) };
  const hash = (await hashTemplate(wording.template)).slice(0, 12);
  console.log(`${path}: wording of ${template ?? "its own rows"} (sha256 ${hash})`);
  const copy = options["save-template"];
  if (copy !== undefined) {
    const text = `${JSON.stringify(wording.template, null, 2)}\n`;
    await replaceFile(copy, (temporary) => Deno.writeTextFile(temporary, text));
  }
  return [promptSuite(wording), ...SUITES];
}

/** The files that paths name: folders' cases in name order, and no documents, which a glob brings along. */
async function goldenFiles(paths: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const path of paths) {
    const isFolder = await Deno.stat(path).then(({ isDirectory }) => isDirectory, () => false);
    if (isFolder) {
      const names = (await Array.fromAsync(Deno.readDir(path))).map(({ name }) => name);
      files.push(
        ...names.filter((name) => /\.jsonl?$/.test(name)).sort().map((name) => join(path, name)),
      );
    } else if (path.endsWith(".md")) console.log(`${path}: no cases but a document; left out`);
    else files.push(path);
  }
  return files;
}

let passed = 0;
let failed = 0;
for (const path of await goldenFiles(options.paths)) {
  let cases: readonly unknown[];
  let suites: readonly GoldenSuite[];
  try {
    cases = parseGoldenCases(await Deno.readTextFile(path), path);
    suites = await suitesFor(path, cases);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    failed++;
    continue;
  }
  let failedHere = 0;
  for (const [index, caseObject] of cases.entries()) {
    const differences = await findDifferences(caseObject, suites);
    if (differences.length === 0) continue;
    failedHere++;
    if (failedHere > SHOWN_FAILURES) continue;
    console.log(`${path}: case ${index + 1} failed`);
    for (const difference of differences.slice(0, SHOWN_DIFFERENCES)) {
      console.log(`  ${difference}`);
    }
  }
  console.log(`${path}: ${cases.length - failedHere} passed, ${failedHere} failed`);
  passed += cases.length - failedHere;
  failed += failedHere;
}
console.log(`${passed} passed, ${failed} failed`);
// A file without cases shows nothing, and must not look like a success.
Deno.exit(failed === 0 && passed > 0 ? 0 : 1);
