import { assert, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { loadEngine } from "./engine.ts";
import { nativeBackend } from "./native_backend.ts";
import { nativeProduct } from "./native_products.ts";
import { TEST_ENGINE } from "./test_engine.ts";

await loadEngine(TEST_ENGINE);

function filled(shape: number[], phase: number): tf.Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return tf.reshape(tf.sin(tf.add(tf.mul(tf.range(0, size), 0.37), phase)), shape);
}

/** The product by its definition, in float64. */
function byHand(a: number[][], b: number[][]): number[][] {
  return a.map((row) => b[0]!.map((_, c) => row.reduce((sum, x, k) => sum + x * b[k]![c]!, 0)));
}

function assertClose(actual: number[][], expected: number[][]): void {
  assertEquals([actual.length, actual[0]!.length], [expected.length, expected[0]!.length]);
  actual.forEach((row, r) =>
    row.forEach((x, c) => assert(Math.abs(x - expected[r]![c]!) < 1e-4, `${r}, ${c}: ${x}`))
  );
}

Deno.test({
  name: "products of matrices and batches, transposed or not, are what they are defined as",
  ignore: TEST_ENGINE !== "tensorflow",
  fn: () => {
    tf.tidy(() => {
      for (const [rows, inner, columns] of [[1, 5, 7], [3, 4, 5], [65, 70, 33]] as const) {
        const a = filled([2, rows, inner], 0), b = filled([2, inner, columns], 1);
        const [of, by] = [a, b].map((x) => x.arraySync() as number[][][]);
        const swap = (x: tf.Tensor) => tf.transpose(x, [0, 2, 1]);
        for (
          const [ta, tb] of [[false, false], [false, true], [true, false], [true, true]] as const
        ) {
          const left = ta ? swap(a) : a, right = tb ? swap(b) : b;
          const batched = tf.matMul(left, right, ta, tb).arraySync() as number[][][];
          const matrix = (x: tf.Tensor) => tf.squeeze(tf.slice(x, [0], [1]), [0]) as tf.Tensor2D;
          const single = nativeProduct(nativeBackend()!, matrix(left), matrix(right), ta, tb);
          [0, 1].forEach((i) => assertClose(batched[i]!, byHand(of![i]!, by![i]!)));
          assertClose(single.arraySync(), byHand(of![0]!, by![0]!));
        }
      }
    });
  },
});

Deno.test({
  name: "a product of integers stays one",
  ignore: TEST_ENGINE !== "tensorflow",
  fn: () => {
    const x = tf.tensor2d([[1, 2]], [1, 2], "int32"), y = tf.tensor2d([[3], [4]], [2, 1], "int32");
    assertEquals((tf.matMul(x, y).arraySync() as number[][])[0], [11]);
  },
});
