/**
 * Packing of a matrix's lines, its rows or its columns, into panels: some lines side by side, number by number,
 * so that what computes with them reads straight on.
 *
 * @module
 */
import {
  block,
  f32,
  f32x4,
  i32,
  increase,
  loopOver,
  loopWhile,
  type Statement,
  type Value,
  when,
} from "./wasm_code.ts";
import type { MakeLocal, ModuleCode } from "./wasm_functions.ts";

/** Four vectors as the columns of what they were the rows of. */
function transposed(x: readonly Value<"v128">[], local: MakeLocal): [Statement, Value<"v128">[]] {
  const [a, b, c, d] = x as [Value<"v128">, Value<"v128">, Value<"v128">, Value<"v128">];
  const low = [0, 4, 1, 5], high = [2, 6, 3, 7];
  const ab = local("v128"), cd = local("v128"), abHigh = local("v128"), cdHigh = local("v128");
  const write = block(
    ab.set(f32x4.shuffle(a, b, low)),
    cd.set(f32x4.shuffle(c, d, low)),
    abHigh.set(f32x4.shuffle(a, b, high)),
    cdHigh.set(f32x4.shuffle(c, d, high)),
  );
  return [write, [
    f32x4.shuffle(ab, cd, [0, 1, 4, 5]),
    f32x4.shuffle(ab, cd, [2, 3, 6, 7]),
    f32x4.shuffle(abHigh, cdHigh, [0, 1, 4, 5]),
    f32x4.shuffle(abHigh, cdHigh, [2, 3, 6, 7]),
  ]];
}

/**
 * Packs `count` lines of `inner` numbers into panels of `width` lines, number by number of each line. Lines of
 * the last panel that are not there repeat the last one that is: nothing that is kept depends on them.
 */
export function addPacking(module: ModuleCode, width: number) {
  /** Lines lie `lineStep` bytes apart, each whole. */
  const ofLines = module.add(
    `packLines${width}`,
    { from: "i32", lineStep: "i32", count: "i32", inner: "i32", to: "i32" },
    ({ from, lineStep, count, inner, to }, local) => {
      const line = local("i32"), quad = local("i32"), k = local("i32"), at = local("i32");
      const lines = Array.from({ length: 4 }, () => local("i32"));
      const rows = lines.map(() => local("v128"));
      const [turn, columns] = transposed(rows, local);
      const single = local("v128");
      const panelLine = i32.add(line, quad);
      return loopOver(
        line,
        0,
        count,
        width,
        block(
          loopOver(
            quad,
            0,
            width,
            4,
            block(
              lines.map((x, i) =>
                x.set(
                  i32.add(
                    from,
                    i32.mul(i32.min(i32.add(panelLine, i), i32.sub(count, 1)), lineStep),
                  ),
                )
              ),
              at.set(i32.add(to, i32.mul(quad, 4))),
              k.set(inner),
              loopWhile(
                i32.ge(k, 4),
                block(
                  rows.map((row, i) => row.set(f32x4.load(lines[i]!))),
                  turn,
                  columns.map((column, i) => f32x4.store(at, column, 4 * width * i)),
                  lines.map((x) => increase(x, 16)),
                  increase(at, 16 * width),
                  increase(k, -4),
                ),
              ),
              loopWhile(
                i32.ge(k, 1),
                block(
                  single.set(f32x4.loadOne(lines[0]!)),
                  lines.slice(1).map((x, i) => {
                    const lanes = [0, 1, 2, 3].map((lane) => lane === i + 1 ? 4 : lane);
                    return single.set(f32x4.shuffle(single, f32x4.loadOne(x), lanes));
                  }),
                  f32x4.store(at, single),
                  lines.map((x) => increase(x, 4)),
                  increase(at, 4 * width),
                  increase(k, -1),
                ),
              ),
            ),
          ),
          to.set(i32.add(to, i32.mul(inner, 4 * width))),
        ),
      );
    },
  );
  /** Lines stand side by side: the next number of each is `innerStep` bytes on. */
  const ofColumns = module.add(
    `packColumns${width}`,
    { from: "i32", innerStep: "i32", count: "i32", inner: "i32", to: "i32" },
    ({ from, innerStep, count, inner, to }, local) => {
      const at = local("i32"), k = local("i32"), lane = local("i32"), left = local("i32");
      const vectors = Array.from({ length: width / 4 }, (_, i) => 16 * i);
      return block(
        left.set(count),
        loopWhile(
          i32.ge(left, 1),
          block(
            at.set(from),
            k.set(inner),
            when(
              i32.ge(left, width),
              loopWhile(
                i32.ge(k, 1),
                block(
                  vectors.map((offset) => f32x4.store(to, f32x4.load(at, offset), offset)),
                  increase(at, innerStep),
                  increase(to, 4 * width),
                  increase(k, -1),
                ),
              ),
              loopWhile(
                i32.ge(k, 1),
                block(
                  loopOver(
                    lane,
                    0,
                    4 * width,
                    4,
                    f32.store(
                      i32.add(to, lane),
                      f32.load(i32.add(at, i32.min(lane, i32.mul(i32.sub(left, 1), 4)))),
                    ),
                  ),
                  increase(at, innerStep),
                  increase(to, 4 * width),
                  increase(k, -1),
                ),
              ),
            ),
            increase(from, 4 * width),
            left.set(i32.sub(left, i32.min(left, width))),
          ),
        ),
      );
    },
  );
  return { ofLines, ofColumns };
}
