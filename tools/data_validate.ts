/**
 * Checks data files: every row must load, and its gold answer, written between answer tags, must earn
 * full marks under the corrected reward.
 *
 * deno task data:validate FILE...
 *
 * @module
 */

import { DataError, findDataFiles, streamRecords } from "@terse/data";
import { validateGold } from "@terse/rewards";
import { parseDataArguments, UsageError } from "./data_arguments.ts";

const HELP = `Checks that every row of data files loads and that its gold answer earns full marks.

Usage: deno task data:validate FILE... [--on-bad-row fail|skip]

  FILE              parquet, JSON lines, JSON or CSV in any layout that terse reads, or a folder of them
  --on-bad-row HOW  skip (default): list every bad row and go on; fail: stop at the first one
  -h, --help        this text

The last line says "N passed, N failed": a row that does not load has failed, and so has a file that
cannot be read. Exit status: 0 if all passed, 1 if any failed, 2 for a wrong command line.
`;

/** Rows between two looks at the clock. */
const ROWS_PER_NOTE = 1000;

/** What was counted. */
export interface ValidationCounts {
  readonly passed: number;
  readonly failed: number;
}

/** Shows how far the work is, where there is a terminal. */
function makeMeter(path: string, isTerminal: boolean): { tick(): void; clear(): void } {
  const startMs = performance.now();
  let rows = 0;
  const write = (text: string) => Deno.stderr.writeSync(new TextEncoder().encode(text));
  return {
    tick() {
      if (++rows % ROWS_PER_NOTE !== 0 || !isTerminal) return;
      const rate = rows / ((performance.now() - startMs) / 1000);
      write(`\r\x1b[K${path}: ${rows} rows, ${rate.toFixed(0)} a second`);
    },
    clear() {
      if (isTerminal) write("\r\x1b[K");
    },
  };
}

/**
 * Validates one file.
 *
 * @param print Takes a line for each row or file that failed, and one for the file.
 * @param onBadRow `skip` goes on after a bad row.
 */
export async function validateFile(
  path: string,
  onBadRow: "fail" | "skip",
  print: (line: string) => void,
  isTerminal = false,
): Promise<ValidationCounts> {
  let passed = 0;
  let failed = 0;
  let layout = "no known layout";
  const fail = (line: string): void => {
    failed++;
    print(`FAIL ${line}`);
  };
  const meter = makeMeter(path, isTerminal);
  try {
    const stream = streamRecords(path, {
      onBadRow,
      onSkip: (bad) => fail(new DataError(bad).message),
      onLayout: (name) => layout = name,
      onNotice: (notice) => print(`note: ${notice}`),
    });
    for await (const { row, record } of stream) {
      try {
        validateGold(record);
        passed++;
      } catch (error) {
        fail(`${path}, row ${row}: ${(error as Error).message}`);
        if (onBadRow === "fail") break;
      }
      meter.tick();
    }
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    fail(error.message);
  } finally {
    meter.clear();
  }
  print(`${path} (${layout}): ${passed} passed, ${failed} failed`);
  return { passed, failed };
}

/**
 * Runs the command.
 *
 * @returns The exit status.
 * @throws {UsageError} for a command line that cannot be followed.
 */
export async function runValidation(
  args: readonly string[],
  print: (line: string) => void,
  isTerminal = false,
): Promise<number> {
  const parsed = parseDataArguments(args, { "on-bad-row": ["fail", "skip"] });
  if (parsed === "help") {
    print(HELP);
    return 0;
  }
  if (parsed.positionals.length === 0) {
    throw new UsageError("Cannot start: FILE must be given at least once: current number is 0");
  }
  const onBadRow = parsed.options["on-bad-row"] === "fail" ? "fail" : "skip";
  let [passed, failed] = [0, 0];
  const paths = await Promise.all(parsed.positionals.map(findDataFiles));
  for (const path of paths.flat()) {
    const counts = await validateFile(path, onBadRow, print, isTerminal);
    passed += counts.passed;
    failed += counts.failed;
    if (failed > 0 && onBadRow === "fail") break;
  }
  print(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

if (import.meta.main) {
  try {
    Deno.exitCode = await runValidation(Deno.args, console.log, Deno.stderr.isTerminal());
  } catch (error) {
    console.error((error as Error).message);
    Deno.exitCode = error instanceof UsageError ? 2 : 1;
  }
}
