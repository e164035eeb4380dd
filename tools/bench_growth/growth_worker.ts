/**
 * A process that takes GRPO steps of one shape on a small Llama made for it, one for every line of standard
 * input.
 *
 * deno run -A tools/bench_growth/growth_worker.ts SHAPE.json
 *
 * @module
 */
import {
  expectedShapes,
  loadEngine,
  type ModelConfig,
  type Policy,
  uploadWeights,
} from "@terse/rl";
import { answerRounds } from "../bench_peers/answer_rounds.ts";
import { grpoRounds } from "../bench_peers/grpo_rounds.ts";
import type { GrowthShape } from "./points.ts";

const NUM_PROMPTS = 2;
const PROMPT_TOKENS = 64;

function growthConfig(numLayers: number): ModelConfig {
  return {
    architecture: "llama",
    vocabSize: 2048,
    hiddenSize: 384,
    intermediateSize: 1024,
    numLayers,
    numHeads: 6,
    numKvHeads: 2,
    headDim: 64,
    ropeTheta: 10_000,
    rmsNormEps: 1e-5,
    tieWordEmbeddings: true,
    attentionBias: false,
    maxPositionEmbeddings: 2048,
  };
}

/** Weights of a formula, small enough that nothing overflows; ids are their own text and none is an end. */
function growthPolicy(config: ModelConfig): Policy {
  const tensors = new Map(
    [...expectedShapes(config)].map(([name, shape], k) => {
      const isNorm = name.includes("norm");
      const data = Float32Array.from(
        { length: shape.reduce((a, b) => a * b, 1) },
        (_, i) => (isNorm ? 1 : 0) + 0.03 * Math.sin(0.7 * i * (k + 1)),
      );
      return [name, { shape, data }];
    }),
  );
  return {
    config,
    weights: uploadWeights(tensors),
    tokenizer: {
      encode: (text) => text.split(" ").map(Number),
      decode: (ids) => ids.join(" "),
      decodeWithSpecials: (ids) => ids.join(" "),
      renderChat: (messages) => messages.map(({ content }) => content).join(" "),
      vocabSize: config.vocabSize,
      endTokenIds: [],
      padTokenId: 0,
    },
  };
}

if (import.meta.main) {
  const shape: GrowthShape = JSON.parse(await Deno.readTextFile(Deno.args[0]!));
  await loadEngine("tensorflow");
  const policy = growthPolicy(growthConfig(shape.numLayers));
  const prompts = Array.from({ length: NUM_PROMPTS }, (_, p) => {
    const tokenIds = Array.from({ length: PROMPT_TOKENS }, (_, i) => (37 * i + 101 * p) % 2048);
    return { text: tokenIds.join(" "), tokenIds };
  });
  await answerRounds(grpoRounds(policy, {
    prompts,
    groupSize: shape.groupSize,
    newTokens: shape.newTokens,
    temperature: 1,
    beta: 0.001,
    microBatchSize: 8,
  }));
}
