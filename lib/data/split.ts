/**
 * Which questions are trained on and which are kept for the test.
 *
 * @module
 */

import { uniform } from "./random.ts";
import type { QuestionRecord } from "./record.ts";

/** Two questions with the same text in this form are the same question. */
export function normalisedText(record: QuestionRecord): string {
  return `${record.context}\n${record.question}`.normalize("NFKC").toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ").trim();
}

/**
 * Records with their split set to `train` or `test` by a keyed hash of source and id, so that a
 * question keeps its side whatever order or company it comes in. Questions whose text is the same but
 * for case, punctuation and white space go to the side of the one with the least source and id.
 * Records in split `ood` stay there.
 *
 * @param options `test`: the expected fraction of test questions, 0 to 1.
 * @throws {RangeError} if the fraction is outside 0 to 1.
 *
 * @example
 * ```ts
 * import { assignSplits, type QuestionRecord } from "@terse/data";
 * import { assertEquals } from "@std/assert";
 * const record: QuestionRecord = {
 *   id: "1",
 *   source: "Demo",
 *   question: "Which vitamin prevents scurvy?",
 *   context: "",
 *   options: null,
 *   gold: { kind: "open", answer: "vitamin C" },
 *   split: "train",
 *   licence: "MIT",
 *   tags: [],
 * };
 * assertEquals(assignSplits([record], { seed: 1, test: 1 })[0]?.split, "test");
 * ```
 */
export function assignSplits(
  records: readonly QuestionRecord[],
  options: { readonly seed: number; readonly test: number },
): QuestionRecord[] {
  const { seed, test } = options;
  if (!(test >= 0 && test <= 1)) {
    throw new RangeError(
      `Cannot assign splits: test must be a fraction from 0 to 1: current value is ${test}`,
    );
  }
  const texts = records.map(normalisedText);
  const leastKey = new Map<string, string>();
  const keyOf = (record: QuestionRecord) => `${record.source}\n${record.id}`;
  records.forEach((record, i) => {
    const key = keyOf(record);
    const least = leastKey.get(texts[i]!);
    if (least === undefined || key < least) leastKey.set(texts[i]!, key);
  });
  return records.map((record, i) => {
    if (record.split === "ood") return record;
    const isTest = uniform("split", seed, leastKey.get(texts[i]!)!) < test;
    return { ...record, split: isTest ? "test" : "train" };
  });
}
