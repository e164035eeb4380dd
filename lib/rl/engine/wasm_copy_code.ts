/**
 * Moving numbers: boxes from one layout to another, rows by their index, and sums of rows by their index.
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
  loopWhile,
  type Statement,
  when,
} from "./wasm_code.ts";
import type { ModuleCode } from "./wasm_functions.ts";
import { byFours } from "./wasm_vector_code.ts";

/** From so many numbers on, the runtime's own copy is worth its call. */
const LONG_COPY = 128;

/** Adds `copyRuns`, `gatherRows` and `addRows`. */
export function addCopies(module: ModuleCode): void {
  const copy = module.add(
    "copy",
    { from: "i32", to: "i32", count: "i32" },
    ({ from, to, count }, local) =>
      when(
        i32.ge(count, LONG_COPY),
        copyBytes(to, from, i32.mul(count, 4)),
        byFours(count, local, ({ load, store }) => store(to, load(from))),
      ),
  );
  // Runs of `count` numbers; each axis has an extent and what a step along it means in bytes, for both sides.
  const axes = [0, 1, 2].map((axis) => ({
    extent: `extent${axis}`,
    from: `fromStep${axis}`,
    to: `toStep${axis}`,
  }));
  const parameters = Object.fromEntries(
    ["from", "to", ...axes.flatMap((axis) => Object.values(axis)), "count"]
      .map((name) => [name, "i32" as const]),
  );
  module.add("copyRuns", parameters, (given, local) => {
    const get = (name: string): Local<"i32"> => given[name]!;
    const nested = (depth: number, from: Local<"i32">, to: Local<"i32">): Statement => {
      const axis = axes[depth];
      if (axis === undefined) return copy({ from, to, count: get("count") });
      const left = local("i32"), ownFrom = local("i32"), ownTo = local("i32");
      return block(
        left.set(get(axis.extent)),
        ownFrom.set(from),
        ownTo.set(to),
        loopWhile(
          i32.ge(left, 1),
          block(
            nested(depth + 1, ownFrom, ownTo),
            increase(ownFrom, get(axis.from)),
            increase(ownTo, get(axis.to)),
            increase(left, -1),
          ),
        ),
      );
    };
    return nested(0, get("from"), get("to"));
  });
  module.add(
    "gatherRows",
    { from: "i32", indices: "i32", to: "i32", rows: "i32", width: "i32" },
    ({ from, indices, to, rows, width }) =>
      loopWhile(
        i32.ge(rows, 1),
        block(
          copy({
            from: i32.add(from, i32.mul(i32.mul(i32.load(indices), width), 4)),
            to,
            count: width,
          }),
          increase(indices, 4),
          increase(to, i32.mul(width, 4)),
          increase(rows, -1),
        ),
      ),
  );
  module.add(
    "addRows",
    { from: "i32", indices: "i32", to: "i32", rows: "i32", width: "i32" },
    ({ from, indices, to, rows, width }, local) => {
      const sum = local("i32");
      return loopWhile(
        i32.ge(rows, 1),
        block(
          sum.set(i32.add(to, i32.mul(i32.mul(i32.load(indices), width), 4))),
          byFours(width, local, ({ load, store }) => store(sum, f32x4.add(load(sum), load(from)))),
          increase(indices, 4),
          increase(from, i32.mul(width, 4)),
          increase(rows, -1),
        ),
      );
    },
  );
}
