/**
 * GGUF files for tests, written byte by byte from the format's description.
 *
 * @module
 */

import { byteTokenizerJson } from "../../../tokenizer/testdata/byte_tokenizer.ts";

/** A tensor of a file: sizes fastest axis first, ggml's type number, raw bytes. */
export interface GgufTensor {
  readonly name: string;
  readonly sizes: readonly number[];
  readonly type: number;
  readonly bytes: Uint8Array;
}

const ALIGNMENT = 32;

class ByteWriter {
  readonly parts: number[] = [];

  push(size: number, set: (view: DataView) => void): void {
    const bytes = new Uint8Array(size);
    set(new DataView(bytes.buffer));
    this.parts.push(...bytes);
  }

  uint32(value: number): void {
    this.push(4, (view) => view.setUint32(0, value, true));
  }

  uint64(value: number): void {
    this.push(8, (view) => view.setBigUint64(0, BigInt(value), true));
  }

  text(value: string): void {
    const bytes = new TextEncoder().encode(value);
    this.uint64(bytes.length);
    this.parts.push(...bytes);
  }

  align(): void {
    while (this.parts.length % ALIGNMENT !== 0) this.parts.push(0);
  }

  /** Integers as uint32 (type 4), other numbers as float32 (6), texts (8), lists (9) of either. */
  value(value: unknown): void {
    if (typeof value === "string") {
      this.uint32(8);
      this.text(value);
    } else if (Array.isArray(value)) {
      this.uint32(9);
      this.uint32(typeof value[0] === "string" ? 8 : 4);
      this.uint64(value.length);
      for (const entry of value) typeof entry === "string" ? this.text(entry) : this.uint32(entry);
    } else if (Number.isInteger(value)) {
      this.uint32(4);
      this.uint32(value as number);
    } else {
      this.uint32(6);
      this.push(4, (view) => view.setFloat32(0, value as number, true));
    }
  }
}

/** The bytes of a GGUF file of version 3. */
export function ggufBytes(
  metadata: Readonly<Record<string, unknown>>,
  tensors: readonly GgufTensor[],
): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter();
  writer.parts.push(...new TextEncoder().encode("GGUF"));
  writer.uint32(3);
  writer.uint64(tensors.length);
  writer.uint64(Object.keys(metadata).length);
  for (const [name, value] of Object.entries(metadata)) {
    writer.text(name);
    writer.value(value);
  }
  let offset = 0;
  for (const { name, sizes, type, bytes } of tensors) {
    writer.text(name);
    writer.uint32(sizes.length);
    sizes.forEach((size) => writer.uint64(size));
    writer.uint32(type);
    writer.uint64(offset);
    offset += Math.ceil(bytes.length / ALIGNMENT) * ALIGNMENT;
  }
  for (const { bytes } of tensors) {
    writer.align();
    writer.parts.push(...bytes);
  }
  return Uint8Array.from(writer.parts);
}

/** Metadata of a model with 1 layer, width 32, 2 heads and 1 key/value head of 16, inner width 32. */
export function smallMetadata(architecture: string): Record<string, unknown> {
  const { added_tokens, model } = byteTokenizerJson(["<end>"], [["a", "b"]]);
  const tokens = Object.keys(model.vocab).sort((a, b) => model.vocab[a]! - model.vocab[b]!);
  return {
    "general.architecture": architecture,
    [`${architecture}.block_count`]: 1,
    [`${architecture}.context_length`]: 64,
    [`${architecture}.embedding_length`]: 32,
    [`${architecture}.feed_forward_length`]: 32,
    [`${architecture}.attention.head_count`]: 2,
    [`${architecture}.attention.head_count_kv`]: 1,
    [`${architecture}.attention.layer_norm_rms_epsilon`]: 1e-5,
    [`${architecture}.rope.freq_base`]: 1e4 + 0.5,
    "tokenizer.ggml.model": "gpt2",
    "tokenizer.ggml.pre": "smollm",
    "tokenizer.ggml.tokens": tokens,
    "tokenizer.ggml.token_type": tokens.map((_, id) => id < added_tokens.length ? 3 : 1),
    "tokenizer.ggml.merges": (model.merges as [string, string][]).map(([a, b]) => `${a} ${b}`),
    "tokenizer.ggml.eos_token_id": 0,
    "tokenizer.chat_template": "{{ messages[0].content }}",
  };
}

/** An F32 tensor whose values are 0, 1, 2 ... plus a start. */
export function countingTensor(name: string, sizes: readonly number[], start: number): GgufTensor {
  const count = sizes.reduce((product, size) => product * size, 1);
  const data = Float32Array.from({ length: count }, (_, i) => start + i);
  return { name, sizes, type: 0, bytes: new Uint8Array(data.buffer) };
}

/** The tensors that {@linkcode smallMetadata} calls for, all F32; with biases for `qwen2`. */
export function smallTensors(architecture: string): GgufTensor[] {
  const sizes: [string, number[]][] = [
    ["token_embd.weight", [32, 258]],
    ["output_norm.weight", [32]],
    ["blk.0.attn_norm.weight", [32]],
    ["blk.0.attn_q.weight", [32, 32]],
    ["blk.0.attn_k.weight", [32, 16]],
    ["blk.0.attn_v.weight", [32, 16]],
    ["blk.0.attn_output.weight", [32, 32]],
    ["blk.0.ffn_norm.weight", [32]],
    ["blk.0.ffn_gate.weight", [32, 32]],
    ["blk.0.ffn_up.weight", [32, 32]],
    ["blk.0.ffn_down.weight", [32, 32]],
  ];
  if (architecture === "qwen2") {
    sizes.push(["blk.0.attn_q.bias", [32]], ["blk.0.attn_k.bias", [16]], ["blk.0.attn_v.bias", [
      16,
    ]]);
  }
  return sizes.map(([name, shape], i) => countingTensor(name, shape, i * 100_000));
}
