import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { loadEngine } from "./engine.ts";

await loadEngine("wasm");

/** Numbers without a pattern, the same at every call. */
function filled(shape: number[], seed: number): tf.Tensor {
  const count = shape.reduce((a, b) => a * b, 1);
  return tf.tensor(
    Float32Array.from({ length: count }, (_, i) => Math.sin((i + seed) ** 2)),
    shape,
  );
}

interface Shape {
  readonly P: number;
  readonly R: number;
  readonly K: number;
  readonly h: number;
  readonly d: number;
  readonly N: number;
  readonly S: number;
  readonly L: number;
}

function inputsOf({ P, R, K, h, d, N, S, L }: Shape): Record<string, tf.Tensor> {
  const B = P * R, H = K * h, W = N + S + L;
  const hidden = tf.cast(tf.greater(filled([P * K, R * h, W], 9), 0.5), "float32");
  return {
    q: filled([B, H * d], 1),
    k: filled([B, K * d], 2),
    v: filled([B, K * d], 3),
    promptKeys: filled([P, K, N, d], 4),
    promptValues: filled([P, K, N, d], 5),
    ...(S === 0 ? {} : {
      sealedKeys: filled([B * K, S, d], 6),
      sealedValues: filled([B * K, S, d], 7),
    }),
    tailKeys: filled([B * K, L, d], 8),
    tailValues: filled([B * K, L, d], 10),
    mask: tf.mul(hidden, -1e9),
  };
}

/** The kernel's definition, number by number, in float64. */
async function byHand(inputs: Record<string, tf.Tensor>, { P, R, K, h, d, N, S, L }: Shape) {
  const data = Object.fromEntries(
    await Promise.all(
      Object.entries(inputs).map(async ([name, x]) => [name, await x.data()] as const),
    ),
  );
  const columnsOf = (name: "Keys" | "Values", slot: number, k: number, r: number): number[][] => {
    const own = (slot * K + k) * R + r, shared = slot * K + k;
    const rows = (x: ArrayLike<number>, first: number, count: number) =>
      Array.from(
        { length: count },
        (_, c) => Array.from({ length: d }, (_, e) => x[(first + c) * d + e]!),
      );
    return [
      ...rows(data[`prompt${name}`]!, shared * N, N),
      ...(S === 0 ? [] : rows(data[`sealed${name}`]!, own * S, S)),
      ...rows(data[`tail${name}`]!, own * L + 1, L - 1),
      ...rows(data[name === "Keys" ? "k" : "v"]!, (slot * R + r) * K + k, 1),
    ];
  };
  const out: number[] = [], tails = { Keys: [] as number[], Values: [] as number[] };
  for (let slot = 0; slot < P; slot++) {
    for (let r = 0; r < R; r++) {
      for (let k = 0; k < K; k++) {
        const keys = columnsOf("Keys", slot, k, r), values = columnsOf("Values", slot, k, r);
        for (let j = 0; j < h; j++) {
          const q = data["q"]!.slice((((slot * R + r) * K + k) * h + j) * d).slice(0, d);
          const maskRow = ((slot * K + k) * R + r) * h + j;
          const scores = keys.map((key, c) =>
            key.reduce((sum, x, e) => sum + x * q[e]!, 0) / Math.sqrt(d) +
            data["mask"]![maskRow * keys.length + c]!
          );
          const most = Math.max(...scores), weights = scores.map((x) => Math.exp(x - most));
          const total = weights.reduce((a, b) => a + b, 0);
          for (let e = 0; e < d; e++) {
            out.push(values.reduce((sum, value, c) => sum + weights[c]! / total * value[e]!, 0));
          }
        }
      }
    }
    for (let k = 0; k < K; k++) {
      for (let r = 0; r < R; r++) {
        for (const name of ["Keys", "Values"] as const) {
          tails[name].push(...columnsOf(name, slot, k, r).slice(N + S).flat());
        }
      }
    }
  }
  return { out, tails };
}

Deno.test("decoding's attention is what it is defined as, with sealed columns and without", async () => {
  const shapes: Shape[] = [
    { P: 1, R: 1, K: 1, h: 1, d: 4, N: 4, S: 0, L: 4 },
    { P: 2, R: 3, K: 2, h: 2, d: 32, N: 8, S: 4, L: 8 },
    { P: 3, R: 1, K: 1, h: 3, d: 20, N: 4, S: 12, L: 4 },
    { P: 1, R: 2, K: 2, h: 1, d: 84, N: 12, S: 0, L: 4 },
  ];
  for (const shape of shapes) {
    const before = tf.memory().numTensors;
    const inputs = tf.tidy(() => inputsOf(shape));
    const [out, keys, values] = tf.engine().runKernel(
      "DecodeAttention",
      inputs,
    ) as unknown as tf.Tensor[];
    const expected = await byHand(inputs, shape);
    assertEquals(out!.shape, inputs["q"]!.shape);
    assertEquals(keys!.shape, inputs["tailKeys"]!.shape);
    const found = await out!.data();
    expected.out.forEach((x, i) => assertAlmostEquals(found[i]!, x, 2e-6, `number ${i}`));
    assertEquals([...await keys!.data()], expected.tails.Keys);
    assertEquals([...await values!.data()], expected.tails.Values);
    tf.dispose([inputs, out!, keys!, values!]);
    assertEquals(tf.memory().numTensors, before);
  }
});

Deno.test("what is hidden leaves no trace, NaN in a query reaches its own row only", async () => {
  const shape = { P: 1, R: 2, K: 1, h: 1, d: 4, N: 4, S: 0, L: 4 };
  const inputs = inputsOf(shape);
  const mask = tf.tensor3d([[[0, 0, 0, -1e9, -1e9, -1e9, -1e9, 0], Array(8).fill(0)]]);
  const run = async (change: Record<string, tf.Tensor>) => {
    const given = { ...inputs, mask, ...change };
    const [out] = tf.engine().runKernel("DecodeAttention", given) as unknown as tf.Tensor[];
    return [...await out!.data()];
  };
  const whole = await run({});
  const promptKeys = tf.add(inputs["promptKeys"]!, tf.tensor([0, 0, 0, 50], [1, 1, 4, 1]));
  assertEquals((await run({ promptKeys })).slice(0, 4), whole.slice(0, 4));
  const q = tf.tensor2d([1, NaN, 1, 1, ...(await inputs["q"]!.data()).slice(4)], [2, 4]);
  assertEquals(await run({ q }), [NaN, NaN, NaN, NaN, ...whole.slice(4)]);
});

Deno.test("lengths that are no multiple of 4 are refused by name", () => {
  const inputs = inputsOf({ P: 1, R: 1, K: 1, h: 1, d: 4, N: 5, S: 0, L: 4 });
  assertThrows(() => tf.engine().runKernel("DecodeAttention", inputs), RangeError, "N must be");
});
