import * as tf from "@tensorflow/tfjs";
import { assertAlmostEquals, assertEquals } from "@std/assert";
import { logprobsFromLogits } from "./logprobs.ts";
import { tensorsLeftBy, testOnBackends } from "./on_backends.ts";

testOnBackends("log-probabilities by hand, with temperature", () => {
  tf.tidy(() => {
    const logits = tf.tensor3d([[[0, Math.log(3)], [2, 2]]]);
    const labels = tf.tensor2d([[1, 0]], undefined, "int32");
    const plain = logprobsFromLogits(logits, labels, 1);
    assertEquals(plain.shape, [1, 2]);
    assertAlmostEquals(plain.dataSync()[0]!, Math.log(3 / 4), 1e-6);
    assertAlmostEquals(plain.dataSync()[1]!, -Math.LN2, 1e-6);
    // Temperature 0.5 squares the odds: 9 to 1.
    assertAlmostEquals(logprobsFromLogits(logits, labels, 0.5).dataSync()[0]!, Math.log(0.9), 1e-6);
  });
});

testOnBackends("large logits neither overflow nor vanish", () => {
  tf.tidy(() => {
    const logits = tf.tensor2d([[5000, 4999, -5000]]);
    const of = (label: number) =>
      logprobsFromLogits(logits, tf.tensor1d([label], "int32"), 1).dataSync()[0]!;
    assertAlmostEquals(of(0), -Math.log1p(Math.exp(-1)), 1e-6);
    assertAlmostEquals(of(2), -10_000 - Math.log1p(Math.exp(-1)), 0.01);
  });
});

testOnBackends("the gradient is (one-hot - softmax) / temperature", () => {
  tf.tidy(() => {
    const logits = tf.tensor2d([[0, Math.log(3)]]);
    const labels = tf.tensor1d([0], "int32");
    const slope = tf.grad((x) => tf.sum(logprobsFromLogits(x, labels, 2)))(logits).dataSync();
    const p1 = Math.sqrt(3) / (1 + Math.sqrt(3));
    assertAlmostEquals(slope[0]!, p1 / 2, 1e-6);
    assertAlmostEquals(slope[1]!, -p1 / 2, 1e-6);
  });
});

testOnBackends("only the result is left", async () => {
  const logits = tf.ones([2, 3]), labels = tf.tensor1d([0, 2], "int32");
  assertEquals(await tensorsLeftBy(() => logprobsFromLogits(logits, labels, 1).dispose()), 0);
  tf.dispose([logits, labels]);
});
