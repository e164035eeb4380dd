import { assertEquals, assertThrows } from "@std/assert";
import type { ModelConfig } from "../config.ts";
import { expectedShapes, selectExpectedTensors } from "./expected_shapes.ts";
import { countValues, type TensorData } from "./tensor_data.ts";

const SMOLLM2: ModelConfig = {
  architecture: "llama",
  vocabSize: 49_152,
  hiddenSize: 576,
  intermediateSize: 1536,
  numLayers: 30,
  numHeads: 9,
  numKvHeads: 3,
  headDim: 64,
  ropeTheta: 100_000,
  rmsNormEps: 1e-5,
  tieWordEmbeddings: true,
  attentionBias: false,
  maxPositionEmbeddings: 8192,
};
const SMALL: ModelConfig = {
  ...SMOLLM2,
  vocabSize: 5,
  hiddenSize: 4,
  intermediateSize: 6,
  numLayers: 1,
  numHeads: 2,
  numKvHeads: 1,
  headDim: 2,
};

function zeros(config: ModelConfig): Map<string, TensorData> {
  return new Map(
    [...expectedShapes(config)].map(([name, shape]) =>
      [name, { shape, data: new Float32Array(countValues(shape)) }] as const
    ),
  );
}

Deno.test("SmolLM2-135M has its 134,515,008 published parameters in 272 tensors", () => {
  const shapes = expectedShapes(SMOLLM2);
  const total = [...shapes.values()].reduce((sum, shape) => sum + countValues(shape), 0);
  assertEquals([shapes.size, total], [272, 134_515_008]);
});

Deno.test("Qwen2.5-0.5B has its 494,032,768 published parameters", () => {
  const shapes = expectedShapes({
    ...SMOLLM2,
    architecture: "qwen2",
    vocabSize: 151_936,
    hiddenSize: 896,
    intermediateSize: 4864,
    numLayers: 24,
    numHeads: 14,
    numKvHeads: 2,
    attentionBias: true,
  });
  const total = [...shapes.values()].reduce((sum, shape) => sum + countValues(shape), 0);
  assertEquals(total, 494_032_768);
});

Deno.test("an output layer is expected only where embeddings are not tied", () => {
  assertEquals(expectedShapes(SMALL).has("lm_head.weight"), false);
  const untied = expectedShapes({ ...SMALL, tieWordEmbeddings: false });
  assertEquals(untied.get("lm_head.weight"), [5, 4]);
});

Deno.test("tensors come in the order of the computation, redundant ones left out", () => {
  const tensors = zeros(SMALL);
  const shuffled = new Map([...tensors].reverse());
  shuffled.set("lm_head.weight", { shape: [5, 4], data: new Float32Array(20) });
  shuffled.set("model.layers.0.self_attn.rotary_emb.inv_freq", {
    shape: [1],
    data: new Float32Array(1),
  });
  const selected = selectExpectedTensors("m", shuffled, SMALL);
  assertEquals([...selected.keys()], [...tensors.keys()]);
});

Deno.test("missing, misshapen and unknown tensors are refused by name", () => {
  const key = "model.layers.0.self_attn.k_proj.weight";
  const refused = (change: (tensors: Map<string, TensorData>) => void, message: string) => {
    const tensors = zeros(SMALL);
    change(tensors);
    assertThrows(() => selectExpectedTensors("m.gguf", tensors, SMALL), Error, message);
  };
  refused((t) => t.delete(key), `Cannot load m.gguf: tensor ${key} must be present`);
  const wide = { shape: [4, 4], data: new Float32Array(16) };
  refused((t) => t.set(key, wide), `tensor ${key} must be [2,4]`);
  refused((t) => t.set("model.layers.1.mlp.up_proj.weight", wide), "model.layers.1.mlp.up_proj");
});
