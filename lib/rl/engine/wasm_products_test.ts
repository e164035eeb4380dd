import { assertAlmostEquals, assertEquals } from "@std/assert";
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

Deno.test("products of batches large and small, transposed or not, are what they are defined as", async () => {
  // The last two are large enough for a product of their own.
  for (
    const [outer, rows, inner, columns] of [[[3], 2, 4, 5], [[2, 2], 40, 30, 50], [
      [],
      33,
      40,
      41,
    ]] as const
  ) {
    const batch = outer.reduce((x, y) => x * y, 1);
    for (
      const [transposeA, transposeB] of [[false, false], [false, true], [true, false], [
        true,
        true,
      ]] as const
    ) {
      const before = tf.memory().numTensors;
      const a = filled([...outer, rows, inner]), b = filled([...outer, inner, columns]);
      const swap = (x: tf.Tensor) =>
        tf.transpose(x, [...outer.keys(), outer.length + 1, outer.length]);
      const left = transposeA ? swap(a) : a, right = transposeB ? swap(b) : b;
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
      // Parts of a tensor get names of their own for a while: it has to be whole afterwards.
      const again = tf.matMul(left, right, transposeA, transposeB);
      assertEquals(await again.data(), found);
      tf.dispose([a, b, product, again, left, right]);
      assertEquals(tf.memory().numTensors, before);
    }
  }
});

Deno.test("a shifted cache has lost its oldest column and ends with the newest", async () => {
  const x = tf.reshape(tf.range(0, 12), [2, 3, 2]), newest = tf.tensor3d([[[20, 21]], [[22, 23]]]);
  const shifted = tf.engine().runKernel("ShiftIn", { x, newest }) as tf.Tensor;
  assertEquals(await shifted.array(), [[[2, 3], [4, 5], [20, 21]], [[8, 9], [10, 11], [22, 23]]]);
});

Deno.test("a lasting factor is used again, and freed with its tensor", async () => {
  const b = filled([3, 7, 5]) as tf.Tensor3D;
  for (const transposeB of [false, true]) {
    const right = transposeB ? tf.transpose(b, [0, 2, 1]) : b;
    for (const rows of [2, 4]) {
      const a = filled([3, rows, 7]);
      const product = tf.engine().runKernel("LastingProduct", { a, b: right }, {
        transposeB,
      }) as tf.Tensor;
      assertEquals(product.shape, [3, rows, 5]);
      const expected = byHand([...await a.data()], [...await b.data()], 3, rows, 7, 5);
      const found = await product.data();
      expected.forEach((value, i) => assertAlmostEquals(found[i]!, value, 1e-5));
    }
    if (transposeB) right.dispose();
  }
  // Memory that the freed copy left is taken again.
  const heapBytes = () =>
    (tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } }).wasm.HEAPU8.length;
  let before = 0;
  for (let i = 0; i < 40; i++) {
    tf.tidy(() => {
      const a = tf.ones([4, 2, 256]), b = tf.ones([4, 1024, 256]);
      tf.engine().runKernel("LastingProduct", { a, b }, { transposeB: true });
    });
    if (i === 3) before = heapBytes();
  }
  assertEquals(heapBytes(), before);
});
