import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { loadEngine } from "../engine/engine.ts";
import { TEST_ENGINE } from "../engine/test_engine.ts";
import type { ModelConfig } from "./config.ts";
import { layOutGroups, type TokenGroup } from "./group_batch.ts";
import { tokenLogprobs, weightGradients } from "./passes.ts";
import { formulaTensors } from "./testdata/formula_weights.ts";
import { downloadWeights, uploadWeights, type Weights } from "./weights.ts";

interface Reference {
  readonly temperature: number;
  readonly groups: TokenGroup[];
  readonly models: Record<string, {
    readonly config: ModelConfig;
    readonly logprobs: number[][];
    readonly entropies: number[][];
    readonly shapes: Record<string, number[]>;
    readonly gradients: Record<string, { sum: number; norm: number; first: number[] }>;
  }>;
}

// Values of transformers 5.23, made by tools/peers/small_models.py.
const reference: Reference = JSON.parse(
  await Deno.readTextFile(new URL("testdata/small_models.json", import.meta.url)),
);
await loadEngine(TEST_ENGINE);

function formulaWeights(shapes: Record<string, number[]>): Weights {
  return uploadWeights(formulaTensors(Object.entries(shapes)));
}

/** Coefficient of the k-th completion token, counted from 1 over all completions, padding skipped. */
function tokenNumbers(mask_B_T: Float32Array): Float32Array {
  let k = 0;
  return mask_B_T.map((m) => m === 0 ? 0 : ++k);
}

for (const [name, model] of Object.entries(reference.models)) {
  Deno.test(`${name}: log-probabilities and entropies equal transformers'`, async () => {
    const weights = formulaWeights(model.shapes);
    const batch = layOutGroups(reference.groups);
    const tokens = tokenLogprobs(weights, model.config, batch, reference.temperature);
    const logprobs = await tokens.logprobs_B_T.array(),
      entropies = await tokens.entropies_B_T.array();
    model.logprobs.forEach((row, b) =>
      row.forEach((value, t) => {
        assertAlmostEquals(logprobs[b]![t]!, value, 2e-5);
        assertAlmostEquals(entropies[b]![t]!, model.entropies[b]![t]!, 2e-5);
      })
    );
  });

  Deno.test(`${name}: every weight's gradient equals PyTorch's`, async () => {
    const weights = formulaWeights(model.shapes);
    const batch = layOutGroups(reference.groups);
    const k = tokenNumbers(batch.completionMask_B_T);
    const shape: [number, number] = [batch.P * batch.G, batch.T];
    const { gradients } = weightGradients(
      weights,
      model.config,
      batch,
      reference.temperature,
      true,
      () => ({
        dLogprobs_B_T: tf.tensor2d(k.map((v) => 0.1 * v), shape),
        dEntropies_B_T: tf.tensor2d(k.map((v) => -0.05 * v), shape),
        extra: {},
      }),
    );
    const plain = await downloadWeights(gradients);
    assertEquals([...plain.keys()].sort(), Object.keys(model.gradients).sort());
    for (const [key, expected] of Object.entries(model.gradients)) {
      const { data } = plain.get(key)!;
      const tolerance = 1e-4 * Math.max(1, expected.norm);
      expected.first.forEach((value, i) => assertAlmostEquals(data[i]!, value, tolerance));
      assertAlmostEquals(data.reduce((a, b) => a + b, 0), expected.sum, tolerance);
      assertAlmostEquals(Math.hypot(...data), expected.norm, tolerance);
    }
  });
}

Deno.test("a shared prompt equals a repeated one, and padding changes nothing", async () => {
  const { config, shapes } = reference.models.qwen2!;
  const weights = formulaWeights(shapes);
  const whole = tokenLogprobs(weights, config, layOutGroups(reference.groups), 1);
  const together = await whole.logprobs_B_T.array();
  let row = 0;
  for (const { promptIds, completions } of reference.groups) {
    for (const completion of completions) {
      const alone = layOutGroups([{ promptIds, completions: [completion] }]);
      const [logprobs] = await tokenLogprobs(weights, config, alone, 1).logprobs_B_T.array();
      logprobs!.forEach((value, t) => assertAlmostEquals(together[row]![t]!, value, 1e-5));
      row++;
    }
  }
});

Deno.test("a pass frees every tensor but its result", () => {
  const { config, shapes } = reference.models.llama!;
  const weights = formulaWeights(shapes);
  const batch = layOutGroups(reference.groups);
  const before = tf.memory().numTensors;
  const { gradients, extra } = weightGradients(weights, config, batch, 1, true, (tokens) => ({
    dLogprobs_B_T: tf.onesLike(tokens.logprobs_B_T),
    dEntropies_B_T: tf.zerosLike(tokens.entropies_B_T),
    extra: { sum: tf.sum(tokens.logprobs_B_T) },
  }));
  assertEquals(tf.memory().numTensors, before + Object.keys(gradients).length + 1);
  tf.dispose([gradients, extra]);
  assertEquals(tf.memory().numTensors, before);
});

Deno.test("groups that cannot be laid out are named", () => {
  assertThrows(
    () => layOutGroups([{ promptIds: [1], completions: [[2]] }]),
    RangeError,
    "group 0",
  );
  assertThrows(
    () =>
      layOutGroups([{ promptIds: [1, 2], completions: [[2]] }, {
        promptIds: [1, 2],
        completions: [[3], []],
      }]),
    RangeError,
    "group 1",
  );
});
