import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { missingSeed } from "../read_seed.ts";
import type { EvaluationRow } from "../run_types.ts";
import { madeArm, madeRow, madeRun } from "../testdata_arm_run.ts";
import { chooseSamples, sampleSection } from "./samples.ts";

function arm(name: string, rows: readonly Partial<EvaluationRow>[]) {
  return madeArm(name, null, [{ ...missingSeed(1), evaluationRows: rows.map(madeRow) }]);
}

const SPLITS = [{ name: "test", title: "Test", questions: null }];

Deno.test("samples are the first of each kind and the one with most disagreement", () => {
  const ids = ["a", "b", "c", "d"];
  const answers = (right: readonly boolean[]) =>
    ids.map((id, index) => ({ prompt_id: id, question: id, correct: right[index]! }));
  const run = madeRun([
    arm("none", answers([true, true, true, true])),
    arm("exact", answers([true, true, false, false])),
  ]);
  assertEquals(
    chooseSamples(run, SPLITS).map(({ question, choice }) => [question, choice]),
    [["a", "first of its kind"], ["c", "arms disagree most"]],
  );
});

Deno.test("arms that all agree give one sample, from their first sample of the question", () => {
  const run = madeRun([
    arm("none", [{ completion: "one" }, { sample: 1, completion: "two" }]),
    arm("exact", []),
  ]);
  const samples = chooseSamples(run, SPLITS);
  assertEquals(samples.map(({ answers }) => answers.map(({ row }) => row.completion)), [["one"]]);
});

Deno.test("completions are escaped, marked right or wrong, and cut in the middle", () => {
  const html = sampleSection(
    madeRun([
      arm("none", [{ completion: `<think>a</think><script>alert(1)</script>`, correct: false }]),
      arm("exact", [{ completion: "b".repeat(100_000) + "end", finish_reason: "length" }]),
    ]),
    SPLITS,
  );
  assertStringIncludes(html, "&lt;script&gt;alert(1)&lt;/script&gt;");
  assertStringIncludes(html, '<span class="tag">&lt;think&gt;</span>a');
  assert(!html.includes("<script"));
  assertStringIncludes(html, "&#10007; wrong");
  assertStringIncludes(html, "98,203 characters left out");
  assertStringIncludes(html, "cut at the limit");
  assert(html.length < 8000);
});
