/**
 * Questions that give away an evaluation question.
 *
 * @module
 */

import type { QuestionRecord } from "../record.ts";
import {
  type Comparable,
  CONTAMINATION_RULE,
  type ContaminationRule,
  type EvaluationIndex,
  type EvaluationQuestion,
  findList,
  indexEvaluation,
  LIST_END,
  normalOptions,
  numbersOf,
} from "./evaluation_index.ts";
import { hashParts } from "./hashing.ts";
import { NormalText } from "./normal_text.ts";
import { HashList, sortedSet } from "./shingles.ts";
import { wordHashes, writeGrams } from "./word_grams.ts";

/** How a question matches an evaluation question. */
export interface Match {
  /** The evaluation question's number. */
  readonly row: number;
  readonly rule: "exact" | "ngram";
  /** Least share over the evaluation question's parts of n-grams found; 1 for exact matches. */
  readonly overlap: number;
}

/** Looks questions up in an index of evaluation questions. */
export class ContaminationFinder {
  readonly #index: EvaluationIndex;
  readonly #text = new NormalText();
  readonly #optionText = new NormalText();
  readonly #words = new HashList();
  readonly #grams = new HashList();

  constructor(index: EvaluationIndex) {
    this.#index = index;
  }

  /**
   * The evaluation question that a question gives away, or null. Exact: context and question have the
   * same normal text, and if both have options they share one, for stems like "Which is true?" come
   * again and again. By n-grams: each part (context, question) of the evaluation question has at least
   * the share `overlap` of its n-grams in the question or its context, a part with too few words for an
   * n-gram stands there whole, and none of its numbers is missing. A question without any part of that
   * many words is matched exactly only.
   */
  find(record: Comparable): Match | null {
    this.#text.set([record.context, record.question]);
    return this.#findExact(record) ?? this.#findByGrams();
  }

  #findExact({ options }: Comparable): Match | null {
    const { stems, questions } = this.#index;
    const [high, low] = hashParts(this.#text, 2);
    let at = findList(stems, high);
    if (at < 0) return null;
    const own = options === null ? null : normalOptions(options, this.#optionText);
    for (; stems.items[at] !== LIST_END; at++) {
      const { row, low: otherLow, options: others } = questions[stems.items[at]!]!;
      if (otherLow !== low) continue;
      const isSame = own === null || others === null || own.some((text) => others.includes(text));
      if (isSame) return { row, rule: "exact", overlap: 1 };
    }
    return null;
  }

  #findByGrams(): Match | null {
    const { grams: table, questions, rule } = this.#index;
    const grams = this.#grams;
    grams.length = 0;
    for (const part of [0, 1]) {
      wordHashes(this.#text, part, this.#words);
      writeGrams(this.#words, rule.ngram, grams);
    }
    let candidates: Set<number> | null = null;
    for (let i = 0; i < grams.length; i++) {
      let at = findList(table, grams.values[i]!);
      if (at < 0) continue;
      candidates ??= new Set();
      for (; table.items[at] !== LIST_END; at++) candidates.add(table.items[at]!);
    }
    if (candidates === null) return null;
    const own = sortedSet(grams);
    const normal = ` ${this.#text.toString(0)} ${this.#text.toString(1)} `;
    const numbers = new Set(numbersOf(normal));
    let best: Match | null = null;
    for (const candidate of [...candidates].sort((a, b) => a - b)) {
      const question = questions[candidate]!;
      const overlap = overlapOf(question, own, normal, numbers);
      if (overlap >= rule.overlap && overlap > (best?.overlap ?? 0)) {
        best = { row: question.row, rule: "ngram", overlap };
      }
    }
    return best;
  }
}

function overlapOf(
  { parts, shortParts, numbers }: EvaluationQuestion,
  own: Uint32Array,
  normal: string,
  ownNumbers: ReadonlySet<string>,
): number {
  if (!numbers.every((number) => ownNumbers.has(number))) return 0;
  if (!shortParts.every((part) => normal.includes(part))) return 0;
  return Math.min(...parts.map((part) => shareIn(part, own)));
}

/** Share of the first set's members that are in the second; both in rising order. */
function shareIn(set: Uint32Array, other: Uint32Array): number {
  let shared = 0, i = 0, j = 0;
  while (i < set.length && j < other.length) {
    const left = set[i]!, right = other[j]!;
    if (left === right) shared++;
    if (left <= right) i++;
    if (right <= left) j++;
  }
  return shared / set.length;
}

/** A question and the evaluation question that it gives away; indices into the two lists. */
export interface ContaminationMatch {
  readonly index: number;
  readonly evaluation: number;
  readonly rule: Match["rule"];
  readonly overlap: number;
}

/**
 * Finds the questions that give away one of the evaluation questions.
 *
 * @param options See {@link ContaminationRule}.
 * @returns At most one match for each record, in their order.
 *
 * @example
 * ```ts
 * import { findContamination, type QuestionRecord } from "@terse/data";
 * import { assertEquals } from "@std/assert";
 * const ask = (id: string, question: string): QuestionRecord => ({
 *   id,
 *   source: "Demo",
 *   question,
 *   context: "",
 *   options: null,
 *   gold: { kind: "open", answer: "scurvy" },
 *   split: "train",
 *   licence: "MIT",
 *   tags: [],
 * });
 * const train = [ask("1", "What causes gout?"), ask("2", "what causes SCURVY")];
 * assertEquals(findContamination(train, [ask("3", "What causes scurvy?")]), [
 *   { index: 1, evaluation: 0, rule: "exact", overlap: 1 },
 * ]);
 * ```
 */
export function findContamination(
  records: readonly QuestionRecord[],
  evaluation: readonly QuestionRecord[],
  options: Partial<ContaminationRule> = {},
): ContaminationMatch[] {
  const rule = { ...CONTAMINATION_RULE, ...options };
  const finder = new ContaminationFinder(indexEvaluation(evaluation, [...evaluation.keys()], rule));
  return records.flatMap((record, index) => {
    const match = finder.find(record);
    if (match === null) return [];
    const { row, rule: how, overlap } = match;
    return [{ index, evaluation: row, rule: how, overlap }];
  });
}
