import { assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { addInPlace } from "./add_in_place.ts";
import { loadEngine } from "./engine.ts";
import { TEST_ENGINE } from "./test_engine.ts";

await loadEngine(TEST_ENGINE);

Deno.test("a sum takes both its parts over and leaves one tensor", async () => {
  const before = tf.memory().numTensors;
  const sum = addInPlace(tf.tensor1d([1, 2, 3]), tf.tensor1d([10, 20, 30]));
  assertEquals(tf.memory().numTensors, before + 1);
  assertEquals(await sum.array(), [11, 22, 33]);
  sum.dispose();
});

Deno.test("a tensor that shares the sum's data keeps its own", async () => {
  const first = tf.tensor1d([1, 2]), shared = tf.clone(first);
  const sum = addInPlace(first, tf.tensor1d([5, 5]));
  assertEquals([await sum.array(), await shared.array()], [[6, 7], [1, 2]]);
  tf.dispose([sum, shared]);
});
