/**
 * Runs golden cases against the project: `deno task golden FILE...`. Files are JSON lines of reward
 * and metric cases, or one JSON object `{ cases }` of GRPO mathematics. Exits 0 only if every case
 * passes.
 *
 * @module
 */
import { goldenKind, runGoldenCase } from "@terse/rewards";
import { type GrpoGoldenCase, runGrpoGoldenCase } from "../lib/rl/grpo/golden.ts";

const SHOWN_FAILURES = 5;
const SHOWN_DIFFERENCES = 3;

function parseLine(line: string, path: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new SyntaxError(
      `Cannot read ${path}: line ${number} must be JSON: ${(error as Error).message}`,
    );
  }
}

async function readCases(path: string): Promise<unknown[]> {
  const text = await Deno.readTextFile(path);
  if (path.endsWith(".jsonl")) {
    return text.trimEnd().split("\n").map((line, i) => parseLine(line, path, i + 1));
  }
  const { cases } = JSON.parse(text) as { cases?: unknown };
  if (!Array.isArray(cases)) {
    throw new TypeError(
      `Cannot run ${path}: cases must be a list: current value is ${typeof cases}`,
    );
  }
  return cases;
}

/** Differences of one case; a case that cannot be run differs by its error, so that the rest still runs. */
async function findDifferences(caseObject: unknown): Promise<readonly string[]> {
  if (goldenKind(caseObject) !== null) return runGoldenCase(caseObject).differences;
  try {
    const result = await runGrpoGoldenCase(caseObject as GrpoGoldenCase);
    return result.passed ? [] : result.differences;
  } catch (error) {
    return [(error as Error).message];
  }
}

if (Deno.args.length === 0) {
  console.error("Usage: deno task golden FILE...");
  Deno.exit(2);
}

let passed = 0;
let failed = 0;
for (const path of Deno.args) {
  let passedHere = 0;
  let failedHere = 0;
  for (const [index, caseObject] of (await readCases(path)).entries()) {
    const differences = await findDifferences(caseObject);
    if (differences.length === 0) {
      passedHere++;
      continue;
    }
    failedHere++;
    if (failedHere > SHOWN_FAILURES) continue;
    console.log(`${path}: case ${index + 1} failed`);
    for (const difference of differences.slice(0, SHOWN_DIFFERENCES)) {
      console.log(`  ${difference}`);
    }
  }
  console.log(`${path}: ${passedHere} passed, ${failedHere} failed`);
  passed += passedHere;
  failed += failedHere;
}
console.log(`${passed} passed, ${failed} failed`);
Deno.exit(failed === 0 ? 0 : 1);
