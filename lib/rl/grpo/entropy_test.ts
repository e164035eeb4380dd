import * as tf from "@tensorflow/tfjs";
import { assertAlmostEquals, assertEquals } from "@std/assert";
import { entropyFromLogits } from "./entropy.ts";
import { tensorsLeftBy, testOnBackends } from "./on_backends.ts";

function entropy64(logits: readonly number[], temperature: number): number {
  const weights = logits.map((x) => Math.exp(x / temperature));
  const total = weights.reduce((sum, x) => sum + x, 0);
  return -weights.reduce((sum, x) => sum + x / total * Math.log(x / total), 0);
}

testOnBackends("a uniform distribution has entropy log V, a certain one 0", () => {
  tf.tidy(() => {
    const values = entropyFromLogits(tf.tensor3d([[[7, 7, 7, 7], [900, 0, 0, 0]]]), 1);
    assertEquals(values.shape, [1, 2]);
    assertAlmostEquals(values.dataSync()[0]!, Math.log(4), 1e-6);
    assertAlmostEquals(values.dataSync()[1]!, 0, 1e-6);
  });
});

testOnBackends("entropy and gradient at a temperature agree with float64 differences", () => {
  tf.tidy(() => {
    const logits = [0.3, -1.2, 2.1, 0.5], temperature = 0.7, h = 1e-5;
    const x = tf.tensor2d([logits]);
    const value = entropyFromLogits(x, temperature).dataSync()[0]!;
    assertAlmostEquals(value, entropy64(logits, temperature), 1e-6);
    const slope = tf.grad((y) => tf.sum(entropyFromLogits(y, temperature)))(x).dataSync();
    logits.forEach((_, i) => {
      const moved = (by: number) => logits.map((z, j) => i === j ? z + by : z);
      const numeric = entropy64(moved(h), temperature) - entropy64(moved(-h), temperature);
      assertAlmostEquals(slope[i]!, numeric / (2 * h), 1e-5);
    });
  });
});

testOnBackends("only the entropies are left", async () => {
  const logits = tf.ones([2, 3]);
  assertEquals(await tensorsLeftBy(() => entropyFromLogits(logits, 1).dispose()), 0);
  logits.dispose();
});
