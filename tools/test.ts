/**
 * `deno task test [--engine tensorflow]`: the fast checks and all tests, or those that compute with an
 * engine on another one. The last line counts: `N passed, N failed, N skipped`.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { FAST_PARTS, runParts } from "./check_parts.ts";
import { runDeno } from "./run_command.ts";

/** The counts of a `deno test` summary line. */
export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Reads `ok | 7 passed (3 steps) | 0 failed | 2 ignored (1s)`; null if the text has no such line. */
export function readSummary(output: string): TestCounts | null {
  const line = output.split("\n").findLast((text) => /^(ok|FAILED) \| \d+ passed/.test(text));
  if (line === undefined) return null;
  const count = (word: string) => Number(new RegExp(`(\\d+) ${word}`).exec(line)?.[1] ?? 0);
  return { passed: count("passed"), failed: count("failed"), skipped: count("ignored") };
}

/** Folders with tests. */
const TESTED = ["lib", "experiments", "reports", "notebooks", "tools"];
/** Tests that compute with the engine that TERSE_TEST_ENGINE names. */
const ENGINE_TESTED = ["lib/rl/engine", "lib/rl/model", "lib/rl/rollout", "lib/rl/train"];

if (import.meta.main) {
  const { values } = parseArgs({ options: { engine: { type: "string" } } });
  const checks = values.engine === undefined
    ? await runParts(FAST_PARTS)
    : { passed: 0, failed: 0 };
  const args = values.engine === undefined ? ["--parallel", ...TESTED] : ENGINE_TESTED;
  const { success, output } = await runDeno(["test", "-A", "--no-check", ...args], {
    quiet: false,
    env: values.engine === undefined ? {} : { TERSE_TEST_ENGINE: values.engine },
  });
  const counts = readSummary(output) ?? { passed: 0, failed: 1, skipped: 0 };
  // A runner that failed without a failed test (a crash, a leak) must not look like a success.
  const failed = checks.failed + Math.max(counts.failed, success ? 0 : 1);
  console.log(
    `${checks.passed + counts.passed} passed, ${failed} failed, ${counts.skipped} skipped`,
  );
  if (failed > 0) Deno.exit(1);
}
