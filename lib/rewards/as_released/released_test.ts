import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { asReleased } from "../profile.ts";
import { averageOffline, extractOffline, scoreOffline, validateReleased } from "./evaluation.ts";
import { normalizeReleased } from "./normalize_word.ts";
import { bleuNgramScores, exactMatchScore, mergeScore, rougeLScore } from "./open_metrics.ts";
import {
  PythonUnboundLocalError,
  PythonValueError,
  PythonZeroDivisionError,
} from "./python_error.ts";
import { placeReleasedReward, scoreReleased } from "./total.ts";

const HEADER = "<|im_start|>assistant\n";
const NO_LENGTH = { numTokens: -1, usedTokens: -1 };
const choice = { dataSource: "MedIQ", groundTruth: "C", lower: null, upper: null };
const number = { dataSource: "MedCalc-Bench", groundTruth: "5", lower: "4", upper: "6" };

function total(response: string, item: Parameters<typeof scoreReleased>[1], length = NO_LENGTH) {
  return scoreReleased(HEADER + response, item, asReleased.settings, length).total;
}

Deno.test("the released total adds format, answer and an ungated length term", () => {
  assertEquals(total("<think>x</think><answer>C</answer>", choice), 2);
  assertEquals(total("<think>x</think><answer>(C)</answer>", choice), 0);
  assertEquals(total("no tags", choice), -3);
  assertEquals(total("<think></think><answer></answer>", choice), -1);
  // A wrong answer on budget earns as much as a right one 3000 tokens off it.
  const onBudget = { numTokens: 500, usedTokens: 500 };
  const farOff = { numTokens: 500, usedTokens: 3500 };
  assertEquals(total("<think>x</think><answer>D</answer>", choice, onBudget), 1);
  assertEquals(total("<think>x</think><answer>C</answer>", choice, farOff), 1);
});

Deno.test("released quirks of extraction", () => {
  assertEquals(total("<think>write in <answer> tags</think><answer>C</answer>", choice), -2);
  assertEquals(total("garbage Assistant:<think>x</think><answer>C</answer>", choice), 2);
  assertEquals(total("<think>x</think><answer>C</answer> Assistant: done", choice), -3);
});

Deno.test("an unknown source raises only where an answer was found", () => {
  const other = { ...choice, dataSource: "other" };
  assertThrows(() => total("<answer>C</answer>", other), PythonValueError, "other");
  assertEquals(total("nothing", other), -3);
});

Deno.test("an unknown metric is 0 and an unknown reward type raises", () => {
  const open = { ...choice, dataSource: "medical-o1-reasoning-SFT" };
  const solution = `${HEADER}<answer>C</answer>`;
  const { settings } = asReleased;
  assertEquals(
    scoreReleased(solution, open, { ...settings, rewardMetric: "toString" }, NO_LENGTH).answer,
    0,
  );
  assertThrows(
    () => scoreReleased(solution, open, { ...settings, rewardType: "binary" }, NO_LENGTH),
    PythonValueError,
  );
});

Deno.test("the reward stands at the last token, for an empty response in the last slot", () => {
  assertEquals(placeReleasedReward(2.1, 3, 4), Float32Array.of(0, 0, 2.1, 0));
  assertEquals(placeReleasedReward(-3, 0, 4), Float32Array.of(0, 0, 0, -3));
});

Deno.test("released normalisation", () => {
  assertEquals(
    normalizeReleased("The patient doesnt need one dose."),
    "patient doesn't need 1 dose",
  );
  assertEquals(
    normalizeReleased("couldnt've hed've couldn'tve"),
    "couldn't've he'd've couldn't've",
  );
  assertEquals(normalizeReleased("1.5 mg. p.o."), "1.5 mg po");
  assertEquals(normalizeReleased("a.b ".repeat(33)).split(" ").at(-1), "a.b");
});

Deno.test("released metrics against hand calculation", () => {
  assertEquals(Number(exactMatchScore("low iron level", "iron iron low high")), 50);
  assertEquals(Number(exactMatchScore("iron", "the a an")), 0);
  // Two of two words match, no third word: brevity exp(1 - 3/2), smoothed count 0.1 for threes.
  const brevity = Math.exp(-0.5);
  const [one = 0, two = 0, three = 0] = bleuNgramScores("low iron level", "low iron").map(Number);
  assertAlmostEquals(one, brevity, 5e-5);
  assertAlmostEquals(two, brevity, 5e-5);
  assertAlmostEquals(three, brevity * 0.1, 5e-5);
  assertEquals(mergeScore("iron", "iron"), 50.2);
  assertEquals(Number(rougeLScore("b c d e", "e b c")), (2 * (2 / 3) * 0.5 / (2 / 3 + 0.5)) * 100);
});

Deno.test("released validation is blind to the format and to a missing null truth", () => {
  assertEquals(validateReleased(`${HEADER}<answer>C</answer>`, choice, 45), 1);
  assertEquals(validateReleased(`${HEADER}nothing`, { ...number, groundTruth: null }, 45), 1);
  assertEquals(validateReleased(`${HEADER}nothing`, number, 45), 0);
  assertEquals(validateReleased(`${HEADER}nothing`, { ...choice, dataSource: "other" }, 45), 0);
});

Deno.test("released offline evaluation grades the whole text where there is no answer", () => {
  assertEquals(extractOffline("Assistant:25.2"), { generated: "25.2", full: "25.2" });
  assertEquals(extractOffline("Assistant:</answer> C</answer>").generated, "C");
  assertEquals(scoreOffline("5.5", number, "EMS"), 1);
  assertEquals(scoreOffline("C", { ...choice, dataSource: "MMLU-Pro" }, "EMS"), 1);
  const open = { ...choice, dataSource: "medical-o1-reasoning-SFT" };
  assertThrows(() => scoreOffline("C", open, "BLEU"), PythonUnboundLocalError);
  assertEquals(averageOffline([1, 0, 100]), 101 / 3);
  assertThrows(() => averageOffline([]), PythonZeroDivisionError);
});
