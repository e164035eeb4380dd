import { assertAlmostEquals, assertEquals } from "@std/assert";
import { findCandidates, findDuplicates } from "./duplicates.ts";
import { makeFingerprints } from "./fingerprint.ts";
import { BANDS } from "./minhash.ts";
import { ask, makeCase } from "./testdata_question.ts";

const CASE =
  "A 54-year-old woman has had fever, cough and pain in the left side of her chest for 3 " +
  "days. Her temperature is 38.9 degrees. What is the most likely diagnosis in this patient?";

function found(...questions: string[]): { exact: number; near: number } {
  const records = questions.map((question, i) => ask(String(i), { question }));
  const { exact, near } = findDuplicates(records);
  return { exact: exact.length, near: near.length };
}

Deno.test("case, punctuation and white space make exact duplicates", () => {
  assertEquals(found(CASE, CASE.toUpperCase().replaceAll(",", " ;")), { exact: 1, near: 0 });
});

Deno.test("a slip of the pen or another word makes near-duplicates", () => {
  assertEquals(found(CASE, CASE.replace("cough", "couhg")), { exact: 0, near: 1 });
  assertEquals(found(CASE, CASE.replace("cough and pain", "cough and ache")), {
    exact: 0,
    near: 1,
  });
  assertEquals(found(CASE, `Please read with care. ${CASE}`), { exact: 0, near: 1 });
});

Deno.test("questions that differ in numbers only are different", () => {
  for (const other of ["45-year", "54.5-year"]) {
    assertEquals(found(CASE, CASE.replace("54-year", other)), { exact: 0, near: 0 });
  }
  assertEquals(found(CASE, CASE.replace("38.9", "39.8")), { exact: 0, near: 0 });
  assertEquals(found("Base excess is -2. pH?", "Base excess is 2. pH?"), { exact: 0, near: 0 });
});

Deno.test("near-duplicates have the same answer; exact ones may have another", () => {
  const one = ask("1", { question: CASE });
  const gold = { kind: "open", answer: "copper" } as const;
  const slip = CASE.replace("cough", "couhg");
  assertEquals(findDuplicates([one, ask("2", { question: slip, gold })]).near, []);
  assertEquals(findDuplicates([one, ask("2", { question: CASE, gold })]).exact.length, 1);
});

Deno.test("options in another order are the same, other options are not", () => {
  const stem = "Which of these is true?";
  const choice = (id: string, options: Record<string, string>, letter: string) =>
    ask(id, { question: stem, options, gold: { kind: "choice", letter } });
  const one = choice("1", { A: "Iron is a metal.", B: "Iron is a gas." }, "A");
  const shuffled = choice("2", { A: "Iron is a gas.", B: "Iron is a metal." }, "B");
  const other = choice("3", { A: "Gout is a tumour.", B: "Gout is a crystal disease." }, "B");
  const { exact, near } = findDuplicates([one, shuffled, other]);
  assertEquals([exact.map(({ removed }) => removed), near], [[1], []]);
});

Deno.test("the same note with another question is no duplicate, even with the same answer", () => {
  const context = makeCase(1);
  const ask2 = (id: string, question: string, answer: string) =>
    ask(id, { context, question, gold: { kind: "open", answer } });
  const near = (one: string, other: string) =>
    findDuplicates([ask2("1", one, "yes"), ask2("2", other, "yes")]).near.length;
  assertEquals(near("Does the patient have diabetes?", "Does the patient have hypertension?"), 0);
  assertEquals(near("Does the patient have diabetes?", "Does this patient have diabetes?"), 1);
});

Deno.test("the similarity is that of the shingle sets, by hand", () => {
  // Of 12 characters, 8 runs of 5; one more character adds one.
  const { near } = findDuplicates([
    ask("1", { question: "abcdefghijkl" }),
    ask("2", { question: "abcdefghijklm" }),
  ]);
  assertAlmostEquals(near[0]!.jaccard, 8 / 9);
  assertEquals(
    findDuplicates([
      ask("1", { question: "abcdefghijkl" }),
      ask("2", { question: "abcdefghijklm" }),
    ], { threshold: 0.9 }).near,
    [],
  );
});

Deno.test("all edits of many different cases are found, and nothing else", () => {
  const originals = Array.from({ length: 400 }, (_, i) => ask(`a${i}`, { question: makeCase(i) }));
  const copies = originals.slice(0, 100).map(({ question }, i) =>
    ask(`b${i}`, { question: question.replace("presents with", i % 2 ? "has" : "shows") })
  );
  const { exact, near } = findDuplicates([...originals, ...copies]);
  assertEquals(exact, []);
  assertEquals(
    near.map(({ kept, removed }) => [kept, removed]),
    copies.map((_, i) => [i, 400 + i]),
  );
});

Deno.test("a removed question has a match that stays, in a chain of edits, too", () => {
  const chain = [CASE];
  for (
    const [from, to] of [["fever", "chills"], ["chest", "thorax"], ["patient", "woman"]] as const
  ) {
    chain.push(chain.at(-1)!.replace(from, to));
  }
  const { near } = findDuplicates(chain.map((question, i) => ask(String(i), { question })));
  const removed = new Set(near.map((pair) => pair.removed));
  for (const { kept, jaccard } of near) {
    assertEquals([removed.has(kept), jaccard >= 0.8], [false, true]);
  }
});

Deno.test("a group of thousands of rows with one key gives a few pairs for each row", () => {
  const count = 5000;
  const prints = makeFingerprints(count);
  const rows = Uint32Array.from({ length: count }, (_, i) => i);
  const pairs = findCandidates(prints, rows, new Uint8Array(count));
  assertEquals(pairs.second.length <= 6 * count, true);
  assertEquals(new Set(pairs.second).size, count - 1);
  assertEquals(prints.keys.length, BANDS * count);
});
