/**
 * What is kept of each question in order to find its duplicates: hashes in typed arrays, never the text.
 *
 * @module
 */

import type { QuestionRecord } from "../record.ts";
import { hashNumbers, hashParts, mix32 } from "./hashing.ts";
import { BANDS, Sketcher } from "./minhash.ts";
import { NormalText } from "./normal_text.ts";
import { answerText, ORDERED_PARTS, questionParts } from "./question_parts.ts";
import { HashList, shingleHashes, sortedSet } from "./shingles.ts";

/** Hashes of `count` questions, N; columns of shape (N) but for the last. */
export interface Fingerprints {
  readonly count: number;
  /** Normal text with options, in 64 bits. */
  readonly high: Uint32Array;
  readonly low: Uint32Array;
  /** The gold answer's normal text. */
  readonly answers: Uint32Array;
  /** Keys of the sketch's bands, (BANDS, N); questions of different numbers have different keys. */
  readonly keys: Uint32Array;
}

const WORDS_A_QUESTION = 3 + BANDS;

/** Fingerprints of so many questions, all zero; other threads can write them. */
export function makeFingerprints(count: number): Fingerprints {
  return viewFingerprints(new SharedArrayBuffer(4 * WORDS_A_QUESTION * count));
}

/** Fingerprints in a buffer made by {@link makeFingerprints}. */
export function viewFingerprints(buffer: SharedArrayBuffer): Fingerprints {
  const count = buffer.byteLength / 4 / WORDS_A_QUESTION;
  const column = (index: number, columns = 1) =>
    new Uint32Array(buffer, 4 * count * index, columns * count);
  return { count, high: column(0), low: column(1), answers: column(2), keys: column(3, BANDS) };
}

/** Which differences keep similar questions apart. */
export interface Guards {
  /** Questions of different answers are no near-duplicates. */
  readonly sameAnswer: boolean;
}

/** Shingles of a question, different ones in rising order. */
export interface ShingleSets {
  /** Of context, question and options. */
  readonly whole: Uint32Array;
  /** Of the question alone. */
  readonly question: Uint32Array;
}

/** Computes fingerprints and shingle sets, one question at a time. */
export class Fingerprinter {
  readonly #text = new NormalText();
  readonly #answer = new NormalText();
  readonly #shingles = new HashList();
  readonly #sketcher = new Sketcher();

  /** Writes the fingerprint of a question at an index. */
  write(
    record: Pick<QuestionRecord, "context" | "question" | "options" | "gold">,
    { sameAnswer }: Guards,
    out: Fingerprints,
    index: number,
  ): void {
    this.#text.set(questionParts(record));
    [out.high[index], out.low[index]] = hashParts(this.#text, ORDERED_PARTS);
    this.#answer.set([answerText(record.gold, record.options)]);
    const answer = hashParts(this.#answer, 1)[0];
    out.answers[index] = answer;
    shingleHashes(this.#text, this.#shingles);
    this.#sketcher.take(this.#shingles);
    const numbers = hashNumbers(this.#text, ORDERED_PARTS);
    const guard = sameAnswer ? mix32(numbers ^ answer) : numbers;
    this.#sketcher.writeKeys(guard, out.keys, index, out.count);
  }

  /** The shingle sets of a question. */
  shingleSets(
    record: Pick<QuestionRecord, "context" | "question" | "options">,
  ): ShingleSets {
    this.#text.set(questionParts(record));
    shingleHashes(this.#text, this.#shingles);
    const whole = sortedSet(this.#shingles);
    this.#text.set([record.question]);
    shingleHashes(this.#text, this.#shingles);
    return { whole, question: sortedSet(this.#shingles) };
  }
}
