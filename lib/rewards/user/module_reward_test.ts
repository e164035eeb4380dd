import { assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import type { RewardComponent } from "../reward.ts";
import { scoreBatch } from "../score_batch.ts";
import { choiceRecord, makeBatch, openRecord } from "../testdata/records.ts";
import { moduleReward } from "./module_reward.ts";

function fromFile(name: string): RewardComponent {
  return moduleReward(new URL(`testdata/${name}`, import.meta.url), 1);
}

function score(component: RewardComponent, completions: string[], timeLimitSeconds = 30) {
  const records = completions.map((_, i) => i === 0 ? choiceRecord : openRecord("iron"));
  const batch = makeBatch(completions, records, { step: 3 });
  return scoreBatch([component], batch, { timeLimitSeconds });
}

Deno.test("a file's one function scores a batch; null does not apply; it is on record", async () => {
  const component = fromFile("ends_with_dot.ts");
  assertEquals(component.name, "ends_with_dot");
  assertMatch(component.module!.sha256, /^[0-9a-f]{64}$/);
  const scored = await score(component, ["Yes.", "No", ""]);
  assertEquals(scored.components, { ends_with_dot: [1, 0, null] });
  assertEquals((await score(component, ["."])).rewards, [1]);
});

Deno.test("an asynchronous default export sees the data's columns and the step", async () => {
  const scored = await score(fromFile("awkward.ts"), ["a", "b"]);
  assertEquals(scored.failures, []);
  // "C" and "iron", in step 3.
  assertEquals(scored.rewards, [4, 7]);
});

Deno.test("what a user's reward throws or returns amiss is on record with its cause", async () => {
  const component = fromFile("awkward.ts");
  const causes = async (completions: string[]) =>
    (await score(component, completions)).failures.map(({ index, cause }) => `${index}: ${cause}`);
  const [thrown] = await causes(["throw"]);
  assertStringIncludes(thrown!, "null: UserRewardError: RangeError: no such score");
  const odd = await causes(["odd", "b"]);
  assertEquals(odd.length, 2);
  assertStringIncludes(odd[0]!, "0: a score must be a finite number or null");
  assertEquals((await causes(["function"])).length, 1);
  // The thread is still good.
  assertEquals((await score(component, ["a", "b"])).rewards, [4, 7]);
});

Deno.test("an endless loop is ended at the time limit, and the next batch is scored", async () => {
  const component = fromFile("awkward.ts");
  const looped = await score(component, ["loop"], 0.5);
  assertEquals(looped.failures.map(({ index }) => index), [null]);
  assertStringIncludes(looped.failures[0]!.cause, "at most 0.5 s");
  assertEquals((await score(component, ["a", "b"])).rewards, [4, 7]);
});

Deno.test("a file that is missing or exports two functions is refused by name", async () => {
  assertThrows(
    () => moduleReward("/nowhere/reward.ts", 1),
    Deno.errors.NotFound,
    "/nowhere/reward.ts",
  );
  const scored = await score(fromFile("two_functions.ts"), ["a"]);
  assertStringIncludes(scored.failures[0]!.cause, "must export one function");
  assertStringIncludes(scored.failures[0]!.cause, "first, second");
});
