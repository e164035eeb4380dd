import { assertEquals, assertStringIncludes } from "@std/assert";
import { missingSeed } from "../read_seed.ts";
import type { Diagnosis } from "../run_types.ts";
import { madeArm, madeRun } from "../testdata_arm_run.ts";
import { diagnosisSection } from "./diagnoses.ts";

function sectionOf(...diagnoses: (readonly Diagnosis[] | null)[]) {
  const seeds = diagnoses.map((found, i) => ({ ...missingSeed(i + 1), diagnoses: found }));
  return diagnosisSection(madeRun([madeArm("none", null, seeds)]));
}

function diagnosis(sentence: string): Diagnosis {
  return { step: 3, cause: "kl_runaway", state: "began", sentence };
}

Deno.test("diagnoses stand by arm and seed, escaped", () => {
  const [section] = sectionOf([], [diagnosis("Step 3: KL is <b>9</b>.")], null);
  assertStringIncludes(section!.body, "<td>2</td>");
  assertStringIncludes(section!.body, "Step 3: KL is &lt;b&gt;9&lt;/b&gt;.");
  assertEquals([...section!.body.matchAll(/<tr>/g)].length, 2);
});

Deno.test("a run without any says so, and one of before they were written nothing", () => {
  assertStringIncludes(sectionOf([], null)[0]!.body, "Nothing was found in any step of any arm.");
  assertEquals(sectionOf(null, null), []);
});

Deno.test("of a long list the beginning is shown, and how much is left", () => {
  const many = Array.from({ length: 14 }, (_, i) => diagnosis(`Sentence ${i}.`));
  const { body } = sectionOf(many)[0]!;
  assertEquals(body.includes("Sentence 11.") && !body.includes("Sentence 12."), true);
  assertStringIncludes(body, "2 more in its diagnoses.jsonl.");
});
