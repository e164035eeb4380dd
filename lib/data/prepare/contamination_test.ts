import { assertAlmostEquals, assertEquals } from "@std/assert";
import { findContamination } from "./contamination.ts";
import { ask, makeCase } from "./testdata_question.ts";

const TEST = ask("t", { question: makeCase(7) });

const rules = (question: string, fields = {}) =>
  findContamination([ask("x", { question, ...fields })], [TEST]).map(({ rule }) => rule);

Deno.test("a copy is found whatever its case and punctuation", () => {
  assertEquals(rules(TEST.question.toUpperCase().replace(".", " !")), ["exact"]);
});

Deno.test("a copy is found in a frame, as context, and with another word", () => {
  assertEquals(rules(`Consider this. ${TEST.question} Explain.`), ["ngram"]);
  assertEquals(rules("What is to be done?", { context: TEST.question }), ["ngram"]);
  assertEquals(rules(TEST.question.replace("patient", "person")), ["ngram"]);
});

Deno.test("the share of n-grams by hand", () => {
  const words = "a b c d e f g h i j k l".split(" ");
  const evaluation = ask("t", { question: words.join(" ") });
  // 12 words have 5 runs of 8. Without the last 2 words, 3 of them are left.
  const [match] = findContamination(
    [ask("x", { question: words.slice(0, 10).join(" ") })],
    [evaluation],
    { overlap: 0.6 },
  );
  assertAlmostEquals(match!.overlap, 0.6);
  const none = findContamination(
    [ask("x", { question: words.slice(0, 10).join(" ") })],
    [evaluation],
    { overlap: 0.61 },
  );
  assertEquals(none, []);
});

Deno.test("other cases with the same stock phrases, and other numbers, are no copies", () => {
  assertEquals(rules(makeCase(8)), []);
  const question = `${makeCase(3)} The creatinine is 1.4. What is the clearance?`;
  const test = ask("t", { question });
  const other = ask("x", { question: question.replace("1.4", "2.4") });
  assertEquals(findContamination([other], [test]), []);
});

Deno.test("the same note is no copy unless the question is asked, too", () => {
  const context = makeCase(5);
  const test = ask("t", { context, question: "What is the MELD score?" });
  const train = [
    ask("1", { context, question: "What is the body mass index?" }),
    ask("2", { context, question: "Now: what is the MELD score?" }),
    ask("3", { context, question: "What is the MELD score" }),
  ];
  assertEquals(
    findContamination(train, [test]).map(({ index, rule }) => [index, rule]),
    [[1, "ngram"], [2, "exact"]],
  );
});

Deno.test("short stems are copies only if an option is shared, or one has none", () => {
  const question = "Which is true?";
  const options = { A: "Iron is a metal.", B: "Iron is a gas." };
  const test = ask("t", { question, options, gold: { kind: "choice", letter: "A" } });
  const other = { A: "Gout hurts.", B: "Gout itches." };
  const train = [
    ask("1", { question, options: other, gold: { kind: "choice", letter: "A" } }),
    ask("2", {
      question,
      options: { A: "Other.", B: "iron is a metal" },
      gold: { kind: "choice", letter: "B" },
    }),
    ask("3", { question }),
  ];
  assertEquals(findContamination(train, [test]).map(({ index }) => index), [1, 2]);
});

Deno.test("each question is matched with the one it copies among many", () => {
  const evaluation = Array.from({ length: 200 }, (_, i) => ask(`t${i}`, { question: makeCase(i) }));
  const train = Array.from(
    { length: 300 },
    (_, i) => ask(`x${i}`, { question: `So: ${makeCase(i + 100)}` }),
  );
  const found = findContamination(train, evaluation);
  assertEquals(
    found.map(({ index, evaluation }) => [index, evaluation]),
    Array.from({ length: 100 }, (_, i) => [i, i + 100]),
  );
});
