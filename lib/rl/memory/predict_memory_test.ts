import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import type { ModelConfig } from "../model/config.ts";
import { CACHE_COPIES, ENGINE_COPIES, type LayerCopies, LOGIT_COPIES } from "./calibration.ts";
import { jobsThatFit, requireMemory } from "./fit_memory.ts";
import { type MemoryRequest, predictMemory } from "./predict_memory.ts";
import { blockBytes, stretchSums } from "./sizes.ts";
import type { TrainingMemory } from "./training.ts";

const copies = ENGINE_COPIES.wasm;

/** Llama with V 100, D 8, F 20, 3 layers, 4 heads and 2 key/value heads of 2. */
const config: ModelConfig = {
  architecture: "llama",
  vocabSize: 100,
  hiddenSize: 8,
  intermediateSize: 20,
  numLayers: 3,
  numHeads: 4,
  numKvHeads: 2,
  headDim: 2,
  ropeTheta: 10_000,
  rmsNormEps: 1e-5,
  tieWordEmbeddings: true,
  attentionBias: false,
  maxPositionEmbeddings: 512,
};

const training: TrainingMemory = {
  numPrompts: 6,
  numGenerations: 4,
  maxCompletionLength: 50,
  microBatchSize: 8,
  rowsAtOnce: 100,
  gradientCheckpointing: true,
  beta: 0.1,
  syncRefModel: null,
  lora: null,
  promptTokens: 31,
};

const request: MemoryRequest = {
  engine: "wasm",
  config,
  training,
  evaluation: {
    batchSize: 10,
    samples: 2,
    rowsAtOnce: 100,
    maxCompletionLength: 50,
    promptTokens: 41,
  },
};

/** 4 bytes by: embedding 100 x 8, final norm 8, and a layer's norms, q, k, v, o, gate, up, down. */
const POLICY = 4 * (800 + 8 + 3 * (16 + 64 + 32 + 32 + 64 + 160 + 160 + 160));

function phase(name: string, changed: Partial<TrainingMemory> = {}, model = config) {
  const { phases } = predictMemory({
    ...request,
    config: model,
    training: { ...training, ...changed },
  });
  return phases.find((found) => found.name === name)!;
}

Deno.test("what is held all along: policy, reference, two moments", () => {
  const { policy, reference, moments } = phase("sampling").tensors;
  assertEquals([policy, reference, moments], [POLICY, POLICY, 2 * POLICY]);
  assertEquals(phase("sampling", { beta: 0 }).tensors["reference"], undefined);
  assertEquals(phase("reference", { beta: 0 }), undefined);
  const syncRefModel = { refModelSyncSteps: 1, refModelMixupAlpha: 0.5 };
  assertEquals(phase("sampling", { beta: 0, syncRefModel }).tensors["reference"], POLICY);
  const untrained = predictMemory({ ...request, training: null });
  assertEquals(untrained.phases.map(({ name }) => name), ["loading", "evaluation"]);
});

Deno.test("with an adapter the moments are its own, and the model is its own reference", () => {
  // A 2 x 8 and B 8 x 2 of q, and A 2 x 20 and B 8 x 2 of down, in 3 layers.
  const lora = { rank: 2, alpha: 4, targetModules: ["q_proj", "down_proj"] } as const;
  const adapter = 4 * 3 * (16 + 16 + 40 + 16);
  const { policy, reference, moments, adapter: found } = phase("update", { lora }).tensors;
  assertEquals([policy, reference, found, moments], [POLICY, undefined, adapter, 2 * adapter]);
  assertEquals(phase("update", { lora }).tensors["gradients"], adapter);
  assertEquals(phase("checkpoint", { lora }).arraysBytes, adapter);
});

Deno.test("caches and logits of sampling by hand", () => {
  // Keys and values of 3 layers, 2 heads of 2: 4 bytes x 24 = 96 a row. 6 prompts of 30 cached rows,
  // 24 completions of 50.
  assertAlmostEquals(
    phase("sampling").tensors["caches"]!,
    CACHE_COPIES.prompts * 96 * 180 + CACHE_COPIES.completions * 96 * 1200,
    1e-6,
  );
  assertEquals(phase("sampling").tensors["logits"], LOGIT_COPIES * 4 * 24 * 100);
  assertEquals(phase("evaluation").tensors["logits"], LOGIT_COPIES * 4 * 20 * 100);
  // 9 rows at once are those of 3 groups.
  assertEquals(
    phase("sampling", { rowsAtOnce: 9 }).tensors["logits"],
    LOGIT_COPIES * 4 * 12 * 100,
  );
});

/**
 * A layer's pass with all copies, of 2 groups of 4: 2 x 30 prompt rows and 8 x 50 completion rows in two stretches of
 * 25, which end at 25 and 50 and meet 55 and 80 keys.
 */
function layerByHand(of: LayerCopies): number {
  const everyRow = 460 * (of.width * 8 + of.intermediate * 20);
  const prompts = 60 * (of.promptQueries * 8 + of.promptKeys * 4);
  const completions = 400 * (of.queries * 8 + of.keys * 4);
  const stretches = 8 * 75 * of.stretchKeys * 4 +
    2 * (460 * of.placedKeys * 4 + 60 * of.promptKeysByStretch * 4);
  const scores = of.groupScores * 8 * 4 * (25 * 55 + 25 * 80) + of.promptScores * 2 * 4 * 900;
  return 4 * (everyRow + prompts + completions + stretches + scores);
}

Deno.test("the forward pass of the reference by hand", () => {
  const { layer, logits } = phase("reference").tensors;
  assertEquals(layer, layerByHand(copies.forward));
  // All 400 completion rows x 100 are one block, with all of the head, beside hidden states 400 x 8.
  const { logits: ofLogits, hidden } = copies.head.forward;
  assertEquals(logits, ofLogits * 4 * 400 * 100 + hidden * 4 * 400 * 8 + 3200);
});

/** Bytes of one layer's parameters: {@linkcode POLICY} says which. */
const LAYER = 4 * (16 + 64 + 32 + 32 + 64 + 160 + 160 + 160);

Deno.test("the backward pass is fullest at the last layer where inputs outweigh parameters", () => {
  // 3 micro-batches of 8: the sum of those before stands beside this layer's new gradients.
  const again = phase("gradients").tensors;
  // Attention's half outweighs the other; it starts from queries (8), keys and values (4 each).
  assertEquals(again["layer"], 4 * 460 * 16 + layerByHand(copies.backward.attention));
  assertEquals(again["gradients"], POLICY + LAYER);
  // 3 inputs of 460 x 8, and the gradient that comes down to the last layer.
  assertEquals(again["kept by layers"], 4 * 4 * 460 * 8);
  assertEquals(again["head's rows"], copies.head.left * 4 * 400 * 8);
  // Of every row its rotation (2 x 2), its place as a query and once a stretch as a key, each with a mark; of prompt
  // rows and completion rows those they stand in, with marks, and keys' rows; masks of 55 and 80 keys, and 30 x 30.
  const rows = 460 * (4 + 2 + 2 * 2) + 2 * 60 + 2 * 400 + 8 * 75;
  assertEquals(again["masks and rotations"], 4 * (rows + 900 + 2 * (25 * 55 + 25 * 80)));
  // The two layers below keep queries, keys, values, the sum behind attention (8), gate and up (20 each).
  const kept = phase("gradients", { gradientCheckpointing: false }).tensors;
  assertEquals(kept["kept by layers"], 4 * 460 * (4 * 8 + 2 * (8 + 4 + 4 + 8 + 40)));
  assertEquals(kept["layer"], again["layer"]);
  // A single micro-batch has no sum yet: the gradients are the head's and the layer's.
  const single = phase("gradients", { numPrompts: 2, gradientCheckpointing: false }).tensors;
  assertEquals(single["gradients"], 3200 + LAYER);
});

Deno.test("with a wide inner block the feed-forward half is the fuller one", () => {
  const { layer } = phase("gradients", {}, { ...config, intermediateSize: 2000 }).tensors;
  const { width, intermediate } = copies.backward.feedForward;
  // All that was kept: queries, keys, values, the sum behind attention, gate and up.
  assertEquals(layer, 4 * 460 * (8 + 4 + 4 + 8 + 4000 + width * 8 + intermediate * 2000));
});

Deno.test("with a large vocabulary the head's blocks are the most there", () => {
  const wide = { ...config, vocabSize: 1_000_000 };
  const { logits, gradients } = predictMemory({ ...request, engine: "tensorflow", config: wide })
    .phases.find(({ name }) => name === "gradients")!.tensors;
  // A million rows in 245 pieces of 4082, whose logits for 400 rows are below 6 Mi.
  assertEquals(logits, 7 * 4 * 400 * 4082 + 8 * 4 * 400 * 8 + 2 * 4 * 4082 * 8);
  assertEquals(gradients, POLICY + 4 * 999_900 * 8);
});

Deno.test("with short completions the gradients' end is the fullest: one more matrix like the head", () => {
  const wide = { ...config, vocabSize: 1_000_000 };
  const tensors = phase("gradients", { microBatchSize: 1 }, wide).tensors;
  assertEquals(tensors["gradients"], POLICY + 4 * 999_900 * 8 + 4 * 1_000_000 * 8);
  // 24 micro-batches of 80 rows, 50 of which are completions', once more as one matrix.
  assertEquals(tensors["tokens' rows"], 2 * 24 * 4 * (80 + 50) * 8);
});

Deno.test("a piece of the vocabulary is cut into blocks where its logits are too many", () => {
  // 100,000 rows in 25 pieces of 4000; 4000 x 4000 logits are 2.5 times 6 Mi: blocks of 1334.
  assertEquals(
    blockBytes({ ...config, vocabSize: 100_000 }, 4000),
    { logits: 4 * 4000 * 1334, block: 4 * 1334 * 8, piece: 4 * 4000 * 8 },
  );
});

Deno.test("a rest of the completions' rows is a shorter stretch", () => {
  // 70 rows in stretches of at most 32: 24, 24 and 22.
  assertEquals(stretchSums({ P: 1, G: 1, N: 10, T: 70 }, 32), {
    count: 3,
    ends: 24 + 48 + 70,
    scores: 24 * 34 + 24 * 58 + 22 * 80,
  });
  assertEquals(stretchSums({ P: 1, G: 1, N: 10, T: 0 }, 32), { count: 0, ends: 0, scores: 0 });
});

Deno.test("a step of decoding by hand", () => {
  const short = phase("sampling", { promptTokens: 2 }).tensors;
  // 24 rows through 3 layers, each like a prompt of one token; by its side copies of a tail of 32 columns.
  const of = copies.forward;
  const row = of.width * 8 + of.intermediate * 20 + of.promptQueries * 8 + of.promptKeys * 4 +
    of.promptScores * 4;
  assertEquals(copies.decoding.scores, 0);
  assertEquals(short["layers"], 3 * 4 * 24 * (row + copies.decoding.tails * 2 * 32 * 2));
});

Deno.test("the update's largest parameter by hand", () => {
  const { gradients, update } = phase("update").tensors;
  assertEquals([gradients, update], [POLICY, copies.adamw * 3200]);
});

Deno.test("the process is its base and a share of the fullest phase", () => {
  const { fullest, processBytes, phases } = predictMemory(request);
  assertEquals(fullest.name, "gradients");
  const bytes = Object.values(fullest.tensors).reduce((a, b) => a + b, 0);
  assertEquals(processBytes, Math.round(copies.baseBytes + copies.share * bytes));
  assertEquals(phases.map(({ name }) => name), [
    "loading",
    "sampling",
    "reference",
    "gradients",
    "update",
    "checkpoint",
    "evaluation",
  ]);
});

Deno.test("a micro-batch is of whole groups, or of a part of one", () => {
  const layerOf = (microBatchSize: number) =>
    phase("gradients", { microBatchSize }).tensors["layer"]!;
  assertEquals(layerOf(9), layerOf(8));
  assertEquals(layerOf(1000), layerOf(24));
  assert(layerOf(2) < layerOf(4) && layerOf(4) < layerOf(8));
});

/** A policy of 1.7 GB whose step takes many more. */
const large: MemoryRequest = {
  ...request,
  engine: "tensorflow",
  config: {
    ...config,
    vocabSize: 49_152,
    hiddenSize: 1024,
    intermediateSize: 4096,
    numLayers: 22,
    numHeads: 16,
    numKvHeads: 4,
    headDim: 64,
  },
  training: { ...training, microBatchSize: 24, maxCompletionLength: 512 },
};

function refusal(of: MemoryRequest, availableBytes: number, jobs: number): string {
  try {
    requireMemory("arm none", of, { availableBytes, jobs });
  } catch (error) {
    assert(error instanceof RangeError);
    return error.message;
  }
  throw new Error("it was not refused");
}

Deno.test("what does not fit is refused with the figures and the two cheapest changes that were tried", () => {
  const need = predictMemory(large).processBytes;
  requireMemory("arm none", large, { availableBytes: need, jobs: 1 });
  const message = refusal(large, need - 1, 1);
  assert(/^Cannot run arm none: its memory must fit the [\d.]+ GiB/.test(message), message);
  assert(
    /microBatchSize 12 \(24 now\): [\d.]+ GiB; or maxCompletionLength 496 \(512 now\)/.test(
      message,
    ),
    message,
  );
  // What is proposed fits.
  const smaller = { ...large, training: { ...training, ...large.training, microBatchSize: 12 } };
  requireMemory("arm none", smaller, { availableBytes: need - 1, jobs: 1 });
  assert(/--jobs 1 \(2 now\).*microBatchSize/.test(refusal(large, 2 * need - 1, 2)));
  assertEquals(jobsThatFit(predictMemory(large), 2 * need - 1), 1);
});

Deno.test("what cannot fit by one change is told so", () => {
  const message = refusal(large, 2 ** 30, 1);
  assert(
    message.endsWith(
      "No single setting makes it fit: take a smaller model or a machine with more memory",
    ),
  );
});

Deno.test("the wasm engine's heap ends at 4 GiB, however much memory the machine has", () => {
  const message = refusal({ ...large, engine: "wasm" }, 2 ** 50, 1);
  assert(message.includes("must fit the 4.0 GiB that a WebAssembly heap can have"), message);
  assert(message.includes("--engine tensorflow (wasm now)"), message);
  assertThrows(
    () => requireMemory("a", { ...large, engine: "wasm" }, { availableBytes: 2 ** 50, jobs: 3 }),
    RangeError,
    "--engine tensorflow",
  );
});
