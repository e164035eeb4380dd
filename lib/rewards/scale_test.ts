import { assert, assertEquals, assertThrows } from "@std/assert";
import { bleuScore, exactMatchScore } from "./as_released/open_metrics.ts";
import { openTextScores } from "./corrected/open_text.ts";
import { asReleased } from "./profile.ts";
import { answerReward } from "./profile_rewards.ts";
import { fraction01, percent } from "./scale.ts";
import { makeBatch, openRecord, tagged } from "./testdata/records.ts";

const TEXT = "Vitamin C keeps iron soluble in the gut.";

Deno.test("a threshold on another scale, or on none, does not compile", () => {
  const { bleuFraction, rougeLFraction, emsPercent } = openTextScores(TEXT, TEXT);
  assert(bleuFraction > fraction01(0.45) && rougeLFraction >= fraction01(1));
  assert(emsPercent > percent(45));
  // @ts-expect-error BLEU is a fraction, the threshold a percentage: never reached.
  assertEquals(bleuFraction > percent(45), false);
  // @ts-expect-error A bare number has no scale.
  assertEquals(bleuFraction > 45, false);
  // @ts-expect-error EMS is a percentage: reached by next to nothing.
  assert(emsPercent > fraction01(0.45));
  // @ts-expect-error The released metrics carry their scales, too.
  assertEquals(bleuScore(TEXT, TEXT) > exactMatchScore(TEXT, TEXT), false);
  // @ts-expect-error Nor can scales be mixed by hand.
  assertThrows(() => fraction01(percent(45)), RangeError);
});

Deno.test("the released rule compares BLEU with 45, which a verbatim copy does not reach", async () => {
  const settings = { ...asReleased.settings, rewardMetric: "BLEU" };
  const batch = makeBatch([tagged(TEXT)], [openRecord(TEXT)]);
  assertEquals(await answerReward({ ...asReleased, settings })(batch), [-1]);
  assertEquals(await answerReward()(batch), [1]);
});

Deno.test("values outside their scale are refused", () => {
  assertThrows(() => fraction01(1.01), RangeError, "between 0 and 1");
  assertThrows(() => percent(NaN), RangeError, "between 0 and 100");
});
