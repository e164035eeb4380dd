/**
 * The matrix product of the wasm engine. Both factors are packed into panels, 4 rows of the left one and 8
 * columns of the right one side by side, so that whatever is transposed, the innermost loop reads straight on:
 * it adds 4 x 8 products a step, which fills the registers.
 *
 * Every number of the product is its terms' sum from first to last. So on one machine it depends on its row and
 * its column alone, not on the shape that they came in.
 *
 * Shapes: `[rows, inner] x [inner, columns]`.
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
  type Local,
  loopOver,
  loopWhile,
  type MultiplyAdd,
  type Statement,
  when,
} from "./wasm_code.ts";
import type { MakeLocal, ModuleCode } from "./wasm_functions.ts";
import { addPacking } from "./wasm_packing_code.ts";

/** Rows of the left factor's panels, and columns of the right one's. */
const PANEL_ROWS = 4, PANEL_COLUMNS = 8;

/**
 * What is packed at a time: a left block of 32 KiB and one panel of the right factor stay in the first cache,
 * the right block of 512 KiB in the second.
 */
const BLOCK_ROWS = 32, BLOCK_COLUMNS = 512, BLOCK_INNER = 256;

const LEFT_BYTES = 4 * BLOCK_ROWS * BLOCK_INNER, RIGHT_BYTES = 4 * BLOCK_COLUMNS * BLOCK_INNER;
const TILE_STEP = 4 * PANEL_COLUMNS;

/** Bytes of the heap that a product needs besides its tensors. */
export const PRODUCT_SCRATCH_BYTES = LEFT_BYTES + RIGHT_BYTES + TILE_STEP * PANEL_ROWS;

/** A tile of up to 4 rows: what it holds, or 0 at the first step, and its part of the sums. */
function addTile(module: ModuleCode, rows: number, multiplyAdd: MultiplyAdd) {
  return module.add(
    `tile${rows}`,
    { left: "i32", right: "i32", inner: "i32", to: "i32", toStep: "i32", isFirst: "i32" },
    ({ left, right, inner, to, toStep, isFirst }, local) => {
      const sums = Array.from({ length: rows }, () => [local("v128"), local("v128")] as const);
      const b = [local("v128"), local("v128")] as const, a = local("v128"), four = local("v128");
      const step = (k: number): Statement =>
        block(
          b.map((x, i) => x.set(f32x4.load(right, 32 * k + 16 * i))),
          four.set(f32x4.load(left, 16 * k)),
          sums.map((row, r) =>
            block(
              a.set(f32x4.shuffle(four, four, [r, r, r, r])),
              row.map((sum, i) => sum.set(multiplyAdd(a, b[i]!, sum))),
            )
          ),
        );
      const eachRow = (write: (row: readonly Local<"v128">[]) => Statement): Statement =>
        block(sums.map((row, r) => block(write(row), r < rows - 1 ? increase(to, toStep) : [])));
      const back = increase(to, i32.mul(toStep, 1 - rows));
      const unrolled = 4;
      return block(
        when(
          isFirst,
          block(sums.flat().map((sum) => sum.set(f32x4.constant(0)))),
          block(
            eachRow((row) => block(row.map((sum, i) => sum.set(f32x4.load(to, 16 * i))))),
            back,
          ),
        ),
        loopWhile(
          i32.ge(inner, unrolled),
          block(
            Array.from({ length: unrolled }, (_, k) => step(k)),
            increase(left, 16 * unrolled),
            increase(right, 32 * unrolled),
            increase(inner, -unrolled),
          ),
        ),
        loopWhile(
          i32.ge(inner, 1),
          block(
            step(0),
            increase(left, 16),
            increase(right, 32),
            increase(inner, -1),
          ),
        ),
        eachRow((row) => block(row.map((sum, i) => f32x4.store(to, sum, 16 * i)))),
      );
    },
  );
}

/** Copies `rows x columns` numbers between places whose rows lie apart. */
function copyTile(
  from: Int,
  fromStep: Int,
  to: Int,
  toStep: Int,
  rows: Int,
  columns: Int,
  local: MakeLocal,
): Statement {
  const row = local("i32"), lane = local("i32");
  return loopOver(
    row,
    0,
    rows,
    1,
    loopOver(
      lane,
      0,
      i32.mul(columns, 4),
      4,
      f32.store(
        i32.add(i32.add(to, i32.mul(row, toStep)), lane),
        f32.load(i32.add(i32.add(from, i32.mul(row, fromStep)), lane)),
      ),
    ),
  );
}

/**
 * Adds `product`: `to[i] = left[i] x right[i]` for each of a batch, or of the factors' transposes. Matrices of a
 * factor lie `leftBatch`, `rightBatch` bytes apart, 0 for one that all share; `scratch` points to
 * {@link PRODUCT_SCRATCH_BYTES}.
 */
export function addProduct(module: ModuleCode, multiplyAdd: MultiplyAdd): void {
  const packLeft = addPacking(module, PANEL_ROWS), packRight = addPacking(module, PANEL_COLUMNS);
  const tiles = [1, 2, 3, 4].map((rows) => addTile(module, rows, multiplyAdd));
  module.add(
    "product",
    {
      left: "i32",
      right: "i32",
      to: "i32",
      batch: "i32",
      leftBatch: "i32",
      rightBatch: "i32",
      rows: "i32",
      inner: "i32",
      columns: "i32",
      isLeftTransposed: "i32",
      isRightTransposed: "i32",
      scratch: "i32",
    },
    (given, local) => {
      const { left, right, to, batch, rows, inner, columns, scratch } = given;
      // Where blocks (k, n, m) and the tile within them (j, i) begin, and how far they go.
      const k = local("i32"),
        n = local("i32"),
        m = local("i32"),
        j = local("i32"),
        i = local("i32");
      const kCount = local("i32"), nCount = local("i32"), mCount = local("i32");
      const jCount = local("i32"), iCount = local("i32");
      const packedLeft = scratch, packedRight = local("i32"), tile = local("i32");
      const at = local("i32"), a = local("i32"), b = local("i32");
      const target = local("i32"), targetStep = local("i32"), rowStep = local("i32");
      const times4 = (x: Int) => i32.mul(x, 4);
      const packRightBlock = when(
        given.isRightTransposed,
        packRight.ofLines({
          from: i32.add(right, times4(i32.add(i32.mul(n, inner), k))),
          lineStep: times4(inner),
          count: nCount,
          inner: kCount,
          to: packedRight,
        }),
        packRight.ofColumns({
          from: i32.add(right, times4(i32.add(i32.mul(k, columns), n))),
          innerStep: times4(columns),
          count: nCount,
          inner: kCount,
          to: packedRight,
        }),
      );
      const packLeftBlock = when(
        given.isLeftTransposed,
        packLeft.ofColumns({
          from: i32.add(left, times4(i32.add(i32.mul(k, rows), m))),
          innerStep: times4(rows),
          count: mCount,
          inner: kCount,
          to: packedLeft,
        }),
        packLeft.ofLines({
          from: i32.add(left, times4(i32.add(i32.mul(m, inner), k))),
          lineStep: times4(inner),
          count: mCount,
          inner: kCount,
          to: packedLeft,
        }),
      );
      const parts = {
        left: a,
        right: b,
        inner: kCount,
        to: target,
        toStep: targetStep,
        isFirst: i32.eq(k, 0),
      };
      const someRows = tiles.slice(0, 3).reduceRight(
        (rest, tileOf, r) => when(i32.eq(iCount, r + 1), tileOf(parts), rest),
        tiles[3]!(parts),
      );
      const wholeTile = i32.eq(jCount, PANEL_COLUMNS);
      const computeTile = block(
        at.set(i32.add(to, times4(i32.add(i32.mul(i32.add(m, i), columns), i32.add(n, j))))),
        when(
          wholeTile,
          block(target.set(at), targetStep.set(rowStep)),
          block(
            target.set(tile),
            targetStep.set(i32.constant(TILE_STEP)),
            when(i32.ge(k, 1), copyTile(at, rowStep, tile, TILE_STEP, iCount, jCount, local)),
          ),
        ),
        someRows,
        when(
          i32.lt(jCount, PANEL_COLUMNS),
          copyTile(tile, TILE_STEP, at, rowStep, iCount, jCount, local),
        ),
      );
      return block(
        packedRight.set(i32.add(scratch, LEFT_BYTES)),
        tile.set(i32.add(packedRight, RIGHT_BYTES)),
        rowStep.set(times4(columns)),
        loopWhile(
          i32.ge(batch, 1),
          block(
            loopOver(
              k,
              0,
              inner,
              BLOCK_INNER,
              block(
                kCount.set(i32.min(i32.sub(inner, k), BLOCK_INNER)),
                loopOver(
                  n,
                  0,
                  columns,
                  BLOCK_COLUMNS,
                  block(
                    nCount.set(i32.min(i32.sub(columns, n), BLOCK_COLUMNS)),
                    packRightBlock,
                    loopOver(
                      m,
                      0,
                      rows,
                      BLOCK_ROWS,
                      block(
                        mCount.set(i32.min(i32.sub(rows, m), BLOCK_ROWS)),
                        packLeftBlock,
                        b.set(packedRight),
                        loopOver(
                          j,
                          0,
                          nCount,
                          PANEL_COLUMNS,
                          block(
                            jCount.set(i32.min(i32.sub(nCount, j), PANEL_COLUMNS)),
                            a.set(packedLeft),
                            loopOver(
                              i,
                              0,
                              mCount,
                              PANEL_ROWS,
                              block(
                                iCount.set(i32.min(i32.sub(mCount, i), PANEL_ROWS)),
                                computeTile,
                                increase(a, i32.mul(kCount, 4 * PANEL_ROWS)),
                              ),
                            ),
                            increase(b, i32.mul(kCount, 4 * PANEL_COLUMNS)),
                          ),
                        ),
                      ),
                    ),
                  ),
                ),
              ),
            ),
            increase(left, given.leftBatch),
            increase(right, given.rightBatch),
            increase(to, times4(i32.mul(rows, columns))),
            increase(batch, -1),
          ),
        ),
      );
    },
  );
}
