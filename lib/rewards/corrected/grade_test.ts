import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { GoldAnswerError } from "../gold_answer_error.ts";
import { fraction01 } from "../scale.ts";
import {
  calculationRecord,
  choiceRecord,
  makeRecord,
  openRecord,
  OPTIONS,
  tagged,
} from "../testdata/records.ts";
import { goldCompletion, isCorrect, scoreCorrected, validateGold } from "./grade.ts";
import { openTextScores, rougeL } from "./open_text.ts";
import { hasFormat } from "./tags.ts";

const RECORDS = [
  choiceRecord,
  makeRecord({ kind: "choice", letter: "b" }, OPTIONS),
  makeRecord({ kind: "choice", letter: "H" }),
  calculationRecord("25.249", "decimal", 23.9866, 26.5115),
  calculationRecord("-2.5", "decimal", -2.63, -2.38),
  calculationRecord("0", "decimal"),
  calculationRecord("5.0", "integer", 5, 5),
  calculationRecord("12/07/2021", "date"),
  calculationRecord("('17 weeks', '6 days')", "weeks_days"),
  openRecord("Vitamin C"),
  openRecord("The child's rash is harmless; it goes away in 1,000 days."),
  openRecord("\u60a3\u8005 \u5e94 \u591a"),
  openRecord("+/-"),
];

Deno.test("every gold answer in tags is in format and right", () => {
  for (const record of RECORDS) {
    validateGold(record);
    assert(hasFormat(goldCompletion(record)));
    assert(isCorrect(goldCompletion(record), record));
    assert(!isCorrect(tagged("something else entirely"), record));
    assert(!isCorrect(tagged(" "), record));
  }
});

Deno.test("decimals are right on the limits and wrong beyond", () => {
  const record = calculationRecord("25.249", "decimal", 23.9866, 26.5115);
  const right = (answer: string) => isCorrect(tagged(answer), record);
  assert(right("23.9866") && right("26.5115 kg") && right("\\boxed{25}"));
  assert(!right("23.98659") && !right("26.51151") && !right("24 or 25"));
});

Deno.test("a limit left out is 5 % off the gold answer", () => {
  const record = calculationRecord("-200", "decimal");
  const right = (answer: string) => isCorrect(tagged(answer), record);
  assert(right("-190") && right("-210"));
  assert(!right("-189.9") && !right("-210.1"));
});

Deno.test("integers round half to even, as MedCalc-Bench grades", () => {
  const record = calculationRecord("2", "integer", 2, 2);
  const right = (answer: string) => isCorrect(tagged(answer), record);
  assert(right("2.0") && right("2.5") && right("1.5") && right("2.4 points"));
  assert(!right("2.51") && !right("1.49") && !right("3"));
});

Deno.test("limits that cannot be used are an error that names the record", () => {
  for (const [lower, upper] of [[26, 23], [Number.NaN, 26]] as const) {
    const record = calculationRecord("25", "decimal", lower, upper);
    assertThrows(() => isCorrect(tagged("25"), record), GoldAnswerError, '"t-1"');
  }
  assertThrows(() => validateGold(calculationRecord("9", "decimal", 1, 2)), GoldAnswerError, "lie");
  assertThrows(() => validateGold(calculationRecord("soon", "date")), GoldAnswerError, "one date");
  assertThrows(() => validateGold(calculationRecord("x", "weeks_days")), GoldAnswerError, "weeks");
  assertThrows(() => validateGold(calculationRecord("x", "integer")), GoldAnswerError, "number");
});

Deno.test("a gold answer that no completion can give is an error", () => {
  assertThrows(() => validateGold(openRecord(" ")), GoldAnswerError, "not blank");
  assertThrows(() => validateGold(openRecord("<answer>x</answer>")), GoldAnswerError, "tags");
  const noOption = makeRecord({ kind: "choice", letter: "10" }, OPTIONS);
  assertThrows(() => validateGold(noOption), GoldAnswerError, "name one");
});

Deno.test("free text counts as right from ROUGE-L 0.8 on; one word of a longer reference does not", () => {
  const record = openRecord("Vitamin C keeps iron soluble in the gut");
  const right = (answer: string) => isCorrect(tagged(answer), record);
  assert(right("vitamin c keeps iron soluble in gut"));
  // 8 reference words: 6 of them, F1 = 12 / 14; 5 of them, F1 = 10 / 13.
  assert(right("vitamin C keeps iron soluble in"));
  assert(!right("vitamin C keeps iron soluble"));
  assert(!right("iron") && !right("iron iron iron iron iron iron iron"));
  assert(isCorrect(tagged("vitamin C keeps iron soluble"), record, fraction01(0.7)));
});

Deno.test("free text is paid by ROUGE-L: full marks for a complete answer alone", () => {
  const record = openRecord("Vitamin C keeps iron soluble in the gut");
  const score = (answer: string) => scoreCorrected(tagged(answer), record);
  assertEquals(score("vitamin C keeps iron soluble, in the gut!"), 1);
  assertAlmostEquals(score("vitamin C keeps iron soluble in"), 2 * 12 / 14 - 1, 1e-12);
  assertAlmostEquals(score("vitamin C keeps iron soluble in gut the"), 2 * 14 / 16 - 1, 1e-12);
  assertEquals(score("chalk"), -1);
  assertEquals(scoreCorrected("no tags", record), -1);
});

Deno.test("a short reference must be given whole to count as right", () => {
  const record = openRecord("acute renal failure");
  assertEquals(Number(rougeL("acute renal failure", "renal failure")), 0.8);
  assert(!isCorrect(tagged("renal failure"), record));
  assert(isCorrect(tagged("an acute renal failure"), record));
});

Deno.test("the scores of free text against hand calculation", () => {
  // Words: iron is absorbed in the gut / iron in gut gut. Shared: iron, in, gut; all in order.
  const scores = openTextScores("Iron is absorbed in the gut.", "Iron in gut, gut");
  assertEquals(Number(scores.precisionFraction), 3 / 4);
  assertEquals(Number(scores.recallFraction), 3 / 6);
  assertEquals(Number(scores.f1Fraction), 6 / 10);
  assertEquals(Number(scores.rougeLFraction), 6 / 10);
  // Of "iron in", "in gut", "gut gut" none, of the threes none: 0.1 in place of 0.
  const brevity = Math.exp(1 - 6 / 4);
  assertAlmostEquals(
    Number(scores.bleuFraction),
    brevity * (3 / 4 + 0.1 / 3 + 0.1 / 2) / 3,
    1e-12,
  );
  assertEquals(Number(scores.emsPercent), 75);
});

Deno.test("a verbatim copy scores 1 on every fraction, however short or odd", () => {
  for (const text of ["iron", "low iron", "Ja, ja, ja.", "+/-", "\u60a3\u8005", "a a a a"]) {
    const { emsPercent: _, ...fractions } = openTextScores(text, text);
    assertEquals(Object.values(fractions).map(Number), [1, 1, 1, 1, 1], text);
  }
});

Deno.test("signs, symbols and brackets are words of free text", () => {
  const pairs: [string, string][] = [
    ["Give if pressure < 90", "Give if pressure > 90"],
    ["a level of -5", "a level of 5"],
    ["5 % of cases", "5 of cases"],
    ["it is {{{({[ ]}){()}}}}.", "it is {{{({["],
    ["\u60a3\u8005", "\u60a3"],
  ];
  for (const [reference, answer] of pairs) {
    assert(rougeL(reference, answer) < fraction01(1), reference);
  }
});

Deno.test("hostile texts are graded without blowing up", () => {
  const parts = [
    "(",
    "<answer>",
    "\\frac{",
    '"',
    "1,",
    "9",
    "*",
    " a",
    "D) ",
    "-",
    "x10^",
    "{",
    "10 ",
  ];
  for (const part of parts) {
    const text = part.repeat(Math.ceil(18_000 / part.length));
    for (const record of RECORDS) assert(!isCorrect(tagged(text), record), part);
  }
});
