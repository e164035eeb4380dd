import { assertAlmostEquals, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { loadEngine } from "./engine.ts";

await loadEngine("wasm");

/** Runs a kernel of the engine's own and frees what it was given. */
function run(name: string, inputs: tf.NamedTensorMap, attrs: tf.NamedAttrMap = {}): tf.Tensor[] {
  const found = [tf.engine().runKernel(name, inputs, attrs)].flat() as tf.Tensor[];
  tf.dispose(inputs);
  return found;
}

/** Numbers without a pattern between -3 and 3, the same at every call. */
function filled(count: number, seed: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.fround(3 * Math.sin((i + seed) ** 2)));
}

function assertNear(found: ArrayLike<number>, expected: readonly number[], tolerance = 2e-6) {
  assertEquals(found.length, expected.length);
  expected.forEach((x, i) => {
    assertAlmostEquals(found[i]!, x, tolerance * Math.max(1, Math.abs(x)), `number ${i}`);
  });
}

/** Lengths around the four numbers of a vector. */
const WIDTHS = [1, 2, 3, 4, 5, 7, 8, 31, 64];

Deno.test("the exponential is Math.exp's within a float32's rounding, 0 and infinity at the ends", async () => {
  const values = Array.from({ length: 4001 }, (_, i) => Math.fround(-87 + i * 175.3 / 4000));
  const found = await tf.exp(tf.tensor1d(values)).data();
  values.forEach((x, i) => assertAlmostEquals(found[i]! / Math.exp(x), 1, 1.5e-7, `e^${x}`));
  const ends = tf.exp(tf.tensor1d([0, -0, 1e-30, -88, -1e9, -Infinity, 89, 1e30, Infinity, NaN]));
  assertEquals([...await ends.data()], [1, 1, 1, 0, 0, 0, Infinity, Infinity, Infinity, NaN]);
});

Deno.test("softmax of rows of every length; what is masked weighs exactly nothing", async () => {
  for (const width of WIDTHS) {
    const rows = [filled(width, 1), filled(width, 7), Array(width).fill(-1e9)];
    rows[1]![width - 1] = -1e9;
    const before = tf.memory().numTensors;
    const [found] = run("Softmax", { logits: tf.tensor2d(rows) }, { dim: 1 });
    const values = await found!.array() as number[][];
    found!.dispose();
    assertEquals(tf.memory().numTensors, before);
    rows.forEach((row, r) => {
      const most = Math.max(...row), parts = row.map((x) => Math.exp(x - most));
      const sum = parts.reduce((a, b) => a + b, 0);
      assertNear(values[r]!, parts.map((x) => x / sum));
    });
    if (width > 1) assertEquals(values[1]![width - 1], 0);
  }
  const odd = tf.softmax(tf.tensor2d([[1, NaN], [2, 2], [Infinity, 0], [-Infinity, 0]]));
  assertEquals(await odd.array(), [[NaN, NaN], [0.5, 0.5], [NaN, NaN], [0, 1]]);
  assertEquals(tf.softmax(tf.zeros([2, 3, 5])).shape, [2, 3, 5]);
});

Deno.test("scores are scaled and masked before the softmax; a group's mask repeats", async () => {
  // [A, X, T, W] = [2, 2, 1, 2]: the second group must not see its first column.
  const half = Math.log(3) * 2;
  const scores = tf.tensor2d([[0, half], [half, 0], [9, 1], [1, 1]]);
  const mask = tf.tensor4d([[[[0, 0]]], [[[-1e9, 0]]]]);
  const [found] = run("MaskedSoftmax", { scores, mask }, { scale: 0.5 });
  assertNear(await found!.data(), [0.25, 0.75, 0.75, 0.25, 0, 1, 0, 1]);
  for (const width of WIDTHS) {
    const scores = tf.tensor(filled(12 * width, 1), [12, width]);
    const mask = tf.tensor(filled(6 * width, 2), [2, 1, 3, width]);
    const plain = tf.softmax(
      tf.add(tf.mul(tf.reshape(scores, [2, 2, 3, width]), 0.3), mask),
    );
    const expected = [...await plain.data()];
    const [found] = run("MaskedSoftmax", { scores, mask }, { scale: 0.3 });
    assertEquals(found!.shape, [12, width]);
    assertNear(await found!.data(), expected);
  }
});

Deno.test("softmax's gradient worked by hand, and for rows of every length", async () => {
  // sum(w dw) = 0.25 * 4 + 0.75 * 8 = 7: 2 w (dw - 7).
  const inputs = { weights: tf.tensor2d([[0.25, 0.75]]), dWeights: tf.tensor2d([[4, 8]]) };
  const [found] = run("SoftmaxGradient", inputs, { scale: 2 });
  assertEquals(await found!.array(), [[-1.5, 1.5]]);
  for (const width of WIDTHS) {
    const w = filled(2 * width, 4), dw = filled(2 * width, 6);
    const tensors = { weights: tf.tensor2d(w, [2, width]), dWeights: tf.tensor2d(dw, [2, width]) };
    const [found] = run("SoftmaxGradient", tensors, { scale: 0.5 });
    const expected = w.map((x, i) => {
      const row = i - i % width, at = (c: number) => w[row + c]! * dw[row + c]!;
      const sum = Array.from({ length: width }, (_, c) => at(c)).reduce((a, b) => a + b, 0);
      return 0.5 * x * (dw[i]! - sum);
    });
    assertNear(await found!.data(), expected, 1e-5);
  }
});

Deno.test("RMSNorm and its gradients worked by hand", async () => {
  // mean(3^2 + 4^2) = 12.5, with epsilon 3.5 it is 16: r = 1/4.
  const x = tf.tensor2d([[3, 4]]), weight = tf.tensor1d([2, -1]), dy = tf.tensor2d([[1, 2]]);
  const [y] = run("RmsNorm", { x: x.clone(), weight: weight.clone() }, { epsilon: 3.5 });
  assertEquals(await y!.array(), [[1.5, -1]]);
  // g = [2, -2], normed = [0.75, 1], mean(g * normed) = -0.25: dx = r (g + 0.25 normed).
  const [dx, dWeight] = run("RmsNormGradient", { x, weight, dy }, { epsilon: 3.5 });
  assertEquals(await dx!.array(), [[0.546875, -0.4375]]);
  assertEquals(await dWeight!.array(), [0.75, 2]);
});

Deno.test("RMSNorm's gradients equal differences, for rows of every length", async () => {
  for (const width of WIDTHS) {
    const x = [filled(width, 2), filled(width, 3)], weight = filled(width, 5);
    const dy = [filled(width, 11), filled(width, 13)], epsilon = 0.5;
    const loss = (x: number[][], weight: number[]) =>
      x.reduce((sum, row, r) => {
        const rms = Math.sqrt(row.reduce((a, v) => a + v * v, 0) / width + epsilon);
        return sum + row.reduce((a, v, i) => a + v / rms * weight[i]! * dy[r]![i]!, 0);
      }, 0);
    const moved = (row: number[], i: number, by: number) => row.with(i, row[i]! + by);
    const inputs = { x: tf.tensor2d(x), weight: tf.tensor1d(weight), dy: tf.tensor2d(dy) };
    const [dx, dWeight] = run("RmsNormGradient", inputs, { epsilon });
    const slope = (at: (by: number) => number) => (at(1e-4) - at(-1e-4)) / 2e-4;
    const byX = x.flatMap((row, r) =>
      row.map((_, i) => slope((by) => loss(x.with(r, moved(row, i, by)), weight)))
    );
    const byWeight = weight.map((_, i) => slope((by) => loss(x, moved(weight, i, by))));
    assertNear(await dx!.data(), byX, 1e-5);
    assertNear(await dWeight!.data(), byWeight, 1e-5);
  }
  const [spoilt] = run("RmsNorm", { x: tf.tensor2d([[1, NaN], [2, 2]]), weight: tf.ones([2]) }, {
    epsilon: 0,
  });
  assertEquals(await spoilt!.array(), [[NaN, NaN], [1, 1]]);
});

Deno.test("rotation worked by hand, back again, and of halves of every length", async () => {
  // Two rows of two heads; the first row turns by 90 degrees, the second not at all.
  const x = tf.tensor2d([[1, 2, 3, 4], [5, 6, 7, 8]]);
  const cos = tf.tensor3d([[[0, 0]], [[1, 1]]]), sin = tf.tensor3d([[[1, 1]], [[0, 0]]]);
  const [turned] = run("Rotate", { x: x.clone(), cos: cos.clone(), sin: sin.clone() }, { sign: 1 });
  assertEquals(await turned!.array(), [[-2, 1, -4, 3], [5, 6, 7, 8]]);
  const [back] = run("Rotate", { x: turned!, cos, sin }, { sign: -1 });
  assertEquals(await back!.array(), await x.array());
  for (const half of WIDTHS) {
    const angles = filled(half, 1), rows = filled(3 * 2 * half, 2);
    const both = (f: (x: number) => number) => tf.tensor3d([[[...angles, ...angles].map(f)]]);
    const inputs = { x: tf.tensor2d([rows]), cos: both(Math.cos), sin: both(Math.sin) };
    const [found] = run("Rotate", inputs, { sign: 1 });
    const expected = rows.map((x, i) => {
      const at = i % (2 * half), angle = angles[at % half]!;
      const other = at < half ? -rows[i + half]! : rows[i - half]!;
      return x * Math.cos(angle) + other * Math.sin(angle);
    });
    assertNear(await found!.data(), expected);
  }
});

Deno.test("SwiGLU's gate and its gradients, for lists of every length", async () => {
  for (const count of WIDTHS) {
    const gate = filled(count, 1), up = filled(count, 2), dy = filled(count, 3);
    const tensors = () => ({ gate: tf.tensor1d(gate), up: tf.tensor1d(up) });
    const s = gate.map((x) => 1 / (1 + Math.exp(-x)));
    const [y] = run("Swiglu", tensors());
    assertNear(await y!.data(), gate.map((x, i) => x * s[i]! * up[i]!));
    const [dGate, dUp] = run("SwigluGradient", { ...tensors(), dy: tf.tensor1d(dy) });
    const slope = gate.map((x, i) => s[i]! * (1 + x * (1 - s[i]!)));
    assertNear(await dGate!.data(), slope.map((x, i) => x * dy[i]! * up[i]!));
    assertNear(await dUp!.data(), gate.map((x, i) => x * s[i]! * dy[i]!));
  }
  const [ends] = run("Swiglu", { gate: tf.tensor1d([0, -100, 100, NaN]), up: tf.ones([4]) });
  assertEquals([...await ends!.data()].map((x) => x + 0), [0, 0, 100, NaN]);
});
