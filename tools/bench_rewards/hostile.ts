/**
 * What completions cost that are made to be slow.
 *
 * @module
 */
import type { QuestionRecord } from "@terse/data";
import { type RewardComponent, scoreBatch } from "@terse/rewards";
import { batchOf } from "./batch.ts";

/** Pieces that a hostile completion repeats. */
export const HOSTILE_PIECES: Readonly<Record<string, string>> = {
  "<answer>": "<answer>",
  "</answer>": "</answer>",
  "<think>": "<think>",
  "(": "(",
  spaces: " ",
  tags: "<think></think><answer></answer>",
  "lone surrogates": "\ud800",
  NUL: "\0",
  "right-to-left marks": "\u200f",
  digits: "9",
  commas: "1,",
  words: "a ",
  "Assistant:": "Assistant:",
  "\\frac{": "\\frac{",
  "<|im_start|>assistant": "<|im_start|>assistant\n",
};

/** The slowest of the hostile completions for one reward and question. */
export interface HostileCost {
  readonly component: string;
  readonly piece: string;
  /** Milliseconds for a completion of 1 MB. */
  readonly worstMs: number;
}

const MEGABYTE = 1_000_000;

/** A completion of 1 MB that repeats a piece, bare and as the answer. */
export function hostileCompletions(piece: string): readonly string[] {
  const body = piece.repeat(Math.ceil(MEGABYTE / piece.length)).slice(0, MEGABYTE);
  const tail = `<think>x</think><answer>${body.slice(0, 19_000)}</answer>`;
  return [
    body,
    `${body}${tail}`,
    `<think>x</think><answer>${body}</answer>`,
    `${body}<think>x</think><answer>C</answer>`,
  ];
}

/** The slowest hostile completion of each reward; the best of three runs counts. */
export async function hostileCosts(
  components: readonly RewardComponent[],
  records: readonly QuestionRecord[],
): Promise<HostileCost[]> {
  const costs: HostileCost[] = [];
  for (const component of components) {
    let worst: HostileCost = { component: component.name, piece: "", worstMs: 0 };
    for (const [name, piece] of Object.entries(HOSTILE_PIECES)) {
      for (const completion of hostileCompletions(piece)) {
        for (const record of records) {
          const times: number[] = [];
          for (let run = 0; run < 3; run++) {
            const start = performance.now();
            await scoreBatch([component], batchOf([completion], [record]));
            times.push(performance.now() - start);
          }
          const worstMs = Math.min(...times);
          if (worstMs > worst.worstMs) worst = { component: component.name, piece: name, worstMs };
        }
      }
    }
    costs.push(worst);
  }
  return costs;
}
