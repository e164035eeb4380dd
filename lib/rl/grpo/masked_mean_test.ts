import * as tf from "@tensorflow/tfjs";
import { assertAlmostEquals, assertEquals } from "@std/assert";
import { maskedMean } from "./masked_mean.ts";
import { tensorsLeftBy, testOnBackends } from "./on_backends.ts";

testOnBackends("means run over the mask, whole or by row, and padding cannot leak", () => {
  tf.tidy(() => {
    const values = tf.tensor2d([[1, 2, Infinity], [6, NaN, -Infinity]]);
    const mask = tf.tensor2d([[1, 1, 0], [1, 0, 0]]);
    assertAlmostEquals(maskedMean(values, mask).dataSync()[0]!, 3, 1e-6);
    assertEquals([...maskedMean(values, mask, -1).dataSync()], [1.5, 6]);
    assertEquals([...maskedMean(values, tf.cast(mask, "bool"), -1).dataSync()], [1.5, 6]);
  });
});

testOnBackends("a mean over nothing is 0", () => {
  tf.tidy(() => {
    assertEquals(maskedMean(tf.tensor1d([5, NaN]), tf.zeros([2])).dataSync()[0], 0);
  });
});

testOnBackends("only the mean is left", async () => {
  const ones = tf.ones([2, 3]);
  assertEquals(await tensorsLeftBy(() => maskedMean(ones, ones).dispose()), 0);
  ones.dispose();
});
