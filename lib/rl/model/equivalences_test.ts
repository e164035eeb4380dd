import { assert, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { loadEngine } from "../engine/engine.ts";
import { TEST_ENGINE } from "../engine/test_engine.ts";
import { compiles } from "../graph/compile.ts";
import { initialWeights } from "../tiny/initial_weights.ts";
import type { ModelConfig } from "./config.ts";
import { type GroupBatch, layOutGroups, type TokenGroup } from "./group_batch.ts";
import { addPiece, joinGradients, startGradientSum } from "./gradient_sum.ts";
import { labelLogprobs, labelLogprobsGradient } from "./head.ts";
import { tokenLogprobs, weightGradients } from "./passes.ts";
import { plainLogits } from "./testdata/plain_decoder.ts";
import type { Weights } from "./weights.ts";

await loadEngine(TEST_ENGINE);

const TOLERANCE = 1e-5, TEMPERATURE = 0.75;

const CONFIGS: Record<string, ModelConfig> = {
  "llama, tied": config("llama", true),
  "qwen2, untied": config("qwen2", false),
};

function config(architecture: "llama" | "qwen2", tieWordEmbeddings: boolean): ModelConfig {
  return {
    architecture,
    vocabSize: 23,
    hiddenSize: 16,
    intermediateSize: 24,
    numLayers: 3,
    numHeads: 4,
    numKvHeads: 2,
    headDim: 4,
    ropeTheta: 10_000,
    rmsNormEps: 1e-5,
    tieWordEmbeddings,
    attentionBias: architecture === "qwen2",
    maxPositionEmbeddings: 64,
  };
}

/**
 * Weights with norms and biases moved from 1 and 0. Larger ones make the gradients so steep that a unit in
 * the last place of each weight moves them by more than the tolerance (three times as large ones: 2.7e-5,
 * these: 1e-5 or less), so that nothing but rounding would be tested.
 */
function weightsOf(config: ModelConfig): Record<string, tf.Tensor> {
  return Object.fromEntries(
    Object.entries(initialWeights(config, 5)).map(([name, x], i) => {
      const wave = tf.sin(tf.add(tf.mul(tf.range(0, x.size), 0.7), i));
      return [name, tf.add(x, tf.mul(0.1, tf.reshape(wave, x.shape)))];
    }),
  );
}

function largestOf(x: Float32Array): number {
  return x.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
}

/**
 * Each entry's largest difference is at most 1e-5 of the tensor's largest entry; of a sum, of the largest
 * entry of what was added, as summands that cancel leave their rounding behind.
 *
 * @param summands what `theirs` is the sum of.
 */
function assertSame(
  ours: Record<string, Float32Array>,
  theirs: Record<string, Float32Array>,
  summands: readonly Record<string, Float32Array>[] = [theirs],
): void {
  assertEquals(Object.keys(ours).sort(), Object.keys(theirs).sort());
  for (const [name, expected] of Object.entries(theirs)) {
    const scale = Math.max(...summands.map((summand) => largestOf(summand[name]!)));
    assert(scale > 0, `${name} is all zeros`);
    expected.forEach((value, i) => {
      const error = Math.abs(ours[name]![i]! - value) / scale;
      assert(error <= TOLERANCE, `${name}[${i}]: ${ours[name]![i]} is not ${value} (${error})`);
    });
  }
}

function read(tensors: Readonly<Record<string, tf.Tensor>>): Record<string, Float32Array> {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, x]) => [name, x.dataSync() as Float32Array]),
  );
}

/** A loss's derivatives at the tokens of a batch, the same for the same completion in any batch. */
function slopes(batch: GroupBatch): { logprobs: Float32Array; entropies: Float32Array } {
  const { T, completionLengths_B, completionMask_B_T, labelIds_C } = batch;
  const logprobs = new Float32Array(completionMask_B_T.length);
  let row = 0;
  completionLengths_B.forEach((length, b) => {
    for (let t = 0; t < length; t++, row++) {
      logprobs[b * T + t] = Math.sin(3 * labelIds_C[row]! + t) - 0.3;
    }
  });
  return { logprobs, entropies: logprobs.map((x) => 0.1 * x * x) };
}

/** Gradients of every weight and, as `logprobs` and `entropies`, the completion tokens' values. */
function pass(
  weights: Weights,
  config: ModelConfig,
  groups: readonly TokenGroup[],
  gradientCheckpointing = true,
) {
  const batch = layOutGroups(groups);
  const slope = slopes(batch);
  const shape: [number, number] = [batch.P * batch.G, batch.T];
  const { gradients } = weightGradients(
    weights,
    config,
    batch,
    TEMPERATURE,
    gradientCheckpointing,
    () => ({
      dLogprobs_B_T: tf.tensor2d(slope.logprobs, shape),
      dEntropies_B_T: tf.tensor2d(slope.entropies, shape),
      extra: {},
    }),
  );
  const tokens = tokenLogprobs(weights, config, batch, TEMPERATURE);
  const kept = (x: tf.Tensor) => x.dataSync().filter((_, i) => batch.completionMask_B_T[i] !== 0);
  return {
    gradients: read(gradients),
    tokens: {
      logprobs: kept(tokens.logprobs_B_T) as Float32Array,
      entropies: kept(tokens.entropies_B_T) as Float32Array,
    },
  };
}

type Pass = ReturnType<typeof pass>;

const TWO_GROUPS: TokenGroup[] = [
  { promptIds: [3, 5, 7], completions: [[4, 8, 15], [16]] },
  { promptIds: [9, 1], completions: [[20, 0], [12, 13]] },
];

/** Completions that attend in several stretches on every engine. */
const LONG_GROUPS: TokenGroup[] = [
  { promptIds: [3, 5, 7], completions: [longIds(140), longIds(9)] },
  { promptIds: [9, 1, 4, 4, 2], completions: [longIds(40), longIds(133)] },
];

function longIds(length: number): number[] {
  return Array.from({ length }, (_, t) => (5 * t + t * t + length) % 23);
}

/** Passes one after the other: gradients add up, tokens stand in a row. */
function together(passes: readonly Pass[]): Pass {
  const [first, ...others] = passes;
  return others.reduce((sum, next) => ({
    gradients: Object.fromEntries(
      Object.entries(sum.gradients).map((
        [name, x],
      ) => [name, x.map((v, i) => v + next.gradients[name]![i]!)]),
    ),
    tokens: {
      logprobs: Float32Array.of(...sum.tokens.logprobs, ...next.tokens.logprobs),
      entropies: Float32Array.of(...sum.tokens.entropies, ...next.tokens.entropies),
    },
  }), first!);
}

for (const [name, config] of Object.entries(CONFIGS)) {
  Deno.test(`${name}: a shared prompt equals a repeated one, gradients too`, () => {
    const weights = weightsOf(config);
    const promptIds = [3, 5, 7, 11, 2];
    const completions = [[4, 8, 15], [16, 22, 1], [4, 9, 0]];
    const shared = pass(weights, config, [{ promptIds, completions }]);
    const repeated = pass(
      weights,
      config,
      completions.map((ids) => ({ promptIds, completions: [ids] })),
    );
    assertSame(shared.gradients, repeated.gradients);
    assertSame(shared.tokens, repeated.tokens);
  });

  Deno.test(`${name}: rows padded to longer neighbours equal rows alone, gradients too`, () => {
    const weights = weightsOf(config);
    const groups: TokenGroup[] = [
      { promptIds: [3, 5], completions: [[4, 8, 15, 16, 22, 1, 6]] },
      { promptIds: [9, 1, 6, 6, 12, 13, 14, 2], completions: [[20]] },
      { promptIds: [7, 8, 10, 11], completions: [[12, 0, 3]] },
    ];
    const padded = pass(weights, config, groups);
    const passes = groups.map((group) => pass(weights, config, [group]));
    const alone = together(passes);
    assertSame(padded.gradients, alone.gradients, passes.map(({ gradients }) => gradients));
    assertSame(padded.tokens, alone.tokens);
  });

  Deno.test(`${name}: layers computed again in the backward pass equal layers kept`, () => {
    const weights = weightsOf(config);
    const again = pass(weights, config, TWO_GROUPS, true);
    const kept = pass(weights, config, TWO_GROUPS, false);
    assertSame(again.gradients, kept.gradients);
  });

  Deno.test({
    name: `${name}: passes as graphs equal passes op by op, gradients too`,
    ignore: !compiles(),
    fn: async () => {
      const weights = weightsOf(config);
      const graphs = [true, false].map((again) => pass(weights, config, TWO_GROUPS, again));
      await loadEngine(TEST_ENGINE, { compile: "off", tf32: false });
      try {
        const plain = pass(weights, config, TWO_GROUPS);
        for (const { gradients, tokens } of graphs) {
          assertSame(gradients, plain.gradients);
          assertSame(tokens, plain.tokens);
        }
      } finally {
        await loadEngine(TEST_ENGINE);
      }
    },
  });

  for (const [length, groups] of Object.entries({ short: TWO_GROUPS, long: LONG_GROUPS })) {
    Deno.test(`${name}: gradients of ${length} completions equal those that tfjs finds for a plain decoder`, () => {
      const weights = weightsOf(config);
      const names = Object.keys(weights);
      const batch = layOutGroups(groups);
      const slope = slopes(batch);
      // Every completion alone, behind its own copy of the prompt.
      const loss = (...values: tf.Tensor[]): tf.Scalar => {
        const own = Object.fromEntries(names.map((name, i) => [name, values[i]!]));
        const parts = groups.flatMap(({ promptIds, completions }) =>
          completions.map((ids) => ({ promptIds, ids }))
        ).flatMap(({ promptIds, ids }, b) => {
          const logits = plainLogits(own, config, [...promptIds, ...ids.slice(0, -1)]);
          const last = tf.slice(logits, [promptIds.length - 1, 0], [ids.length, config.vocabSize]);
          const all = tf.logSoftmax(tf.div(last, TEMPERATURE));
          const labels = tf.oneHot(tf.tensor1d([...ids], "int32"), config.vocabSize);
          const row = (x: Float32Array) =>
            tf.tensor1d(x.slice(b * batch.T, b * batch.T + ids.length));
          const entropies = tf.neg(tf.sum(tf.mul(tf.exp(all), all), -1));
          return [
            tf.sum(tf.mul(tf.sum(tf.mul(all, labels), -1), row(slope.logprobs))),
            tf.sum(tf.mul(entropies, row(slope.entropies))),
          ];
        });
        return tf.addN(parts) as tf.Scalar;
      };
      const found = tf.tidy(() => tf.grads(loss)(Object.values(weights)));
      const byName = Object.fromEntries(names.map((name, i) => [name, found[i]!]));
      assertSame(pass(weights, config, groups).gradients, read(byName));
    });
  }
}

Deno.test("rows of the head are independent of the blocks they pass in, gradients too", () => {
  // 1,700 rows of 2^12 logits are two blocks of the vocabulary; 1,000 rows and 700 are one. Signs are such
  // that sums over rows do not cancel.
  const M = 1700, D = 2, V = 2 ** 12, PEAKS = 2 ** 7;
  tf.tidy(() => {
    const wave = (size: number, pace: number) => tf.sin(tf.mul(tf.range(0, size), pace));
    const hidden = tf.reshape(tf.add(wave(M * D, 1.3), 1.5), [M, D]) as tf.Tensor2D;
    // Every PEAKS-th token has much of the probability.
    const peaks = Float32Array.from({ length: V }, (_, v) => v % PEAKS === 7 ? 12 : 0.5);
    const head = tf.mul(
      tf.reshape(wave(V * D, 0.71), [V, D]),
      tf.tensor2d(peaks, [V, 1]),
    ) as tf.Tensor2D;
    const labels = tf.tensor1d(
      Array.from({ length: M }, (_, m) => m % 2 * (V - 1 - m) + (m % 32) * PEAKS + 7)
        .map((id) => id % V),
      "int32",
    );
    const dLogprobs = tf.add(wave(M, 0.9), 1.5) as tf.Tensor1D;
    const dEntropies = wave(M, 1.7) as tf.Tensor1D;
    const ofRows = (begin: number, size: number) => {
      const inputs = [
        tf.slice(hidden, [begin, 0], [size, D]),
        head,
        tf.slice(labels, begin, size),
        TEMPERATURE,
      ] as const;
      const slopes = [tf.slice(dLogprobs, begin, size), tf.slice(dEntropies, begin, size)] as const;
      const values = labelLogprobs(...inputs);
      const sum = startGradientSum();
      const gradient = labelLogprobsGradient(
        ...inputs,
        values,
        ...slopes,
        (piece, dPiece) => addPiece(sum, "head", piece, dPiece),
      );
      return { ...values, ...gradient, dHead_V_D: joinGradients(sum, V)["head"]! };
    };
    const chunked = ofRows(0, M);
    // Each part passes whole.
    const first = ofRows(0, 1000), second = ofRows(1000, M - 1000);
    assertSame(
      read(chunked),
      read({
        logprobs_M: tf.concat([first.logprobs_M, second.logprobs_M]),
        entropies_M: tf.concat([first.entropies_M, second.entropies_M]),
        logSums_M: tf.concat([first.logSums_M, second.logSums_M]),
        dHidden_M_D: tf.concat([first.dHidden_M_D, second.dHidden_M_D]),
        dLabelRows_M_D: tf.concat([first.dLabelRows_M_D, second.dLabelRows_M_D]),
        dHead_V_D: tf.add(first.dHead_V_D, second.dHead_V_D),
      }),
    );
  });
});
