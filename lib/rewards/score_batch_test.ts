import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { rewardEach } from "./reward.ts";
import { scoreBatch } from "./score_batch.ts";
import { choiceRecord, makeBatch } from "./testdata/records.ts";

const BATCH = makeBatch(["a", "bb", "ccc"], [choiceRecord, choiceRecord, choiceRecord]);
const lengths = rewardEach((batch, i) => batch.completions[i]!.length);

Deno.test("rewards are weighted sums; null adds 0 and stays null", async () => {
  const scored = await scoreBatch([
    { name: "length", weight: 2, reward: lengths },
    { name: "some", weight: 10, reward: () => [1, null, -0.5] },
  ], BATCH);
  assertEquals(scored.rewards, [12, 4, 1]);
  assertEquals(scored.components, { length: [1, 2, 3], some: [1, null, -0.5] });
  assertEquals(scored.failures, []);
});

Deno.test("a component of weight 0 is scored and changes nothing", async () => {
  const scored = await scoreBatch([{ name: "watched", weight: 0, reward: lengths }], BATCH);
  assertEquals(scored.rewards, [0, 0, 0]);
  assertEquals(scored.components["watched"], [1, 2, 3]);
});

Deno.test("asynchronous rewards are awaited", async () => {
  const reward = () => Promise.resolve([1, 2, 3]);
  assertEquals((await scoreBatch([{ name: "later", weight: 1, reward }], BATCH)).rewards, [
    1,
    2,
    3,
  ]);
});

Deno.test("a reward that throws or rejects leaves null and its cause, and the others count", async () => {
  const scored = await scoreBatch([
    { name: "length", weight: 1, reward: lengths },
    {
      name: "throws",
      weight: 1,
      reward: () => {
        throw new RangeError("no such thing");
      },
    },
    { name: "rejects", weight: 1, reward: () => Promise.reject(new Error("offline")) },
  ], BATCH);
  assertEquals(scored.rewards, [1, 2, 3]);
  assertEquals(scored.components["throws"], [null, null, null]);
  assertEquals(scored.failures, [
    { component: "throws", index: null, cause: "RangeError: no such thing" },
    { component: "rejects", index: null, cause: "Error: offline" },
  ]);
});

Deno.test("scores that are no finite numbers and wrong lengths are recorded", async () => {
  const scored = await scoreBatch([
    { name: "odd", weight: 1, reward: () => [NaN, Infinity, 3] },
    { name: "short", weight: 1, reward: () => [1] },
    { name: "holes", weight: 1, reward: () => Array<number>(3) },
    { name: "none", weight: 1, reward: () => undefined as unknown as number[] },
  ], BATCH);
  assertEquals(scored.rewards, [0, 0, 3]);
  assertEquals(scored.components["odd"], [null, null, 3]);
  assertEquals(
    scored.failures.map(({ component, index }) => [component, index]),
    [["odd", 0], ["odd", 1], ["short", null], ["holes", 0], ["holes", 1], ["holes", 2], [
      "none",
      null,
    ]],
  );
  assertStringIncludes(scored.failures[0]!.cause, "NaN");
  assertStringIncludes(scored.failures[2]!.cause, "1 scores");
});

Deno.test("rewardEach loses only the completions that it cannot score", async () => {
  const reward = rewardEach((_, i) => {
    if (i === 1) throw new TypeError("bad record");
    return i;
  });
  const scored = await scoreBatch([{ name: "each", weight: 1, reward }], BATCH);
  assertEquals(scored.components["each"], [0, null, 2]);
  assertEquals(scored.failures, [{ component: "each", index: 1, cause: "TypeError: bad record" }]);
});

Deno.test("arrays of unequal length, repeated names and odd weights are refused", async () => {
  const component = { name: "length", weight: 1, reward: lengths };
  await assertRejects(
    () => scoreBatch([component], { ...BATCH, prompts: ["a"] }),
    RangeError,
    "prompts must have one entry",
  );
  await assertRejects(() => scoreBatch([component, component], BATCH), RangeError, "unique");
  await assertRejects(
    () => scoreBatch([{ ...component, weight: NaN }], BATCH),
    RangeError,
    "finite",
  );
});
