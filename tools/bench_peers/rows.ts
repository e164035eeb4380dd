/**
 * The rows of `deno task bench:peers`: what is compared and what the project asks of itself.
 *
 * @module
 */
import { median, type Pair } from "./alternate.ts";
import type { WORKS } from "./work.ts";

/** What one side took in one round. */
export interface Measured {
  readonly seconds: number;
  readonly tokens: number;
  readonly peakBytes: number;
}

/** A row of the table. */
export interface Row {
  readonly name: string;
  readonly title: string;
  /** What is measured for it; `ablation` is the wasm engine's. */
  readonly of: keyof typeof WORKS | "ablation";
  readonly figure: "seconds" | "tokens a second" | "GiB";
  /** What the ratio must be: how many times as fast, or which part of the other side's. */
  readonly bar: { readonly atLeast: number } | { readonly atMost: number };
}

/** The rows in their order. */
export const ROWS: readonly Row[] = [
  {
    name: "step128",
    title: "GRPO step, 4 x 8 x 64, prompt 128",
    of: "step128",
    figure: "seconds",
    bar: { atLeast: 2.5 },
  },
  {
    name: "step512",
    title: "GRPO step, 4 x 8 x 64, prompt 512",
    of: "step512",
    figure: "seconds",
    bar: { atLeast: 4.5 },
  },
  {
    name: "decode32",
    title: "decoding, 32 rows",
    of: "decode32",
    figure: "tokens a second",
    bar: { atLeast: 2 },
  },
  {
    name: "decode8",
    title: "decoding, 8 rows",
    of: "decode8",
    figure: "tokens a second",
    bar: { atLeast: 1.5 },
  },
  {
    name: "decode1",
    title: "decoding, 1 row",
    of: "decode1",
    figure: "tokens a second",
    bar: { atLeast: 1 },
  },
  {
    name: "passes",
    title: "forward + backward, 4 x 192 tokens",
    of: "passes",
    figure: "seconds",
    bar: { atLeast: 1.1 },
  },
  {
    name: "memory",
    title: "peak memory of step128",
    of: "step128",
    figure: "GiB",
    bar: { atMost: 0.5 },
  },
  {
    name: "wasm",
    title: "an arm of the default ablation, wasm",
    of: "ablation",
    figure: "seconds",
    bar: { atMost: 0.6 },
  },
];

/** The figures of a row over its rounds. */
export interface RowResult {
  readonly row: Row;
  readonly ours: number;
  readonly theirs: number;
  /** In the sense of the row's bar. */
  readonly ratio: number;
  readonly reaches: boolean;
}

function figureOf({ figure }: Row, { seconds, tokens, peakBytes }: Measured): number {
  switch (figure) {
    case "seconds":
      return seconds;
    case "tokens a second":
      return tokens / seconds;
    case "GiB":
      return peakBytes / 2 ** 30;
  }
}

/** Medians of a row's rounds and how they stand to the bar. Memory is the last round's: it is a peak. */
export function judgeRow(row: Row, rounds: readonly Pair<Measured>[]): RowResult {
  const middle = (side: "ours" | "theirs") => {
    const values = rounds.map((round) => figureOf(row, round[side]));
    return row.figure === "GiB" ? values.at(-1)! : median(values);
  };
  const [ours, theirs] = [middle("ours"), middle("theirs")];
  if ("atMost" in row.bar) {
    const ratio = ours / theirs;
    return { row, ours, theirs, ratio, reaches: ratio <= row.bar.atMost };
  }
  const ratio = row.figure === "seconds" ? theirs / ours : ours / theirs;
  return { row, ours, theirs, ratio, reaches: ratio >= row.bar.atLeast };
}

/** A line of the table. */
export function describeRow({ row, ours, theirs, ratio, reaches }: RowResult): string {
  const unit = { seconds: "s", "tokens a second": "tok/s", GiB: "GiB" }[row.figure];
  const number = (value: number) =>
    `${value.toFixed(value < 100 ? 2 : 1).padStart(8)} ${unit.padEnd(5)}`;
  const bar = "atMost" in row.bar ? `at most ${row.bar.atMost}` : `at least ${row.bar.atLeast}`;
  return `${row.name.padEnd(9)} ${row.title.padEnd(37)} ours ${number(ours)}  theirs ` +
    `${number(theirs)}  ratio ${ratio.toFixed(2).padStart(5)}  ${bar.padEnd(12)} ` +
    (reaches ? "reaches" : "MISSES");
}
