/**
 * The key/value cache of rows that decode together: prompts that their rows share, and the rows' own
 * tokens in columns that all rows write at the same time.
 *
 * A row's own columns are those of the steps it took part in, so rows of different ages need no other
 * layout: a mask hides what stood there before. Columns move out of a tail of fixed length into the
 * sealed part, {@link TAIL} at a time: a step copies the tail only, and lengths are
 * rounded, so that shapes are few.
 *
 * Shapes: P slots (each a prompt), R rows of a slot, B = P x R, K key/value heads, N prompt columns,
 * S sealed columns, d head width. Rows of the own parts stand slot by slot, then by head: `[P*K*R, .., d]`.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";

/** Columns of the tail; sealed columns and prompt columns are multiples of it. */
export const TAIL = 32;

/** Keys and values of prompts, `[P, K, N, d]`. */
export interface KeysValues {
  readonly keys: tf.Tensor4D;
  readonly values: tf.Tensor4D;
}

/** Keys and values of rows' own tokens, `[P*K*R, columns, d]`. */
export interface RowKeysValues {
  readonly keys: tf.Tensor3D;
  readonly values: tf.Tensor3D;
}

/** Where the rows of a cache stand. */
export interface CacheShape {
  /** P; one prompt each, and a prompt may have several. */
  readonly slots: number;
  /** R. */
  readonly rowsPerSlot: number;
}

/** The caches of a batch, one entry a layer. Owned by whoever holds it; every change replaces it. */
export interface RowCache extends CacheShape {
  /** `[P, K, N, d]`. */
  readonly prompts: readonly KeysValues[];
  /** `[P*K*R, S, d]`; an empty list as long as S is 0. */
  readonly sealed: readonly RowKeysValues[];
  /** `[P*K*R, TAIL, d]`; the newest column is the last. */
  readonly tail: readonly RowKeysValues[];
}

/** Columns of the prompts, N. */
export function promptColumns({ prompts }: RowCache): number {
  return prompts[0]!.keys.shape[2];
}

/** Sealed columns, S. */
export function sealedColumns({ sealed }: RowCache): number {
  return sealed[0]?.keys.shape[1] ?? 0;
}

/**
 * A length that holds so many columns and is one of few: a multiple of {@link TAIL}, from 8 of them on of a
 * fourth of the next lower power of two.
 */
export function roundColumns(columns: number): number {
  const step = Math.max(TAIL, 2 ** Math.floor(Math.log2(Math.max(1, columns))) / 4);
  return Math.max(1, Math.ceil(columns / step)) * step;
}

type Pair<T extends tf.Tensor> = { readonly keys: T; readonly values: T };

/** Replaces keys and values of every layer; what they were is freed. */
function mapPairs<T extends tf.Tensor, U extends tf.Tensor>(
  pairs: readonly Pair<T>[],
  change: (x: T, layer: number, part: "keys" | "values") => U,
): Pair<U>[] {
  return pairs.map((pair, layer) => {
    const keys = tf.tidy(() => change(pair.keys, layer, "keys"));
    pair.keys.dispose();
    const values = tf.tidy(() => change(pair.values, layer, "values"));
    pair.values.dispose();
    return { keys, values };
  });
}

/**
 * Moves the tail's columns to the sealed ones, of which the newest `columns` stay; zeros, for the mask to
 * hide, stand before them if there are fewer. Consumes `cache`; the tail's content stays, for the mask to
 * hide.
 */
export function sealTail(cache: RowCache, columns: number): RowCache {
  const { tail } = cache;
  if (columns === 0) {
    freePairs(cache.sealed);
    return { ...cache, sealed: [] };
  }
  const join = (old: tf.Tensor3D | null, newest: tf.Tensor3D): tf.Tensor3D => {
    const all = old === null ? tf.clone(newest) : tf.concat([old, newest], 1);
    const [rows, found, d] = all.shape;
    if (found === columns) return all;
    if (found > columns) return tf.slice(all, [0, found - columns, 0], [rows, columns, d]);
    return tf.concat([tf.zeros<tf.Rank.R3>([rows, columns - found, d]), all], 1);
  };
  const sealed = cache.sealed.length === 0
    ? tail.map(({ keys, values }) => ({
      keys: tf.tidy(() => join(null, keys)),
      values: tf.tidy(() => join(null, values)),
    }))
    : mapPairs(cache.sealed, (old, layer, part) => join(old, tail[layer]![part]));
  return { ...cache, sealed };
}

/** Prompt columns cut or filled up with zeros to `columns`. */
function fitColumns(x: tf.Tensor4D, columns: number): tf.Tensor4D {
  const [P, K, N, d] = x.shape;
  if (columns === N) return x;
  if (columns < N) return tf.slice(x, [0, 0, 0, 0], [P, K, columns, d]);
  return tf.concat([x, tf.zeros<tf.Rank.R4>([P, K, columns - N, d])], 2);
}

/**
 * Prompts of different lengths side by side. Consumes `groups`.
 *
 * @param groups each one entry a layer.
 * @param order for each prompt of the result its place among those of all groups, one after the other.
 */
export function joinPrompts(
  groups: readonly (readonly KeysValues[])[],
  order: readonly number[],
  columns: number,
): KeysValues[] {
  const join = (layer: number, part: "keys" | "values") =>
    tf.tidy(() => {
      const all = tf.concat(groups.map((group) => fitColumns(group[layer]![part], columns)), 0);
      return tf.gather(all, tf.tensor1d(Int32Array.from(order), "int32"));
    });
  const joined = groups[0]!.map((_, layer) => ({
    keys: join(layer, "keys"),
    values: join(layer, "values"),
  }));
  groups.forEach(freePairs);
  return joined;
}

/** What a new layout takes from where; lists in the order of the new slots and rows. */
export interface CacheMove extends CacheShape {
  /** For each new slot an old one, or `old slots + i` for the i-th fresh prompt. */
  readonly slotSources: readonly number[];
  /** For each new row an old one; any for a row without a past. */
  readonly rowSources: readonly number[];
  /** Columns that the longest prompt needs, a multiple of {@link TAIL}. */
  readonly promptColumns: number;
}

/** Brings slots and rows into another layout. Consumes `cache` and `fresh`. */
export function moveRowsOfCache(
  cache: RowCache,
  fresh: readonly KeysValues[],
  { slots, rowsPerSlot, slotSources, rowSources, promptColumns }: CacheMove,
): RowCache {
  const R = cache.rowsPerSlot;
  const K = cache.prompts[0]!.keys.shape[1];
  const slotIds = Int32Array.from(slotSources);
  const ownRows = new Int32Array(slots * K * rowsPerSlot);
  for (let slot = 0, at = 0; slot < slots; slot++) {
    for (let k = 0; k < K; k++) {
      for (let r = 0; r < rowsPerSlot; r++) {
        const source = rowSources[slot * rowsPerSlot + r]!;
        ownRows[at++] = (Math.floor(source / R) * K + k) * R + source % R;
      }
    }
  }
  const take = (x: tf.Tensor3D) => tf.gather(x, tf.tensor1d(ownRows, "int32"));
  const prompts = mapPairs(cache.prompts, (old, layer, part) => {
    const fitted = fitColumns(old, promptColumns);
    const added = fresh[layer]?.[part];
    const all = added === undefined
      ? fitted
      : tf.concat([fitted, fitColumns(added, promptColumns)], 0);
    return tf.gather(all, tf.tensor1d(slotIds, "int32"));
  });
  freePairs(fresh);
  return {
    slots,
    rowsPerSlot,
    prompts,
    sealed: mapPairs(cache.sealed, take),
    tail: mapPairs(cache.tail, take),
  };
}

/** A cache of rows without a past over prompts. Consumes `prompts`, one entry a slot. */
export function startCache(prompts: readonly KeysValues[], rowsPerSlot: number): RowCache {
  const [slots, K, , d] = prompts[0]!.keys.shape;
  const empty = () => tf.zeros<tf.Rank.R3>([slots * K * rowsPerSlot, TAIL, d]);
  return {
    slots,
    rowsPerSlot,
    prompts,
    sealed: [],
    tail: prompts.map(() => ({ keys: empty(), values: empty() })),
  };
}

/** Frees a cache. */
export function freeCache({ prompts, sealed, tail }: RowCache): void {
  freePairs(prompts);
  freePairs(sealed);
  freePairs(tail);
}

function freePairs(pairs: readonly Pair<tf.Tensor>[]): void {
  for (const { keys, values } of pairs) tf.dispose([keys, values]);
}
