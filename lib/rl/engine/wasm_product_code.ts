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
import type { ModuleCode } from "./wasm_functions.ts";
import { addPacking } from "./wasm_packing_code.ts";

/** Rows of the left factor's panels, and columns of the right one's. */
const PANEL_ROWS = 4, PANEL_COLUMNS = 8;

/**
 * What is packed at a time: a left block of 32 KiB and one panel of the right factor stay in the first cache,
 * the right block of 512 KiB in the second.
 */
const BLOCK_ROWS = 32, BLOCK_COLUMNS = 512, BLOCK_INNER = 256;

const LEFT_BYTES = 4 * BLOCK_ROWS * BLOCK_INNER, RIGHT_BYTES = 4 * BLOCK_COLUMNS * BLOCK_INNER;

/** Bytes of a row where a panel's columns stand that go beyond the product's. */
const EDGE_STEP = 4 * PANEL_COLUMNS;

/** Bytes of the heap that a product needs besides its tensors. */
export const PRODUCT_SCRATCH_BYTES = LEFT_BYTES + RIGHT_BYTES + EDGE_STEP * BLOCK_ROWS;

/** Adds tiles of so many rows, one below the other: what they hold, or 0 at the first step, and their sums. */
function addTiles(module: ModuleCode, rows: number, multiplyAdd: MultiplyAdd) {
  return module.add(
    `tiles${rows}`,
    {
      left: "i32",
      right: "i32",
      inner: "i32",
      to: "i32",
      toStep: "i32",
      isFirst: "i32",
      count: "i32",
    },
    ({ left, right, inner, to, toStep, isFirst, count }, local) => {
      const sums = Array.from({ length: rows }, () => [local("v128"), local("v128")] as const);
      const b = [local("v128"), local("v128")] as const, a = local("v128"), four = local("v128");
      const k = local("i32"), at = local("i32"), unrolled = 4;
      const step = (k: number): Statement =>
        block(
          b.map((x, i) => x.set(f32x4.load(at, 32 * k + 16 * i))),
          four.set(f32x4.load(left, 16 * k)),
          sums.map((row, r) =>
            block(
              a.set(f32x4.shuffle(four, four, [r, r, r, r])),
              row.map((sum, i) => sum.set(multiplyAdd(a, b[i]!, sum))),
            )
          ),
        );
      const steps = (count: number): Statement =>
        loopWhile(
          i32.ge(k, count),
          block(
            Array.from({ length: count }, (_, i) => step(i)),
            increase(left, 16 * count),
            increase(at, 32 * count),
            increase(k, -count),
          ),
        );
      const eachRow = (write: (row: readonly Local<"v128">[]) => Statement): Statement =>
        block(sums.map((row) => block(write(row), increase(to, toStep))));
      return loopWhile(
        i32.ge(count, 1),
        block(
          k.set(inner),
          at.set(right),
          when(
            isFirst,
            block(sums.flat().map((sum) => sum.set(f32x4.constant(0)))),
            block(
              eachRow((row) => block(row.map((sum, i) => sum.set(f32x4.load(to, 16 * i))))),
              increase(to, i32.mul(toStep, -rows)),
            ),
          ),
          steps(unrolled),
          steps(1),
          eachRow((row) => block(row.map((sum, i) => f32x4.store(to, sum, 16 * i)))),
          increase(count, -1),
        ),
      );
    },
  );
}

/** Adds `panel`: a packed left block with one panel of the right factor. */
function addPanel(module: ModuleCode, multiplyAdd: MultiplyAdd) {
  const tiles = [1, 2, 3, 4].map((rows) => addTiles(module, rows, multiplyAdd));
  return module.add(
    "panel",
    {
      left: "i32",
      right: "i32",
      rows: "i32",
      inner: "i32",
      to: "i32",
      toStep: "i32",
      isFirst: "i32",
    },
    ({ left, right, rows, inner, to, toStep, isFirst }, local) => {
      const whole = local("i32");
      const given = { left, right, inner, to, toStep, isFirst };
      return block(
        whole.set(i32.div(rows, PANEL_ROWS)),
        tiles[3]!({ ...given, count: whole }),
        whole.set(i32.mul(whole, PANEL_ROWS)),
        increase(left, i32.mul(i32.mul(whole, inner), 4)),
        increase(to, i32.mul(whole, toStep)),
        tiles.slice(0, 3).map((tilesOf, i) =>
          when(i32.eq(i32.sub(rows, whole), i + 1), tilesOf({ ...given, count: 1 }))
        ),
      );
    },
  );
}

/** Adds `copyEdge`: copies `rows x columns` numbers between places whose rows lie apart. */
function addEdgeCopy(module: ModuleCode) {
  return module.add(
    "copyEdge",
    {
      from: "i32",
      fromStep: "i32",
      to: "i32",
      toStep: "i32",
      rows: "i32",
      columns: "i32",
    },
    ({ from, fromStep, to, toStep, rows, columns }, local) => {
      const lane = local("i32"), end = local("i32");
      const number = f32.store(i32.add(to, lane), f32.load(i32.add(from, lane)));
      return block(
        end.set(i32.mul(columns, 4)),
        loopWhile(
          i32.ge(rows, 1),
          block(
            loopOver(lane, 0, end, 4, number),
            increase(from, fromStep),
            increase(to, toStep),
            increase(rows, -1),
          ),
        ),
      );
    },
  );
}

/**
 * Adds `product`: `to[i] = left[i] x right[i]` for each of a batch, or of the factors' transposes. Matrices of a
 * factor lie `leftBatch`, `rightBatch` bytes apart, 0 for one that all share; `scratch` points to
 * {@link PRODUCT_SCRATCH_BYTES}.
 */
export function addProduct(module: ModuleCode, multiplyAdd: MultiplyAdd): void {
  const packLeft = addPacking(module, PANEL_ROWS), packRight = addPacking(module, PANEL_COLUMNS);
  const panel = addPanel(module, multiplyAdd), copyEdge = addEdgeCopy(module);
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
      // Where blocks begin and a panel within them, and how far they go.
      const k = local("i32"), n = local("i32"), m = local("i32"), j = local("i32");
      const kCount = local("i32"), nCount = local("i32"), mCount = local("i32");
      const jCount = local("i32");
      const packedLeft = scratch, packedRight = local("i32"), edge = local("i32");
      const at = local("i32"), rightPanel = local("i32"), rowStep = local("i32");
      const times4 = (x: Int) => i32.mul(x, 4);
      const rightBlock = { count: nCount, inner: kCount, to: packedRight };
      const packRightBlock = when(
        given.isRightTransposed,
        packRight.ofLines({
          ...rightBlock,
          from: i32.add(right, times4(i32.add(i32.mul(n, inner), k))),
          lineStep: times4(inner),
        }),
        packRight.ofColumns({
          ...rightBlock,
          from: i32.add(right, times4(i32.add(i32.mul(k, columns), n))),
          innerStep: rowStep,
        }),
      );
      const leftBlock = { count: mCount, inner: kCount, to: packedLeft };
      const packLeftBlock = when(
        given.isLeftTransposed,
        packLeft.ofColumns({
          ...leftBlock,
          from: i32.add(left, times4(i32.add(i32.mul(k, rows), m))),
          innerStep: times4(rows),
        }),
        packLeft.ofLines({
          ...leftBlock,
          from: i32.add(left, times4(i32.add(i32.mul(m, inner), k))),
          lineStep: times4(inner),
        }),
      );
      const isFirst = i32.eq(k, 0);
      const parts = {
        left: packedLeft,
        right: rightPanel,
        rows: mCount,
        inner: kCount,
        isFirst,
      };
      const copied = { rows: mCount, columns: jCount };
      const panelOfBlock = block(
        jCount.set(i32.min(i32.sub(nCount, j), PANEL_COLUMNS)),
        at.set(i32.add(to, times4(i32.add(i32.mul(m, columns), i32.add(n, j))))),
        when(
          i32.eq(jCount, PANEL_COLUMNS),
          panel({ ...parts, to: at, toStep: rowStep }),
          block(
            when(
              i32.eq(isFirst, 0),
              copyEdge({ ...copied, from: at, fromStep: rowStep, to: edge, toStep: EDGE_STEP }),
            ),
            panel({ ...parts, to: edge, toStep: EDGE_STEP }),
            copyEdge({ ...copied, from: edge, fromStep: EDGE_STEP, to: at, toStep: rowStep }),
          ),
        ),
        increase(rightPanel, i32.mul(kCount, 4 * PANEL_COLUMNS)),
      );
      const rowsOfBlock = block(
        mCount.set(i32.min(i32.sub(rows, m), BLOCK_ROWS)),
        packLeftBlock,
        rightPanel.set(packedRight),
        loopOver(j, 0, nCount, PANEL_COLUMNS, panelOfBlock),
      );
      const columnsOfBlock = block(
        nCount.set(i32.min(i32.sub(columns, n), BLOCK_COLUMNS)),
        packRightBlock,
        loopOver(m, 0, rows, BLOCK_ROWS, rowsOfBlock),
      );
      const termsOfBlock = block(
        kCount.set(i32.min(i32.sub(inner, k), BLOCK_INNER)),
        loopOver(n, 0, columns, BLOCK_COLUMNS, columnsOfBlock),
      );
      return block(
        packedRight.set(i32.add(scratch, LEFT_BYTES)),
        edge.set(i32.add(packedRight, RIGHT_BYTES)),
        rowStep.set(times4(columns)),
        loopWhile(
          i32.ge(batch, 1),
          block(
            loopOver(k, 0, inner, BLOCK_INNER, termsOfBlock),
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
