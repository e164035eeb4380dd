/**
 * Which train questions are taken, and how often.
 *
 * @module
 */

import { uniform } from "../random.ts";
import { allocate } from "./allocate.ts";
import { orderByKey } from "./key_order.ts";
import type { MixStep } from "./recipe.ts";
import type { RowColumns } from "./row_columns.ts";

/** Questions of a split in their order, E; a row may come several times. Columns of shape (E). */
export interface Entries {
  readonly row: Uint32Array;
  /** How often the row came before, from 0. */
  readonly repeat: Uint16Array;
  /** Stage of the curriculum, from 0. */
  readonly stage: Uint8Array;
}

/** Each row once, in the order given. */
export function entriesOf(rows: Uint32Array): Entries {
  return { row: rows, repeat: new Uint16Array(rows.length), stage: new Uint8Array(rows.length) };
}

/** 32 random bits for each index. */
export function randomWords(length: number, word: (index: number) => number): Uint32Array {
  return Uint32Array.from({ length }, (_, index) => word(index) * 0x100000000);
}

/**
 * Chooses rows by their sources. A source's size is its number of rows, at most `cap`; its share is
 * proportional to its weight, or without weights to size^(1 / temperature) (Raffel et al., 2020, arXiv
 * 1910.10683, section 3.5.2). Without `total`, as many questions are taken as keep these shares with each row at most `epochs`
 * times. With it, what a source cannot give comes from the others. The rows are a keyed choice; rows
 * come again only after all rows of their source have come.
 *
 * @param rows Rows in order.
 * @param names Names of the sources, by their number.
 * @throws {RangeError} if the weights are not those of the sources, or none of them can give a question.
 */
export function mixRows(
  rows: Uint32Array,
  { source, key }: Pick<RowColumns, "source" | "key">,
  names: readonly string[],
  { weights, temperature = 1, cap = Infinity, epochs = 1, total }: MixStep,
  seed: number,
): Entries {
  const rowsOf = names.map((_, s) => rows.filter((row) => source[row] === s));
  if (weights !== undefined) checkWeights(weights, names);
  const sizes = rowsOf.map((own) => Math.min(own.length, cap));
  const parts = sizes.map((size, s) =>
    size === 0 ? 0 : weights?.[names[s]!] ?? size ** (1 / temperature)
  );
  const sum = parts.reduce((a, b) => a + b, 0);
  if (sum === 0 && rows.length > 0) {
    throw new RangeError(
      `Cannot mix: at least one source must have questions and a weight above 0: current weights ` +
        `are ${JSON.stringify(weights ?? {})}`,
    );
  }
  const limits = sizes.map((size) => size * epochs);
  const most = Math.min(
    ...parts.flatMap((part, s) => part > 0 ? [limits[s]! * sum / part] : []),
  );
  // A hair more than the exact number, so that a whole number is not lost to rounding.
  const counts = allocate(total ?? Math.floor(most * (1 + 1e-12)), parts, limits);
  const chosen: Uint32Array[] = [], repeats: number[] = [];
  for (let repeat = 0; repeat < epochs; repeat++) {
    rowsOf.forEach((own, s) => {
      const taken = Math.min(sizes[s]!, counts[s]! - repeat * sizes[s]!);
      if (taken <= 0) return;
      const words = randomWords(own.length, (i) => uniform("mix", seed, key[own[i]!]!));
      const order = orderByKey(words, Uint32Array.from(own.keys())).subarray(0, taken);
      chosen.push(order.map((i) => own[i]!).sort());
      repeats.push(repeat);
    });
  }
  const length = chosen.reduce((count, part) => count + part.length, 0);
  const entries = entriesOf(new Uint32Array(length));
  let at = 0;
  chosen.forEach((part, i) => {
    entries.row.set(part, at);
    entries.repeat.fill(repeats[i]!, at, at + part.length);
    at += part.length;
  });
  return entries;
}

/** @throws {RangeError} if the weights are not those of the sources. */
export function checkWeights(
  weights: NonNullable<MixStep["weights"]>,
  names: readonly string[],
): void {
  const refuse = (what: string, name: string): never => {
    throw new RangeError(
      `Cannot mix: weights must name ${
        names.join(", ")
      }, each of them (0 for none): current value ` +
        `${what} ${JSON.stringify(name)}`,
    );
  };
  for (const name of Object.keys(weights)) if (!names.includes(name)) refuse("has", name);
  for (const name of names) if (!Object.hasOwn(weights, name)) refuse("lacks", name);
}
