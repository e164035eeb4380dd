import { assertEquals, assertThrows } from "@std/assert";
import { scoreOffline, validateReleased } from "./evaluation.ts";
import {
  PythonAssertionError,
  PythonTypeError,
  PythonValueError,
  PythonZeroDivisionError,
} from "./python_error.ts";
import { requireReleasedSettings } from "./question_scores.ts";
import { scoreReleased } from "./total.ts";
import { asReleased } from "../profile.ts";

const HEADER = "<|im_start|>assistant\n";
const NO_LENGTH = { numTokens: -1, usedTokens: -1 };
const open = { dataSource: "medical-o1-reasoning-SFT", lower: null, upper: null };

Deno.test("a reference that is no text raises TypeError wherever free text is scored", () => {
  const solution = `${HEADER}<answer>None</answer>`;
  for (const groundTruth of [null, 3, true]) {
    const item = { ...open, groundTruth };
    for (const rewardType of ["discrete", "continuous", "binary"]) {
      const settings = { ...asReleased.settings, rewardType, rewardMetric: "ROUGE" };
      assertThrows(() => scoreReleased(solution, item, settings, NO_LENGTH), PythonTypeError);
    }
    assertThrows(() => validateReleased(solution, item, 45), PythonTypeError);
    assertThrows(() => scoreOffline("None", item, "BLEU"), PythonTypeError);
  }
});

Deno.test("an empty offline response is 0 before source, metric and truth are looked at", () => {
  assertEquals(scoreOffline("", { ...open, groundTruth: "", dataSource: "other" }, "EMS"), 0);
  assertEquals(scoreOffline("", { ...open, groundTruth: null }, "BLEU"), 0);
  assertEquals(scoreOffline("", { ...open, groundTruth: "", dataSource: "MedIQ" }, "EMS"), 0);
  // Calculations are compared all the same.
  assertEquals(scoreOffline("", { ...open, groundTruth: "", dataSource: "MedCalc-Bench" }, ""), 1);
  assertThrows(
    () => scoreOffline("x", { ...open, groundTruth: "", dataSource: "other" }, "EMS"),
    PythonValueError,
  );
});

Deno.test("a scale factor of 0 divides by zero, for continuous scores alone", () => {
  const solution = `${HEADER}<answer>iron</answer>`;
  const item = { ...open, groundTruth: "iron" };
  const settings = { ...asReleased.settings, scaleFactor: 0 };
  assertEquals(scoreReleased(solution, item, settings, NO_LENGTH).answer, 1);
  assertThrows(
    () => scoreReleased(solution, item, { ...settings, rewardType: "continuous" }, NO_LENGTH),
    PythonZeroDivisionError,
  );
});

Deno.test("the released trainer refuses settings that its scoring functions take", () => {
  requireReleasedSettings(asReleased.settings);
  for (const change of [{ rewardMetric: "ROUGE" }, { rewardType: "binary" }]) {
    assertThrows(
      () => requireReleasedSettings({ ...asReleased.settings, ...change }),
      PythonAssertionError,
    );
  }
});
