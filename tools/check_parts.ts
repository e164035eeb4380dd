/**
 * The parts of `deno task check`.
 *
 * @module
 */
import { runDeno } from "./run_command.ts";

/** One part: its name and deno's arguments. */
export interface CheckPart {
  readonly name: string;
  readonly args: readonly string[];
}

/** Parts that take seconds; `deno task test` runs them too. */
export const FAST_PARTS: readonly CheckPart[] = [
  { name: "format", args: ["fmt", "--check"] },
  { name: "lint", args: ["lint"] },
  { name: "types", args: ["check", "."] },
  { name: "import direction", args: ["run", "-A", "tools/check_imports.ts"] },
];

/** The packages whose documentation is held to account. */
const PACKAGES = ["lib/data", "lib/rewards", "lib/rl", "experiments", "reports"];

/** The rest of `deno task check`. */
export const SLOW_PARTS: readonly CheckPart[] = [
  { name: "types of examples", args: ["check", "--doc", ...PACKAGES] },
  { name: "examples", args: ["test", "-A", "--doc", "--parallel", ...PACKAGES] },
  { name: "documentation", args: ["run", "-A", "tools/check_docs.ts"] },
  { name: "notebooks", args: ["run", "-A", "tools/notebook_check.ts"] },
];

/** Runs parts one after the other; says of each whether it passed. */
export async function runParts(
  parts: readonly CheckPart[],
): Promise<{ passed: number; failed: number }> {
  let passed = 0;
  for (const { name, args } of parts) {
    const { success } = await runDeno(args, { quiet: true });
    console.log(`${success ? "ok    " : "FAILED"} ${name}`);
    if (success) passed++;
  }
  return { passed, failed: parts.length - passed };
}
