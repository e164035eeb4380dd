/**
 * Masks and rotations of a batch of groups, as tensors.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { bucketSize } from "../graph/bucket.ts";
import type { Tensors } from "../graph/compile.ts";
import { MASKED_SCORE } from "./attention.ts";
import type { ModelConfig } from "./config.ts";
import type { GroupBatch } from "./group_batch.ts";
import type { GroupContext } from "./layer.ts";
import { rotationAt } from "./rotary.ts";
import { layOutStretch, planStretches } from "./stretches.ts";

/** The causal mask of `length` rows: 0 on and below the diagonal, {@link MASKED_SCORE} above. */
export function causalMask(length: number): tf.Tensor2D {
  const mask = new Float32Array(length * length);
  for (let row = 0; row < length; row++) {
    mask.fill(MASKED_SCORE, row * length + row + 1, (row + 1) * length);
  }
  return tf.tensor2d(mask, [length, length]);
}

/** Where rows of the given lengths, laid one after the other, stand when each is padded to the same length. */
interface Padding {
  /** The row of each padded row, from `first` on; 0 where there is none. */
  readonly row: Int32Array;
  /** 1 where a padded row has a row, else 0. */
  readonly isRow: Float32Array;
  /** Where each row stands among the padded ones. */
  readonly place: Int32Array;
}

/** Lays rows out with padding. */
export function padding(lengths: readonly number[], padded: number, first: number): Padding {
  const row = new Int32Array(lengths.length * padded);
  const isRow = new Float32Array(row.length);
  const place: number[] = [];
  lengths.forEach((length, i) => {
    for (let k = 0; k < length; k++) {
      const at = i * padded + k;
      row[at] = first + place.length;
      isRow[at] = 1;
      place.push(at);
    }
  });
  return { row, isRow, place: Int32Array.from(place) };
}

function column(x: Float32Array): tf.Tensor2D {
  return tf.tensor2d(x, [x.length, 1]);
}

/**
 * The context that every layer of one pass over `batch` shares.
 *
 * @param M Rows that the pass computes: the batch's, and spare ones behind them.
 */
export function groupContext(batch: GroupBatch, config: ModelConfig, M: number): GroupContext {
  const { P, promptLengths_P, inputIds_M } = batch;
  const N = bucketSize(batch.N);
  const positions_M = new Int32Array(M);
  positions_M.set(batch.positions_M);
  const prompts = padding(promptLengths_P, N, 0);
  const stretches = planStretches(batch).map((plan) => layOutStretch(plan, batch, N));
  const queryPlace_M = new Int32Array(M);
  queryPlace_M.set(prompts.place);
  const keyPlaces: { place_M: Int32Array; isPlace_M: Float32Array }[] = [];
  const timesPlaced_M = new Uint16Array(M);
  const placeKey = (row: number, place: number) => {
    const time = timesPlaced_M[row]!++;
    keyPlaces[time] ??= { place_M: new Int32Array(M), isPlace_M: new Float32Array(M) };
    keyPlaces[time].place_M[row] = place;
    keyPlaces[time].isPlace_M[row] = 1;
  };
  prompts.place.forEach((place, row) => placeKey(row, place));
  let queries = P * N, keys = P * N;
  for (const { queryRow, isQuery, keyRow, isKey } of stretches) {
    queryRow.forEach((row, i) => {
      if (isQuery[i] === 1) queryPlace_M[row] = queries + i;
    });
    keyRow.forEach((row, i) => {
      if (isKey[i] === 1) placeKey(row, keys + i);
    });
    queries += queryRow.length;
    keys += keyRow.length;
  }
  const indices = (x: Int32Array) => tf.tensor1d(x, "int32");
  return {
    P,
    promptRow_PN: indices(prompts.row),
    isPromptRow_PN_1: column(prompts.isRow),
    causal_N_N: causalMask(N),
    stretches: stretches.map(({ queryRow, isQuery, keyRow, mask }) => ({
      queryRow_PGS: indices(queryRow),
      isQuery_PGS_1: column(isQuery),
      keyRow_PGE: indices(keyRow),
      mask_P_1_S_NE: mask,
    })),
    queryPlace_M: indices(queryPlace_M),
    isRow_M_1: column(new Float32Array(M).fill(1, 0, inputIds_M.length)),
    keyPlaces: keyPlaces.map(({ place_M, isPlace_M }) => ({
      place_M: indices(place_M),
      isPlace_M_1: column(isPlace_M),
    })),
    rotation: rotationAt(positions_M, config.headDim, config.ropeTheta),
  };
}

/** The members of a list under names of their own. */
function numbered<T extends object>(name: string, list: readonly T[]): Tensors {
  return Object.fromEntries(
    list.flatMap((member, i) =>
      Object.entries(member).map(([key, tensor]) => [`${name} ${i} ${key}`, tensor])
    ),
  );
}

/** The reverse of {@link numbered}. */
function unnumbered<T extends object>(name: string, like: readonly T[], tensors: Tensors): T[] {
  return like.map((member, i) =>
    Object.fromEntries(
      Object.keys(member).map((key) => [key, tensors[`${name} ${i} ${key}`]]),
    ) as T
  );
}

/** The tensors of a context by name, as a graph takes them. */
export function contextTensors(
  { P: _P, rotation, stretches, keyPlaces, ...tensors }: GroupContext,
): Tensors {
  return {
    ...tensors,
    ...rotation,
    ...numbered("stretch", stretches),
    ...numbered("key", keyPlaces),
  };
}

/** A context from {@link contextTensors}. */
export function contextOf(context: GroupContext, tensors: Tensors): GroupContext {
  return {
    ...tensors as unknown as GroupContext,
    P: context.P,
    rotation: tensors as unknown as GroupContext["rotation"],
    stretches: unnumbered("stretch", context.stretches, tensors),
    keyPlaces: unnumbered("key", context.keyPlaces, tensors),
  };
}
