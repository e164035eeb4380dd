/**
 * In which order the train questions stand.
 *
 * @module
 */

import { uniform } from "../random.ts";
import { allocate } from "./allocate.ts";
import { orderByKey } from "./key_order.ts";
import { type Entries, randomWords } from "./mix.ts";
import type { CurriculumStage, CurriculumStep } from "./recipe.ts";
import type { RowColumns } from "./row_columns.ts";

/** The entries at some indices. */
function pick({ row, repeat, stage }: Entries, order: Uint32Array): Entries {
  return {
    row: order.map((i) => row[i]!),
    repeat: Uint16Array.from(order, (i) => repeat[i]!),
    stage: Uint8Array.from(order, (i) => stage[i]!),
  };
}

/** Pass rate as a number that rises with the difficulty; unknown ones last. */
function difficulty(passRate: number): number {
  return Number.isNaN(passRate) ? 0xffffffff : Math.round((1 - passRate) * 0x7fffffff);
}

/**
 * Orders entries. Equal ones stand in an order keyed by record and repeat.
 *
 * @param names Names of the sources, by their number.
 * @throws {RangeError} if a stage's weight names no source.
 */
export function orderEntries(
  entries: Entries,
  columns: Pick<RowColumns, "key" | "passRate" | "lengthChars" | "source">,
  names: readonly string[],
  step: CurriculumStep,
  seed: number,
): Entries {
  const { row, repeat } = entries;
  const words = randomWords(
    row.length,
    (i) => uniform("curriculum", seed, columns.key[row[i]!]!, repeat[i]!),
  );
  const random = orderByKey(words, Uint32Array.from(row.keys()));
  if (step.by === "random") return pick(entries, random);
  if (step.by === "source") {
    return orderBySource(pick(entries, random), columns.source, names, step.stages);
  }
  const isByLength = step.by === "length";
  const ranks = Uint32Array.from(row, (r) => {
    const passRate = columns.passRate[r]!;
    const rank = isByLength ? columns.lengthChars[r]! : difficulty(passRate);
    const isUnknown = !isByLength && Number.isNaN(passRate);
    return step.descending === true && !isUnknown ? 0xfffffffe - rank : rank;
  });
  return pick(entries, orderByKey(ranks, random));
}

/** @throws {RangeError} if a stage's weight names no source. */
export function checkStages(stages: readonly CurriculumStage[], names: readonly string[]): void {
  for (const name of stages.flatMap(({ weights }) => Object.keys(weights))) {
    if (names.includes(name)) continue;
    throw new RangeError(
      `Cannot order by source: weights must name sources among ${names.join(", ")}: current ` +
        `value is ${JSON.stringify(name)}`,
    );
  }
}

/** Fills stage after stage with what its weights ask for; what no stage takes is left out. */
function orderBySource(
  entries: Entries,
  source: Uint16Array,
  names: readonly string[],
  stages: readonly CurriculumStage[],
): Entries {
  checkStages(stages, names);
  const sourceAt = entries.row.map((row) => source[row]!);
  const queues = names.map((_, s) => {
    const own = Uint32Array.from(entries.row.keys()).filter((i) => sourceAt[i] === s);
    return { own, next: 0 };
  });
  const order: number[] = [], stageOf: number[] = [];
  let shareBefore = 0;
  stages.forEach(({ share, weights }, stage) => {
    const start = Math.round(shareBefore * entries.row.length);
    shareBefore += share;
    const count = Math.round(shareBefore * entries.row.length) - start;
    const counts = allocate(
      count,
      names.map((name) => weights[name] ?? 0),
      queues.map(({ own, next }) => own.length - next),
    );
    const taken = queues.flatMap((queue, s) => {
      const first = queue.next;
      queue.next += counts[s]!;
      return [...queue.own.subarray(first, queue.next)];
    });
    // Indices are in random order already, whatever the source.
    for (const index of taken.sort((a, b) => a - b)) {
      order.push(index);
      stageOf.push(stage);
    }
  });
  const { row, repeat } = pick(entries, Uint32Array.from(order));
  return { row, repeat, stage: Uint8Array.from(stageOf) };
}
