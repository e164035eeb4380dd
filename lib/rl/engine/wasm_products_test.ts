import { assertAlmostEquals, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { loadEngine } from "./engine.ts";

await loadEngine("wasm");

/** Numbers without a pattern, the same at every call. */
function filled(shape: number[]): tf.Tensor {
  const count = shape.reduce((a, b) => a * b, 1);
  return tf.tensor(Float32Array.from({ length: count }, (_, i) => Math.sin(i * i)), shape);
}

/** The product by its definition, number by number. */
function byHand(
  a: number[],
  b: number[],
  batch: number,
  rows: number,
  inner: number,
  columns: number,
) {
  const at = (x: number, r: number, c: number) => {
    let sum = 0;
    for (let k = 0; k < inner; k++) {
      sum += a[(x * rows + r) * inner + k]! * b[(x * inner + k) * columns + c]!;
    }
    return sum;
  };
  return Array.from(
    { length: batch * rows * columns },
    (_, i) => at(Math.floor(i / rows / columns), Math.floor(i / columns) % rows, i % columns),
  );
}

/** `x` with its last two axes swapped. */
function swapped(x: tf.Tensor): tf.Tensor {
  const rank = x.rank;
  return tf.transpose(x, x.shape.map((_, d) => d < rank - 2 ? d : 2 * rank - 3 - d));
}

const TRANSPOSES = [[false, false], [false, true], [true, false], [true, true]] as const;

Deno.test("products of batches large and small, transposed or not, are what they are defined as", async () => {
  const shapes: [outer: number[], rows: number, inner: number, columns: number][] = [
    [[], 1, 1, 1],
    [[], 4, 4, 8],
    [[3], 2, 4, 5],
    [[5], 1, 7, 9],
    [[2, 2], 40, 30, 50],
    [[], 33, 40, 41],
    // Larger than the blocks that are packed at a time, by rows, inner and columns.
    [[], 67, 3, 11],
    [[2], 3, 515, 6],
    [[], 5, 259, 521],
  ];
  for (const [outer, rows, inner, columns] of shapes) {
    const batch = outer.reduce((x, y) => x * y, 1);
    for (const [transposeA, transposeB] of TRANSPOSES) {
      const before = tf.memory().numTensors;
      const a = filled([...outer, rows, inner]), b = filled([...outer, inner, columns]);
      const left = transposeA ? swapped(a) : a, right = transposeB ? swapped(b) : b;
      const product = tf.matMul(left, right, transposeA, transposeB);
      assertEquals(product.shape, [...outer, rows, columns]);
      const expected = byHand(
        [...await a.data()],
        [...await b.data()],
        batch,
        rows,
        inner,
        columns,
      );
      const found = await product.data();
      expected.forEach((value, i) => assertAlmostEquals(found[i]!, value, 1e-4));
      tf.dispose([a, b, product, left, right]);
      assertEquals(tf.memory().numTensors, before);
    }
  }
});

Deno.test("a product worked by hand, from numbers that float32 holds exactly", async () => {
  const a = tf.tensor2d([[1, -2, 3], [0.5, 4, -1]]), b = tf.tensor2d([[2, 1], [0, -3], [5, 0.25]]);
  const expected = [[17, 7.75], [-4, -11.75]];
  for (const [transposeA, transposeB] of TRANSPOSES) {
    const left = transposeA ? swapped(a) : a, right = transposeB ? swapped(b) : b;
    assertEquals(await tf.matMul(left, right, transposeA, transposeB).array(), expected);
  }
});

Deno.test("one matrix meets all of a batch", async () => {
  const one = filled([1, 3, 5]) as tf.Tensor3D, many = filled([4, 5, 6]) as tf.Tensor3D;
  const right = tf.matMul(one, many), left = tf.matMul(swapped(many), swapped(one));
  for (let i = 0; i < 4; i++) {
    const own = tf.slice(many, [i, 0, 0], [1, 5, 6]);
    const expected = await tf.matMul(one, own).array();
    assertEquals(await tf.slice(right, [i, 0, 0], [1, 3, 6]).array(), expected);
    assertEquals(await swapped(tf.slice(left, [i, 0, 0], [1, 6, 3])).array(), expected);
  }
  const error = assertThrows(
    () => tf.matMul(filled([2, 1, 3, 5]), filled([1, 3, 5, 2])),
    RangeError,
  );
  assertStringIncludes(error.message, "[2,1,3,5]");
});

Deno.test("a row's numbers are the same bits whatever shares its product", async () => {
  const a = filled([37, 300]) as tf.Tensor2D, b = filled([300, 29]) as tf.Tensor2D;
  const whole = await tf.matMul(a, b).array() as number[][];
  for (const row of [0, 3, 36]) {
    const alone = tf.matMul(tf.slice(a, [row, 0], [1, 300]), b);
    assertEquals(await alone.array(), [whole[row]!]);
    const some = tf.matMul(tf.slice(a, [row, 0], [1, 300]), tf.slice(b, [0, 10], [300, 3]));
    assertEquals(await some.array(), [whole[row]!.slice(10, 13)]);
  }
});

Deno.test("NaN and infinity reach the numbers that depend on them, and no others", async () => {
  const [rows, inner, columns] = [6, 9, 11];
  for (const value of [NaN, Infinity, -Infinity]) {
    for (const [transposeA, transposeB] of TRANSPOSES) {
      const a = tf.buffer([rows, inner]), b = tf.fill([inner, columns], 1);
      a.set(value, 5, 8);
      const left = transposeA ? swapped(a.toTensor()) : a.toTensor();
      const right = transposeB ? swapped(b) : b;
      const found = await tf.matMul(left, right, transposeA, transposeB).array() as number[][];
      found.forEach((row, r) => assertEquals(row, Array(columns).fill(r === 5 ? value : 0)));
    }
  }
  // 0 times NaN is NaN: zeros are not left out.
  const found = tf.matMul(tf.zeros([2, 3]), tf.fill([3, 2], NaN));
  assertEquals([...await found.data()], [NaN, NaN, NaN, NaN]);
});

Deno.test("without terms the sums are 0; integers are refused", async () => {
  assertEquals(await tf.matMul(tf.zeros([2, 0]), tf.zeros([0, 3])).array(), [[0, 0, 0], [0, 0, 0]]);
  assertEquals(tf.matMul(tf.zeros([0, 2]), tf.zeros([2, 3])).shape, [0, 3]);
  const whole = tf.tensor2d([[1]], [1, 1], "int32");
  assertThrows(() => tf.matMul(whole, whole), TypeError, "int32");
});
