/**
 * Attention of one token a row over the keys that its slot shares and its own, and the shift of the newest ones
 * into the own. Rows are too few, and their own keys too many, for products of whole matrices.
 *
 * Shapes: d head width; keys and values of a part `[columns, d]`, d and columns multiples of 4.
 *
 * @module
 */
import {
  block,
  copyBytes,
  f32x4,
  i32,
  increase,
  type Local,
  loopOver,
  loopWhile,
  type MultiplyAdd,
  type Statement,
} from "./wasm_code.ts";
import type { MakeLocal, ModuleCode } from "./wasm_functions.ts";
import { softmaxRow } from "./wasm_softmax_code.ts";
import { byFours, exponential } from "./wasm_vector_code.ts";

const FOUR = [0, 1, 2, 3] as const;

function fourVectors(local: MakeLocal): Local<"v128">[] {
  return FOUR.map(() => local("v128"));
}

/** Adds `scoreColumns`: products of one query with keys. */
function addScores(module: ModuleCode, multiplyAdd: MultiplyAdd) {
  return module.add(
    "scoreColumns",
    { query: "i32", keys: "i32", to: "i32", columns: "i32", keyBytes: "i32" },
    ({ query, keys, to, columns, keyBytes }, local) => {
      const sums = fourVectors(local), at = FOUR.map(() => local("i32"));
      const q = local("v128"), offset = local("i32"), low = local("v128"), high = local("v128");
      const [a, b, c, d] = sums as [Local<"v128">, Local<"v128">, Local<"v128">, Local<"v128">];
      const fold = (x: Local<"v128">, y: Local<"v128">, first: number[], second: number[]) =>
        f32x4.add(f32x4.shuffle(x, y, first), f32x4.shuffle(x, y, second));
      return loopWhile(
        i32.ge(columns, 4),
        block(
          at.map((key, i) => key.set(i32.add(keys, i32.mul(keyBytes, i)))),
          sums.map((sum) => sum.set(f32x4.constant(0))),
          loopOver(
            offset,
            0,
            keyBytes,
            16,
            block(
              q.set(f32x4.load(i32.add(query, offset))),
              sums.map((sum, i) =>
                sum.set(multiplyAdd(q, f32x4.load(i32.add(at[i]!, offset)), sum))
              ),
            ),
          ),
          // Each key's four sums become one: halves first, then lanes.
          low.set(fold(a, b, [0, 4, 1, 5], [2, 6, 3, 7])),
          high.set(fold(c, d, [0, 4, 1, 5], [2, 6, 3, 7])),
          f32x4.store(to, fold(low, high, [0, 1, 4, 5], [2, 3, 6, 7])),
          increase(keys, i32.mul(keyBytes, 4)),
          increase(to, 16),
          increase(columns, -4),
        ),
      );
    },
  );
}

/** Adds `weighColumns`: values by their weights, added to what `to [d]` holds. */
function addWeighing(module: ModuleCode, multiplyAdd: MultiplyAdd) {
  return module.add(
    "weighColumns",
    { weights: "i32", values: "i32", to: "i32", columns: "i32", valueBytes: "i32" },
    ({ weights, values, to, columns, valueBytes }, local) => {
      const sums = fourVectors(local), weight = local("v128"), four = local("v128");
      const left = local("i32"), value = local("i32"), w = local("i32"), column = local("i32");
      /** So many vectors of the sum at once, from `to` on. */
      const part = (count: number): Statement => {
        const kept = sums.slice(0, count);
        return block(
          kept.map((sum, i) => sum.set(f32x4.load(to, 16 * i))),
          w.set(weights),
          value.set(values),
          loopOver(
            column,
            0,
            columns,
            4,
            block(
              four.set(f32x4.load(w)),
              FOUR.map((lane) =>
                block(
                  weight.set(f32x4.shuffle(four, four, [lane, lane, lane, lane])),
                  kept.map((sum, i) =>
                    sum.set(multiplyAdd(weight, f32x4.load(value, 16 * i), sum))
                  ),
                  increase(value, valueBytes),
                )
              ),
              increase(w, 16),
            ),
          ),
          kept.map((sum, i) => f32x4.store(to, sum, 16 * i)),
          increase(to, 16 * count),
          increase(values, 16 * count),
          increase(left, -16 * count),
        );
      };
      return block(
        left.set(valueBytes),
        loopWhile(i32.ge(left, 64), part(4)),
        loopWhile(i32.ge(left, 16), part(1)),
      );
    },
  );
}

/** Addresses and extents of {@link addDecodeAttention}, in the order of a call. */
const PARAMETERS = {
  queries: "i32",
  newKeys: "i32",
  newValues: "i32",
  promptKeys: "i32",
  promptValues: "i32",
  sealedKeys: "i32",
  sealedValues: "i32",
  tailKeys: "i32",
  tailValues: "i32",
  mask: "i32",
  to: "i32",
  nextKeys: "i32",
  nextValues: "i32",
  /** Memory for the scores of a row. */
  scores: "i32",
  slots: "i32",
  rowsPerSlot: "i32",
  kvHeads: "i32",
  queriesPerKey: "i32",
  /** d. */
  width: "i32",
  promptColumns: "i32",
  sealedColumns: "i32",
  tailColumns: "i32",
  scale: "f32",
} as const;

/**
 * Adds `decodeAttention`. Queries, new keys and new values `[B, heads * d]`; prompts `[P, K, N, d]`; sealed and
 * tail `[P*K*R, columns, d]`; mask `[P*K*R*h, W]`; `to [B, H*d]`; `nextKeys` and `nextValues` as the tail.
 */
export function addDecodeAttention(module: ModuleCode, multiplyAdd: MultiplyAdd): void {
  const score = addScores(module, multiplyAdd), weigh = addWeighing(module, multiplyAdd);
  const shift = module.add(
    "shiftColumns",
    { tail: "i32", newest: "i32", to: "i32", columns: "i32", width: "i32" },
    ({ tail, newest, to, columns, width }, local) => {
      const kept = local("i32");
      return block(
        kept.set(i32.mul(i32.mul(i32.sub(columns, 1), width), 4)),
        copyBytes(to, i32.add(tail, i32.mul(width, 4)), kept),
        increase(to, kept),
        byFours(width, local, ({ load, store }) => store(to, load(newest))),
      );
    },
  );
  module.add("decodeAttention", PARAMETERS, (p, local) => {
    const slot = local("i32"), head = local("i32"), row = local("i32"), query = local("i32");
    const own = local("i32"), shared = local("i32"), at = local("i32"), bytes = local("i32");
    const W = local("i32"), scale = local("v128"), e = exponential(local, multiplyAdd);
    const matrix = (list: Local<"i32">, index: Local<"i32">, columns: Local<"i32">) =>
      i32.add(list, i32.mul(i32.mul(index, columns), bytes));
    const parts = [
      [p.promptKeys, p.promptValues, shared, p.promptColumns],
      [p.sealedKeys, p.sealedValues, own, p.sealedColumns],
      [p.nextKeys, p.nextValues, own, p.tailColumns],
    ] as const;
    const newest = (list: Local<"i32">) => i32.add(list, i32.mul(query, bytes));
    const shiftOwn = block(
      // Where the row's new key stands among `[B, K]`.
      query.set(i32.add(
        i32.mul(i32.add(i32.mul(slot, p.rowsPerSlot), row), p.kvHeads),
        head,
      )),
      [[p.tailKeys, p.newKeys, p.nextKeys], [p.tailValues, p.newValues, p.nextValues]].map(
        ([tail, added, next]) =>
          shift({
            tail: matrix(tail!, own, p.tailColumns),
            newest: newest(added!),
            to: matrix(next!, own, p.tailColumns),
            columns: p.tailColumns,
            width: p.width,
          }),
      ),
    );
    const left = local("i32"), result = local("i32");
    const attend = block(
      at.set(p.scores),
      parts.map(([keys, , index, columns]) =>
        block(
          score({
            query: result,
            keys: matrix(keys, index, columns),
            to: at,
            columns,
            keyBytes: bytes,
          }),
          increase(at, i32.mul(columns, 4)),
        )
      ),
      softmaxRow(
        ({ load }) => multiplyAdd(load(p.scores), scale, load(p.mask)),
        p.scores,
        W,
        local,
        e,
      ),
      // From here on where the row's result stands; queries stand the same way.
      increase(result, i32.sub(p.to, p.queries)),
      byFours(p.width, local, ({ store }) => store(result, f32x4.constant(0))),
      at.set(p.scores),
      parts.map(([, values, index, columns]) =>
        block(
          weigh({
            weights: at,
            values: matrix(values, index, columns),
            to: result,
            columns,
            valueBytes: bytes,
          }),
          increase(at, i32.mul(columns, 4)),
        )
      ),
      increase(result, i32.add(i32.sub(p.queries, p.to), bytes)),
      increase(p.mask, i32.mul(W, 4)),
    );
    return block(
      e.prepare,
      scale.set(f32x4.splat(p.scale)),
      bytes.set(i32.mul(p.width, 4)),
      W.set(i32.add(i32.add(p.promptColumns, p.sealedColumns), p.tailColumns)),
      own.set(i32.constant(0)),
      shared.set(i32.constant(0)),
      loopOver(
        slot,
        0,
        p.slots,
        1,
        loopOver(
          head,
          0,
          p.kvHeads,
          1,
          block(
            loopOver(
              row,
              0,
              p.rowsPerSlot,
              1,
              block(
                shiftOwn,
                result.set(i32.add(p.queries, i32.mul(i32.mul(query, p.queriesPerKey), bytes))),
                left.set(p.queriesPerKey),
                loopWhile(i32.ge(left, 1), block(attend, increase(left, -1))),
                increase(own, 1),
              ),
            ),
            increase(shared, 1),
          ),
        ),
      ),
    );
  });
}
