/**
 * Runs golden cases against the project: `deno task golden FILE...`. A file holds JSON lines, or one JSON
 * object `{ cases }`; which suite a case belongs to is told from its content. Exits 0 only if every case
 * passes, 1 if one fails or a file cannot be read, 2 without files.
 *
 * @module
 */
import { findDifferences, parseGoldenCases } from "./golden_suites.ts";

const SHOWN_FAILURES = 5;
const SHOWN_DIFFERENCES = 3;

if (Deno.args.length === 0) {
  console.error("Usage: deno task golden FILE...");
  Deno.exit(2);
}

let passed = 0;
let failed = 0;
for (const path of Deno.args) {
  let cases: readonly unknown[];
  try {
    cases = parseGoldenCases(await Deno.readTextFile(path), path);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    failed++;
    continue;
  }
  let failedHere = 0;
  for (const [index, caseObject] of cases.entries()) {
    const differences = await findDifferences(caseObject);
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
