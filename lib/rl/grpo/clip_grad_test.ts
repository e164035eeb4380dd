import * as tf from "@tensorflow/tfjs";
import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { clipGradNorm, globalNorm } from "./clip_grad.ts";
import { tensorsLeftBy, testOnBackends } from "./on_backends.ts";

testOnBackends("gradients longer than the limit are scaled to it, together", async () => {
  const gradients = { a: tf.tensor2d([[3, 4]]), b: tf.scalar(-12), c: tf.zeros([2]) };
  const clipped = await clipGradNorm(gradients, 2);
  assertAlmostEquals(clipped.norm, 13, 1e-6);
  assertAlmostEquals(clipped.gradients.a!.dataSync()[1]!, 4 * 2 / 13, 1e-6);
  assertAlmostEquals(clipped.gradients.b!.dataSync()[0]!, -12 * 2 / 13, 1e-6);
  assertEquals([...clipped.gradients.c!.dataSync()], [0, 0]);
  assert(Object.values(gradients).every((gradient) => gradient.isDisposed));
  tf.dispose(clipped.gradients);
});

testOnBackends("gradients within the limit come back themselves", async () => {
  const gradients = { a: tf.tensor2d([[0.3, 0.4]]) };
  const { norm, gradients: same } = await clipGradNorm(gradients, 1);
  assertAlmostEquals(norm, 0.5, 1e-7);
  assertStrictEquals(same.a, gradients.a);
  tf.dispose(gradients);
});

testOnBackends("at the limit itself 1e-6 is added to the norm, as in PyTorch", async () => {
  const { gradients } = await clipGradNorm({ a: tf.tensor1d([4096]) }, 4096);
  assert(gradients.a!.dataSync()[0]! <= 4096);
  tf.dispose(gradients);
});

testOnBackends("clipping keeps the number of tensors", async () => {
  const gradients = { a: tf.ones([3, 3]), b: tf.ones([2]) };
  let clipped: Record<string, tf.Tensor> = gradients;
  assertEquals(
    await tensorsLeftBy(async () =>
      void (clipped = (await clipGradNorm(gradients, 0.1)).gradients)
    ),
    0,
  );
  tf.dispose(clipped);
});

testOnBackends("a long sum of small squares beside a large one is not lost", () => {
  // 10^8 + 9999: a single float32 running sum stays at 10^8, since it steps by 8 there.
  const values = new Float32Array(10_000).fill(1);
  values[0] = 10_000;
  const norm = tf.tidy(() => globalNorm({ a: tf.tensor2d(values, [100, 100]) }).dataSync()[0]!);
  assertAlmostEquals(norm, Math.sqrt(1e8 + 9999), 0.1);
});

testOnBackends("no gradients have norm 0, and a limit of 0 is refused", async () => {
  assertEquals((await clipGradNorm({}, 1)).norm, 0);
  await assertRejects(() => clipGradNorm({}, 0), RangeError, "current value is 0");
});
