/**
 * Softmax of rows, of scores that are scaled and masked as well, and its gradient.
 *
 * @module
 */
import {
  block,
  f32,
  f32x4,
  i32,
  increase,
  type Int,
  loopWhile,
  type MultiplyAdd,
  type Statement,
  type Value,
} from "./wasm_code.ts";
import type { MakeLocal, ModuleCode } from "./wasm_functions.ts";
import {
  type Access,
  byFours,
  byRows,
  type Exponential,
  exponential,
  laneMax,
  laneSum,
} from "./wasm_vector_code.ts";

/** Sets the row at `to` to the softmax of `scores`, by fours. */
export function softmaxRow(
  scores: (access: Access) => Value<"v128">,
  to: Int,
  width: Int,
  local: MakeLocal,
  exponential: Exponential,
): Statement {
  const most = local("v128"), sum = local("v128"), x = local("v128"), share = local("v128");
  return block(
    most.set(f32x4.constant(-Infinity)),
    byFours(width, local, (access) =>
      block(
        x.set(scores(access)),
        access.store(to, x),
        most.set(f32x4.max(most, x)),
      )),
    most.set(f32x4.splat(laneMax(most))),
    sum.set(f32x4.constant(0)),
    byFours(width, local, ({ load, store, own }) =>
      block(
        exponential.write(x, f32x4.sub(load(to), most)),
        store(to, x),
        sum.set(f32x4.add(sum, own(x))),
      )),
    share.set(f32x4.splat(f32.div(f32.constant(1), laneSum(sum)))),
    byFours(width, local, ({ load, store }) => store(to, f32x4.mul(load(to), share))),
  );
}

/** Adds `softmax`, `maskedSoftmax` and `softmaxGradient`. */
export function addSoftmax(module: ModuleCode, multiplyAdd: MultiplyAdd): void {
  module.add(
    "softmax",
    { from: "i32", to: "i32", rows: "i32", width: "i32" },
    ({ from, to, rows, width }, local) => {
      const e = exponential(local, multiplyAdd);
      return block(
        e.prepare,
        byRows(
          rows,
          width,
          [from, to],
          softmaxRow(({ load }) => load(from), to, width, local, e),
        ),
      );
    },
  );
  // Rows [groups, repeats, maskRows, width], of which a group's repeats share its mask.
  module.add(
    "maskedSoftmax",
    {
      from: "i32",
      mask: "i32",
      to: "i32",
      groups: "i32",
      repeats: "i32",
      maskRows: "i32",
      width: "i32",
      scale: "f32",
    },
    ({ from, mask, to, groups, repeats, maskRows, width, scale }, local) => {
      const e = exponential(local, multiplyAdd), scales = local("v128"), bytes = local("i32");
      const repeat = local("i32"), row = local("i32"), maskRow = local("i32");
      const eachRow = block(
        softmaxRow(
          ({ load }) => multiplyAdd(load(from), scales, load(maskRow)),
          to,
          width,
          local,
          e,
        ),
        [from, to, maskRow].map((list) => increase(list, bytes)),
        increase(row, -1),
      );
      return block(
        e.prepare,
        scales.set(f32x4.splat(scale)),
        bytes.set(i32.mul(width, 4)),
        loopWhile(
          i32.ge(groups, 1),
          block(
            repeat.set(repeats),
            loopWhile(
              i32.ge(repeat, 1),
              block(
                maskRow.set(mask),
                row.set(maskRows),
                loopWhile(i32.ge(row, 1), eachRow),
                increase(repeat, -1),
              ),
            ),
            increase(mask, i32.mul(maskRows, bytes)),
            increase(groups, -1),
          ),
        ),
      );
    },
  );
  module.add(
    "softmaxGradient",
    { weights: "i32", dWeights: "i32", to: "i32", rows: "i32", width: "i32", scale: "f32" },
    ({ weights, dWeights, to, rows, width, scale }, local) => {
      const sum = local("v128"), scales = local("v128");
      return block(
        scales.set(f32x4.splat(scale)),
        byRows(
          rows,
          width,
          [weights, dWeights, to],
          block(
            sum.set(f32x4.constant(0)),
            byFours(
              width,
              local,
              ({ load, own }) => sum.set(multiplyAdd(own(load(weights)), load(dWeights), sum)),
            ),
            sum.set(f32x4.splat(laneSum(sum))),
            byFours(width, local, ({ load, store }) =>
              store(
                to,
                f32x4.mul(f32x4.mul(load(weights), f32x4.sub(load(dWeights), sum)), scales),
              )),
          ),
        ),
      );
    },
  );
}
