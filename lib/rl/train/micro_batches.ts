/**
 * Cutting a step's groups into parts that pass through the model one after the other.
 *
 * @module
 */
import { type GroupBatch, layOutGroups, type TokenGroup } from "../model/group_batch.ts";
import type { Rollout } from "../rollout/rollout.ts";

/** A part of a step: its token rows and which of the step's completions they are. */
export interface MicroBatch {
  readonly batch: GroupBatch;
  /** Index of every row of the batch among the step's B completions. */
  readonly rows: readonly number[];
}

/**
 * Parts of at most `microBatchSize` completions. Whole groups stay together where they fit, so that
 * their prompt passes once; a larger group is cut.
 *
 * @throws {RangeError} if `microBatchSize` is no positive integer.
 */
export function cutMicroBatches(
  rollouts: readonly Rollout[],
  microBatchSize: number,
): MicroBatch[] {
  if (!Number.isInteger(microBatchSize) || microBatchSize < 1) {
    throw new RangeError(
      `Cannot cut micro-batches: microBatchSize must be a positive integer: current value is ${microBatchSize}`,
    );
  }
  const pieces: { group: TokenGroup; rows: number[] }[] = [];
  let first = 0;
  for (const { prompt, completions } of rollouts) {
    for (let g = 0; g < completions.length; g += microBatchSize) {
      const part = completions.slice(g, g + microBatchSize);
      pieces.push({
        group: {
          promptIds: prompt.tokenIds,
          completions: part.map(({ tokenIds }) => tokenIds),
          trainedMasks: part.map(({ sampledMask }) => sampledMask),
        },
        rows: part.map((_, i) => first + g + i),
      });
    }
    first += completions.length;
  }
  const batches: MicroBatch[] = [];
  for (let i = 0; i < pieces.length;) {
    const size = pieces[i]!.rows.length;
    let end = i + 1;
    while (
      end < pieces.length && pieces[end]!.rows.length === size &&
      (end - i + 1) * size <= microBatchSize
    ) end++;
    const together = pieces.slice(i, end);
    batches.push({
      batch: layOutGroups(together.map(({ group }) => group)),
      rows: together.flatMap(({ rows }) => rows),
    });
    i = end;
  }
  return batches;
}
