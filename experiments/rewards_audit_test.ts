import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { UsageError } from "./command_line.ts";
import { budgetsToAudit } from "./audit/audit_arms.ts";
import { countFindings, formatAudit, summarizeAudit } from "./audit/audit_text.ts";
import { type AuditArguments, auditTarget, parseAuditArguments } from "./rewards_audit.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

function parsed(...args: string[]): AuditArguments {
  const options = parseAuditArguments(args, ROOT);
  assert(options !== "help");
  return options;
}

Deno.test("arguments name an experiment, a reward or a profile", () => {
  assertEquals(parsed(), {
    target: resolve(ROOT, "experiments/length_penalty.ts"),
    data: [],
    arms: null,
    settings: "tiny",
    rewards: [],
    out: null,
  });
  const options = parsed(
    "mine.ts",
    "--data",
    "a.jsonl",
    "--arms=x,y",
    "--settings",
    "llm",
    "--out",
    "o",
  );
  assertEquals([options.target, options.out], [resolve(ROOT, "mine.ts"), resolve(ROOT, "o")]);
  assertEquals([options.data, options.arms], [[resolve(ROOT, "a.jsonl")], ["x", "y"]]);
  assertEquals(parsed("asReleased").target, "asReleased");
  assertEquals(parseAuditArguments(["-h"], ROOT), "help");
  assertThrows(
    () => parsed("a.ts", "b.ts"),
    UsageError,
    "must be one name: current value is a.ts b.ts",
  );
  assertThrows(
    () => parsed("--settings", "big"),
    UsageError,
    "must be tiny or llm: current value is big",
  );
  assertThrows(() => parsed("--odd"), UsageError, "--odd");
});

Deno.test("ends and middle of a range are audited, both ways of halves, and no budget once", () => {
  const range = { kind: "uniform", low: 10, high: 30 } as const;
  assertEquals(
    budgetsToAudit({
      kind: "halves",
      first: { ...range, mode: "exact" },
      second: { kind: "none" },
    }),
    [
      { mode: "exact", tokens: 10 },
      { mode: "exact", tokens: 20 },
      { mode: "exact", tokens: 30 },
      { mode: "none" },
    ],
  );
  assertEquals(budgetsToAudit({ kind: "fixed", mode: "maximum", tokens: 5 }).length, 1);
});

for (const settings of ["tiny", "llm"]) {
  Deno.test(`the default experiment and all mixtures have nothing severe (${settings})`, async () => {
    for (const name of ["length_penalty", "mixtures"]) {
      const audit = await auditTarget(parsed(name, "--settings", settings), []);
      assertEquals(countFindings(audit, "severe"), 0, summarizeAudit(audit));
      assert(audit.arms.every(({ completions }) => completions > 500));
    }
  });
}

Deno.test("of as_released the released arm has severe findings and the corrected one has none", async () => {
  const audit = await auditTarget(parsed("as_released"), []);
  const severe = audit.arms.map(({ arm, findings }) => [
    arm,
    findings.some(({ severity }) => severity === "severe"),
  ]);
  assertEquals(severe, [["released", true], ["corrected", false]]);
  const text = formatAudit(audit);
  assert(
    /severe +one_word_paid_in_full +\d+ of \d+ +One word of a reference earns full/.test(text),
  );
  assertStringIncludes(text, '"Vitamin" for the whole (audit/open_sentence, ');
  assertStringIncludes(text, 'the same with "Assistant:" between them');
  const checks = audit.arms[0]!.findings.map(({ check }) => check);
  for (
    const check of [
      "threshold_unreachable",
      "open_gold_unpaid",
      "one_word_paid_in_full",
      "wrong_equals_right_of_other_length",
      "wrong_paid_for_length",
      "header_in_completion",
    ]
  ) assert(checks.includes(check), check);
  assert(summarizeAudit(audit).startsWith("6 severe findings: released: "));
});

Deno.test("a user's reward is audited alone, and one that throws is severe", async () => {
  const folder = await Deno.makeTempDir();
  const path = resolve(folder, "shouting.ts");
  await Deno.writeTextFile(
    path,
    `export default ({ completions }) => completions.map((text) => {
      if (text.includes("inf")) throw new Error("too loud");
      return Number(text === text.toUpperCase());
    });\n`,
  );
  const audit = await auditTarget(parsed(path), []);
  assertEquals([audit.name, audit.arms.length], ["shouting", 1]);
  const checks = audit.arms[0]!.findings.filter(({ severity }) => severity === "severe")
    .map(({ check }) => check);
  assert(checks.includes("reward_fails"));
});
