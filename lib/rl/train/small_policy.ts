/**
 * A policy of a few thousand parameters for tests: ids are their own text.
 *
 * @module
 */
import type { ModelConfig } from "../model/config.ts";
import type { Policy } from "../policy.ts";
import { initialWeights } from "../tiny/initial_weights.ts";

/** Two layers, 12 tokens; id 0 ends a completion, id 1 pads. */
export const SMALL_CONFIG: ModelConfig = {
  architecture: "qwen2",
  vocabSize: 12,
  hiddenSize: 16,
  intermediateSize: 24,
  numLayers: 2,
  numHeads: 4,
  numKvHeads: 2,
  headDim: 4,
  ropeTheta: 10_000,
  rmsNormEps: 1e-5,
  tieWordEmbeddings: false,
  attentionBias: true,
  maxPositionEmbeddings: 64,
};

/** A policy with fresh weights; the engine must be loaded. */
export function smallPolicy(seed: number): Policy {
  return {
    config: SMALL_CONFIG,
    weights: initialWeights(SMALL_CONFIG, seed),
    tokenizer: {
      encode: (text) => text === "" ? [] : text.trim().split(/\s+/).map(Number),
      decode: (ids) => ids.filter((id) => id !== 0).join(" "),
      decodeWithSpecials: (ids) => ids.join(" "),
      renderChat: (messages) => messages.map(({ content }) => content).join(" "),
      vocabSize: 12,
      endTokenIds: [0],
      padTokenId: 1,
    },
  };
}
