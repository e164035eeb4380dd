/**
 * Tensors under llama.cpp's names and layout as Hugging Face has them.
 *
 * @module
 */

import type { TensorData } from "./tensor_data.ts";

const WHOLE_MODEL: Readonly<Record<string, string>> = {
  token_embd: "model.embed_tokens",
  output_norm: "model.norm",
  output: "lm_head",
};

const IN_LAYER: Readonly<Record<string, string>> = {
  attn_norm: "input_layernorm",
  attn_q: "self_attn.q_proj",
  attn_k: "self_attn.k_proj",
  attn_v: "self_attn.v_proj",
  attn_output: "self_attn.o_proj",
  ffn_norm: "post_attention_layernorm",
  ffn_gate: "mlp.gate_proj",
  ffn_up: "mlp.up_proj",
  ffn_down: "mlp.down_proj",
};

/**
 * The Hugging Face name of a tensor in a GGUF file; null if there is none.
 *
 * @example
 * ```ts
 * import { hfTensorName } from "@terse/rl";
 * import { assertEquals } from "@std/assert";
 * assertEquals(hfTensorName("blk.3.ffn_up.weight"), "model.layers.3.mlp.up_proj.weight");
 * ```
 */
export function hfTensorName(ggufName: string): string | null {
  const match = /^(?:blk\.(\d+)\.)?(\w+)\.(weight|bias)$/.exec(ggufName);
  if (!match) return null;
  const [, layer, part, kind] = match as unknown as [string, string | undefined, string, string];
  const names = layer === undefined ? WHOLE_MODEL : IN_LAYER;
  if (!Object.hasOwn(names, part)) return null;
  return `${layer === undefined ? "" : `model.layers.${layer}.`}${names[part]}.${kind}`;
}

/**
 * Undoes llama.cpp's reordering of query and key rows. Rotary positions turn pairs of rows; llama.cpp
 * keeps the two of a pair next to each other (2i, 2i + 1 within a head) for Llama models, Hugging Face
 * half a head apart (i, i + headDim / 2).
 *
 * @param tensor Weight [heads * headDim, in] or bias [heads * headDim].
 */
export function splitRotaryPairs(tensor: TensorData, headDim: number): TensorData {
  const rows = tensor.shape[0]!;
  const rowLength = tensor.data.length / rows;
  const data = new Float32Array(tensor.data.length);
  for (let row = 0; row < rows; row++) {
    const inHead = row % headDim;
    const to = row - inHead + (inHead >> 1) + (inHead & 1) * (headDim / 2);
    data.set(tensor.data.subarray(row * rowLength, (row + 1) * rowLength), to * rowLength);
  }
  return { shape: tensor.shape, data };
}
