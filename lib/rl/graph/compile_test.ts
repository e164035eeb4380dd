import { assert, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { loadEngine } from "../engine/engine.ts";
import { TEST_ENGINE } from "../engine/test_engine.ts";
import { tensorsLeftBy } from "../grpo/on_backends.ts";
import { compiles, runCompiled } from "./compile.ts";

await loadEngine(TEST_ENGINE);

/** Uses constants, several outputs, a reduction, a product, a gather, a pack and an expansion. */
function several({ x, ids }: { x: tf.Tensor; ids: tf.Tensor }) {
  const weights = tf.softmax(tf.matMul(x, x, false, true));
  const rows = tf.gather(weights, ids as tf.Tensor1D);
  const both = tf.stack([tf.sum(rows, 1), tf.max(rows, 1)]);
  return {
    both: tf.expandDims(tf.mul(both, tf.tensor1d([1, 2, 3])), 0),
    mean: tf.mean(tf.where(tf.greater(x, 0.5), x, tf.zerosLike(x))),
  };
}

const inputs = () => ({
  x: tf.tensor2d([[0.1, 0.9], [0.7, 0.2], [0.4, 0.6]]),
  ids: tf.tensor1d([2, 0, 1], "int32"),
});

function read(tensors: Readonly<Record<string, tf.Tensor>>) {
  return Object.entries(tensors).map(([name, x]) => [name, x.shape, [...x.dataSync()]]);
}

Deno.test("a compiled function gives what it gives op by op, the same bits at every call", () => {
  tf.tidy(() => {
    const plain = several(inputs());
    const first = runCompiled("several", inputs(), several);
    const second = runCompiled("several", inputs(), several);
    assertEquals(read(first), read(second));
    for (const name of ["both", "mean"] as const) {
      assertEquals(first[name].shape, plain[name].shape);
      const distance = tf.max(tf.abs(tf.sub(first[name], plain[name]))).dataSync()[0]!;
      assert(distance <= 1e-6, `${name}: ${distance}`);
    }
  });
});

Deno.test("other shapes and other names are other graphs", () => {
  tf.tidy(() => {
    const scaled = (
      factor: number,
      x: tf.Tensor,
    ) => [
      ...runCompiled(`times ${factor}`, { x }, ({ x }) => ({ y: tf.mul(x, factor) })).y.dataSync(),
    ];
    assertEquals(scaled(2, tf.tensor1d([1, 2])), [2, 4]);
    assertEquals(scaled(2, tf.tensor1d([1, 2, 3])), [2, 4, 6]);
    assertEquals(scaled(3, tf.tensor1d([1, 2])), [3, 6]);
    assertEquals(scaled(2, tf.tensor1d([5, 6])), [10, 12]);
  });
});

Deno.test("inputs that share their data at the first call may differ at the next", () => {
  tf.tidy(() => {
    const a = tf.tensor1d([1, 2]), b = tf.tensor1d([10, 20]);
    const difference = (
      a: tf.Tensor,
      b: tf.Tensor,
    ) => [...runCompiled("difference", { a, b }, ({ a, b }) => ({ d: tf.sub(b, a) })).d.dataSync()];
    assertEquals(difference(a, tf.clone(a)), [0, 0]);
    assertEquals(difference(a, b), [9, 18]);
  });
});

Deno.test("calls leave nothing behind but their outputs", async () => {
  const given = inputs();
  assertEquals(await tensorsLeftBy(() => tf.dispose(runCompiled("leaves", given, several))), 0);
  assertEquals(await tensorsLeftBy(() => tf.dispose(runCompiled("leaves", given, several))), 0);
  tf.dispose(given);
});

Deno.test({
  name: "a tensor from outside or a large constant is refused",
  ignore: !compiles(),
  fn: () => {
    const outside = tf.tensor1d([1, 2]), x = tf.tensor1d([3, 4]);
    assertThrows(
      () => runCompiled("outside", { x }, ({ x }) => ({ y: tf.add(x, outside) })),
      Error,
      "it takes a tensor from outside",
    );
    const large = () => tf.tensor1d(Float32Array.from({ length: 70_000 }, (_, i) => i));
    assertThrows(
      () => runCompiled("large", { x }, ({ x }) => ({ y: tf.add(tf.sum(large()), x) })),
      Error,
      "a constant must have at most 65536 numbers: one has 70000",
    );
    assertEquals([...runCompiled("after", { x }, ({ x }) => ({ y: tf.neg(x) })).y.dataSync()], [
      -3,
      -4,
    ]);
    tf.dispose([outside, x]);
  },
});
