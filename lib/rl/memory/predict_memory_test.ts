import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import type { ModelConfig } from "../model/config.ts";
import { CACHE_COPIES, ENGINE_COPIES, type LayerCopies, LOGIT_COPIES } from "./calibration.ts";
import { jobsThatFit, requireMemory } from "./fit_memory.ts";
import { type MemoryRequest, predictMemory } from "./predict_memory.ts";
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

/** A layer with all copies: 460 rows of 2 groups of 4 (2 x 30 + 8 x 50), scores of 8 x 50 rows by 80 keys. */
function layerByHand(of: LayerCopies): number {
  const perRow = of.width * 8 + of.intermediate * 20 + of.queries * 8 + of.keys * 4;
  return 4 * (460 * perRow + of.groupScores * 8 * 4 * 50 * 80 + of.promptScores * 2 * 4 * 900);
}

Deno.test("the forward pass of the reference by hand", () => {
  const { layer, logits } = phase("reference").tensors;
  assertAlmostEquals(layer!, layerByHand(copies.forward), 1e-6);
  // All 400 completion rows x 100 are one block, with all of the head.
  assertEquals(
    logits,
    copies.head.forward.logits * 4 * 400 * 100 + copies.head.forward.rows * 3200,
  );
});

Deno.test("the backward pass is fullest at the last layer where inputs outweigh parameters", () => {
  // 3 micro-batches of 8: the sum of those before stands beside the gradient of this one.
  const again = phase("gradients").tensors;
  assertAlmostEquals(again["layer"]!, layerByHand(copies.backwardAgain), 1e-6);
  // 4 inputs of 460 x 8 and the head's gradient; at the first layer 2 of these inputs and all gradients.
  const atLast = POLICY + 3200 + 4 * 4 * 460 * 8, atFirst = 2 * POLICY + 2 * 4 * 460 * 8;
  assert(atLast > atFirst);
  assertEquals([again["gradients"], again["kept by layers"]], [POLICY + 3200, 4 * 4 * 460 * 8]);
  // Kept are also queries and what attention made of them (8 each), keys and values (4 each), the sum
  // behind attention (8), and gate and up (20 each).
  const kept = phase("gradients", { gradientCheckpointing: false }).tensors;
  assertEquals(kept["kept by layers"], 4 * 460 * (4 * 8 + 3 * (8 + 8 + 4 + 4 + 8 + 40)));
  assertAlmostEquals(kept["layer"]!, layerByHand(copies.backward), 1e-6);
});

Deno.test("with a large vocabulary the head's blocks are the most there", () => {
  const wide = { ...config, vocabSize: 1_000_000 };
  const { logits, gradients } = predictMemory({ ...request, engine: "tensorflow", config: wide })
    .phases.find(({ name }) => name === "gradients")!.tensors;
  // 400 rows x a million numbers in 64 blocks of 6 Mi: 15,625 wide.
  assertEquals(logits, 7 * 4 * 400 * 15_625 + 4 * 15_625 * 8);
  const policy = POLICY + 4 * 999_900 * 8;
  assertEquals(gradients, policy + 4 * 1_000_000 * 8);
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
