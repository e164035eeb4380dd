import { assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { loadEngine } from "./engine.ts";

await loadEngine("wasm");

/** The element of a tensor that holds its own flat index. */
function flat(shape: readonly number[], index: readonly number[]): number {
  return index.reduce((sum, i, d) => sum * shape[d]! + i, 0);
}

Deno.test("slices of every rank take the box that was asked for", async () => {
  const shapes = [[7], [4, 5], [3, 4, 5], [2, 3, 4, 5], [2, 3, 2, 3, 4]];
  for (const shape of shapes) {
    const count = shape.reduce((a, b) => a * b, 1);
    const x = tf.reshape(tf.range(0, count), shape);
    for (const cut of shape.keys()) {
      const begin = shape.map((extent, d) => d === cut ? 1 : d % 2 === 0 ? 0 : extent - 1);
      const size = shape.map((extent, d) => d === cut ? extent - 1 : d % 2 === 0 ? extent : 1);
      const part = tf.slice(x, begin, size);
      assertEquals(part.shape, size);
      const values = await part.data();
      const index = size.map(() => 0);
      for (const value of values) {
        assertEquals(value, flat(shape, index.map((i, d) => i + begin[d]!)));
        for (let d = size.length - 1; d >= 0 && ++index[d]! === size[d]; d--) index[d] = 0;
      }
    }
  }
});

Deno.test("splits along every axis come back by concatenation", async () => {
  const x = tf.reshape(tf.range(0, 2 * 6 * 4), [2, 6, 4]);
  for (const [axis, sizes] of [[0, [1, 1]], [1, [1, 2, 3]], [2, [3, 1]], [-1, [2, 2]]] as const) {
    const parts = tf.split(x, [...sizes], axis);
    assertEquals(parts.map((part) => part.shape.at(axis)), [...sizes]);
    assertEquals(await tf.concat(parts, axis).array(), await x.array());
  }
});

Deno.test("parts of every shape are joined along every axis", async () => {
  for (const [axis, extents] of [[0, [2, 1, 3]], [1, [1, 4]], [2, [5, 2, 0, 3]]] as const) {
    let next = 0;
    const parts = extents.map((extent) => {
      const shape = [2, 3, 4].with(axis, extent), count = shape.reduce((a, b) => a * b, 1);
      const begin = next;
      next += count;
      return tf.reshape(tf.range(begin, next), shape);
    });
    const joined = tf.concat(parts, axis);
    assertEquals(joined.shape, [2, 3, 4].with(axis, extents.reduce((a: number, b) => a + b, 0)));
    let at = 0;
    for (const part of parts) {
      const begin = [0, 0, 0].with(axis, at);
      assertEquals(await tf.slice(joined, begin, part.shape).array(), await part.array());
      at += part.shape[axis]!;
    }
  }
  const whole = tf.concat([tf.tensor1d([1, 2], "int32"), tf.tensor1d([2 ** 31 - 1], "int32")]);
  assertEquals([...await whole.data()], [1, 2, 2 ** 31 - 1]);
  assertEquals([...await tf.concat([tf.tensor1d([true]), tf.tensor1d([false])]).data()], [1, 0]);
});

Deno.test("axes in another order, the last one kept or not", async () => {
  const shape = [2, 3, 4, 2, 5];
  const x = tf.reshape(tf.range(0, 240), shape);
  for (
    const perm of [[0, 1, 2, 3, 4], [0, 2, 1, 3, 4], [3, 2, 1, 0, 4], [2, 0, 3, 1, 4], [
      4,
      3,
      0,
      1,
      2,
    ]]
  ) {
    const turned = tf.transpose(x, perm);
    assertEquals(turned.shape, perm.map((d) => shape[d]));
    const values = await turned.data();
    for (let i = 0, index = shape.map(() => 0); i < 240; i++) {
      const from = shape.map((_, d) => index[perm.indexOf(d)]!);
      assertEquals(values[i], flat(shape, from));
      index = [...index];
      for (let d = 4; d >= 0 && ++index[d]! === turned.shape[d]; d--) index[d] = 0;
    }
  }
});

Deno.test("rows are added up by their index, which must be in range", async () => {
  const rows = tf.tensor2d([[1, 2, 3, 4, 5], [10, 20, 30, 40, 50], [100, 200, 300, 400, NaN]]);
  const sums = tf.unsortedSegmentSum(rows, tf.tensor1d([2, 0, 2], "int32"), 4);
  assertEquals(await sums.array(), [
    [10, 20, 30, 40, 50],
    [0, 0, 0, 0, 0],
    [101, 202, 303, 404, NaN],
    [0, 0, 0, 0, 0],
  ]);
  const outside = tf.tensor1d([0, 4, 1], "int32");
  assertThrows(() => tf.unsortedSegmentSum(rows, outside, 4), RangeError, "0..3");
  const whole = tf.ones([3, 1], "int32");
  assertThrows(() => tf.unsortedSegmentSum(whole, outside, 4), TypeError, "int32");
});

Deno.test("integers, booleans, scalars and empty slices keep their type", async () => {
  const ids = tf.tensor1d([3, 1, 2], "int32");
  assertEquals([...await tf.slice(ids, 1, 2).data()], [1, 2]);
  assertEquals([...await tf.slice(tf.tensor1d([true, false, true]), 2, 1).data()], [1]);
  assertEquals(tf.slice(ids, 0, 0).shape, [0]);
});

Deno.test("rows are gathered in any order and number, out of range is refused", async () => {
  const x = tf.tensor2d([[1, 2], [3, 4], [5, 6]]);
  const rows = tf.gather(x, tf.tensor1d([2, 0, 2, 1], "int32"));
  assertEquals(await rows.array(), [[5, 6], [1, 2], [5, 6], [3, 4]]);
  assertEquals(await tf.gather(x, [1, 0], 1).array(), [[2, 1], [4, 3], [6, 5]]);
  assertThrows(() => tf.gather(x, [3]), RangeError, "0..2");
});

Deno.test("gradients flow through slices", async () => {
  const gradient = tf.grad((x: tf.Tensor) => tf.sum(tf.square(tf.slice(x, [1], [2]))));
  assertEquals([...await gradient(tf.tensor1d([5, 3, 4, 1])).data()], [0, 6, 8, 0]);
});
