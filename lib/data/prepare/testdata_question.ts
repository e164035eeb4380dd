/**
 * A made-up question for tests.
 *
 * @module
 */

import type { QuestionRecord } from "../record.ts";

/** An open question; any field may be given. */
export function ask(id: string, fields: Partial<QuestionRecord> = {}): QuestionRecord {
  return {
    id,
    source: "Demo",
    question: `What is number ${id}?`,
    context: "",
    options: null,
    gold: { kind: "open", answer: "iron" },
    split: "train",
    licence: "MIT",
    tags: [],
    ...fields,
  };
}

/** A case of some 40 words that is like no other index's. */
export function makeCase(index: number): string {
  const word = (place: number) =>
    (0x9e3779b9 * (index * 31 + place + 1) >>> 0).toString(36).replace(/\d/g, "x");
  const words = Array.from({ length: 30 }, (_, place) => word(place)).join(" ");
  return `A patient presents with ${words} and is brought to the ward for further care.`;
}
