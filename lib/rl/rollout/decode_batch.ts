/**
 * The rows that decode at the moment, their places in the cache, and one step of all of them.
 *
 * @module
 */
import { decodeTokens, prefill, type RowInput, stepInputs } from "./decoder.ts";
import * as tf from "@tensorflow/tfjs";
import { compiles } from "../graph/compile.ts";
import type { Policy } from "../policy.ts";
import {
  freeCache,
  joinPrompts,
  type KeysValues,
  moveRowsOfCache,
  roundColumns,
  type RowCache,
  sealTail,
  startCache,
  TAIL,
} from "./row_cache.ts";
import { planRows, type Slot } from "./row_plan.ts";

/** A row that decodes: a sample of a prompt. */
export interface DecodingRow {
  /** Index of the prompt. */
  readonly prompt: number;
  /** Tokens fed or to be fed next, the completion's so far. */
  readonly tokenIds: readonly number[];
}

/** A batch of rows. Owned by whoever holds it; every change replaces it. */
export interface DecodeBatch<Row extends DecodingRow> {
  readonly cache: RowCache;
  readonly slots: readonly Slot<Row>[];
  /** Columns of the tail that are not sealed yet. */
  readonly fresh: number;
}

/** What a step gives: logits of the next tokens by place, and the batch behind the step. */
export interface DecodedStep<Row extends DecodingRow> {
  readonly logits_B_V: tf.Tensor2D;
  readonly batch: DecodeBatch<Row>;
}

/** The rows by their places, slot by slot; null where none stands. */
export function placedRows<Row extends DecodingRow>(batch: DecodeBatch<Row>): (Row | null)[] {
  return batch.slots.flatMap(({ rows }) => rows);
}

/**
 * Brings the given rows together: those of `batch` keep their past, prompts that are new to it are
 * computed. Consumes `batch`.
 *
 * @param prompts token ids of all prompts.
 */
export function gatherRows<Row extends DecodingRow>(
  policy: Policy,
  batch: DecodeBatch<Row> | null,
  rows: readonly Row[],
  prompts: readonly (readonly number[])[],
): DecodeBatch<Row> {
  const before = batch?.slots.map(({ prompt }) => prompt) ?? [];
  const used = [...new Set(rows.map(({ prompt }) => prompt))];
  const added = used.filter((prompt) => !before.includes(prompt));
  const columns = roundColumns(Math.max(...used.map((prompt) => prompts[prompt]!.length - 1)));
  const { rowsPerSlot, slots } = planRows(rows, columns, compiles());
  const fresh = prefillByLength(policy, added.map((prompt) => prompts[prompt]!), columns);
  const places = new Map<Row | null, number>();
  if (batch !== null) placedRows(batch).forEach((row, b) => places.set(row, b));
  const all = [...before, ...added];
  const move = {
    slots: slots.length,
    rowsPerSlot,
    slotSources: slots.map(({ prompt }) => prompt === null ? 0 : all.indexOf(prompt)),
    rowSources: slots.flatMap(({ rows }) =>
      rows.map((row) => row === null ? 0 : places.get(row) ?? 0)
    ),
    promptColumns: columns,
  };
  if (batch !== null) {
    return { cache: moveRowsOfCache(batch.cache, fresh, move), slots, fresh: batch.fresh };
  }
  const isInPlace = slots.length === added.length;
  const start = startCache(fresh, isInPlace ? rowsPerSlot : 1);
  return { cache: isInPlace ? start : moveRowsOfCache(start, [], move), slots, fresh: 0 };
}

/**
 * Computes prompts, those of about one length together, so that little padding is computed: `columns` of
 * each, in the order given.
 */
function prefillByLength(
  policy: Policy,
  prompts: readonly (readonly number[])[],
  columns: number,
): KeysValues[] {
  if (prompts.length === 0) return [];
  const groups = [...Map.groupBy(prompts.keys(), (i) => roundColumns(prompts[i]!.length - 1))]
    .map(([, group]) => group);
  const computed = groups.map((group) => prefill(policy, group.map((i) => prompts[i]!)));
  const [only] = computed;
  if (only !== undefined && groups.length === 1) return only;
  const places = groups.flat();
  return joinPrompts(computed, prompts.map((_, i) => places.indexOf(i)), columns);
}

/**
 * Feeds every row its newest token: the logits `[B, V]` of the next ones, by place. Consumes `batch`.
 *
 * @param isOpen rows for which nothing is to be decoded any more stand idle.
 */
export function stepRows<Row extends DecodingRow>(
  policy: Policy,
  batch: DecodeBatch<Row>,
  prompts: readonly (readonly number[])[],
  isOpen: (row: Row) => boolean,
): DecodedStep<Row> {
  const inputs = placedRows(batch).map((row): RowInput | null => {
    if (row === null || !isOpen(row)) return null;
    const prompt = prompts[row.prompt]!, length = row.tokenIds.length;
    return {
      token: row.tokenIds.at(-1) ?? prompt.at(-1)!,
      position: prompt.length - 1 + length,
      promptLength: prompt.length - 1,
      ownLength: length + 1,
    };
  });
  let { cache, fresh } = batch;
  if (fresh === TAIL) {
    const oldest = Math.max(...inputs.map((row) => row === null ? 0 : row.ownLength - 1));
    cache = sealTail(cache, oldest === 0 ? 0 : roundColumns(oldest));
    fresh = 0;
  }
  const step = stepInputs(cache, inputs, ++fresh, policy);
  const { logits_B_V, tail } = decodeTokens(policy.weights, policy.config, cache, step);
  tf.dispose([step.tokens_B, step.mask_PK_Rh_W, ...Object.values(step.rotation)]);
  for (const { keys, values } of cache.tail) tf.dispose([keys, values]);
  return { logits_B_V, batch: { ...batch, cache: { ...cache, tail }, fresh } };
}

/** Frees a batch's cache. */
export function freeBatch({ cache }: DecodeBatch<DecodingRow>): void {
  freeCache(cache);
}
