/**
 * The shape of a decoder: all that distinguishes one Llama or Qwen2 model from another.
 *
 * @module
 */

/** Architecture and sizes of a decoder-only transformer, under the names of Hugging Face's config.json. */
export interface ModelConfig {
  readonly architecture: "llama" | "qwen2";
  readonly vocabSize: number;
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly numLayers: number;
  readonly numHeads: number;
  readonly numKvHeads: number;
  readonly headDim: number;
  readonly ropeTheta: number;
  readonly rmsNormEps: number;
  readonly tieWordEmbeddings: boolean;
  /** Whether the query, key and value projections have a bias. */
  readonly attentionBias: boolean;
  readonly maxPositionEmbeddings: number;
}
