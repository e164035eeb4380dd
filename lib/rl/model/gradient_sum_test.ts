import { assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { loadEngine } from "../engine/engine.ts";
import { TEST_ENGINE } from "../engine/test_engine.ts";
import {
  addGradient,
  addPiece,
  addRows,
  joinGradients,
  startGradientSum,
  vocabularyPieces,
} from "./gradient_sum.ts";

await loadEngine(TEST_ENGINE);

Deno.test("pieces are equal, cover the vocabulary and have 4096 rows at most", () => {
  assertEquals(vocabularyPieces(640), [{ begin: 0, size: 640 }]);
  assertEquals(vocabularyPieces(4097), [{ begin: 0, size: 2049 }, { begin: 2049, size: 2048 }]);
  const pieces = vocabularyPieces(49_152);
  assertEquals([pieces.length, pieces[11]], [12, { begin: 45_056, size: 4096 }]);
});

Deno.test("gradients, pieces and rows add up, and only the sums are left", async () => {
  const before = tf.memory().numTensors;
  const sum = startGradientSum();
  addGradient(sum, "norm", tf.tensor1d([1, 2]));
  addGradient(sum, "norm", tf.tensor1d([10, 20]));
  addPiece(sum, "table", 0, tf.tensor2d([[1, 1], [2, 2], [3, 3], [4, 4]]));
  const rows = (ids: number[], values: number[][]) => ({
    ids_M: tf.tensor1d(ids, "int32"),
    rows_M_D: tf.tensor2d(values),
  });
  // Two rows wait; the next three are more than the table has, so that all five are added at once.
  addRows(sum, "table", 4, rows([3, 3], [[10, 0], [20, 0]]));
  addRows(sum, "table", 4, rows([0, 3, 1], [[0, 5], [0, 6], [0, 7]]));
  assertEquals(sum.rows, {});
  addRows(sum, "table", 4, rows([2], [[100, 200]]));
  const { norm, table } = joinGradients(sum, 4);
  assertEquals(await norm!.array(), [11, 22]);
  assertEquals(await table!.array(), [[1, 6], [2, 9], [103, 203], [34, 10]]);
  assertEquals(tf.memory().numTensors, before + 2);
  tf.dispose([norm!, table!]);
});

Deno.test("rows alone make a matrix", async () => {
  const sum = startGradientSum();
  addRows(sum, "table", 3, {
    ids_M: tf.tensor1d([2, 0], "int32"),
    rows_M_D: tf.tensor2d([[1], [5]]),
  });
  const { table } = joinGradients(sum, 3);
  assertEquals(await table!.array(), [[5], [0], [1]]);
  table!.dispose();
});
