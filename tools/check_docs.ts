/**
 * Documentation lint of every package: each exported symbol has a docstring and an explicit type. Two
 * kinds of finding of `deno doc --lint` are passed over: members of interfaces whose name says all, and
 * types of another package or of tfjs, which `deno doc` calls private.
 *
 * @module
 */
import { runDeno } from "./run_command.ts";

const PACKAGES = ["lib/data", "lib/rewards", "lib/rl", "experiments", "reports"];

/** One finding of `deno doc --lint`. */
export interface DocFinding {
  readonly rule: string;
  readonly path: string;
  readonly line: number;
}

/** Reads findings: a line `error[rule]: ...`, then `  --> path:line:column`. */
export function readFindings(output: string): DocFinding[] {
  const pattern = /^error\[([a-z-]+)\]: .*\n\s*--> (.+):(\d+):\d+/gm;
  return [...output.matchAll(pattern)].map(([, rule, path, line]) => ({
    rule: rule!,
    path: path!,
    line: Number(line),
  }));
}

/** Whether a finding counts, given the source line it points at. */
export function counts({ rule }: DocFinding, source: string): boolean {
  if (rule === "private-type-ref") return false;
  return rule !== "missing-jsdoc" || /^export\b/.test(source);
}

if (import.meta.main) {
  let found = 0;
  for (const folder of PACKAGES) {
    const { output } = await runDeno(["doc", "--lint", `${folder}/mod.ts`], { captured: true });
    for (const finding of readFindings(output)) {
      const lines = (await Deno.readTextFile(finding.path)).split("\n");
      const source = lines[finding.line - 1] ?? "";
      if (!counts(finding, source)) continue;
      found++;
      console.error(`${finding.path}:${finding.line}: ${finding.rule}: ${source.trim()}`);
    }
  }
  console.log(`documentation: ${PACKAGES.length} packages, ${found} findings`);
  if (found > 0) Deno.exit(1);
}
