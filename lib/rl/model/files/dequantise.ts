/**
 * Quantised tensors of GGUF files as float32, by the block layouts of llama.cpp's ggml
 * (the structs block_q4_0 ... block_q6_K and their dequantize functions).
 *
 * Blocks of 32 values are here; super-blocks of 256 values are in dequantise_k.ts.
 *
 * @module
 */

import { dequantiseQ4K, dequantiseQ5K, dequantiseQ6K } from "./dequantise_k.ts";
import { float16Table, widenBfloat16, widenFloat16 } from "./float_formats.ts";

/** One storage type of ggml. */
export interface TensorType {
  readonly name: string;
  /** Values in a block; rows are whole blocks. */
  readonly blockValues: number;
  readonly blockBytes: number;
  /** float32 values of whole blocks. The bytes start their buffer. */
  readonly dequantise: (bytes: Uint8Array<ArrayBuffer>) => Float32Array;
}

/** Fills the 32 values of block `block` (values from `out` on) from the bytes from `at` on. */
type BlockReader = (bytes: Uint8Array, at: number, values: Float32Array, out: number) => void;

function half(bytes: Uint8Array, at: number): number {
  return float16Table()[bytes[at]! | (bytes[at + 1]! << 8)]!;
}

function blockType(name: string, blockBytes: number, readBlock: BlockReader): TensorType {
  return {
    name,
    blockValues: 32,
    blockBytes,
    dequantise: (bytes) => {
      const values = new Float32Array(bytes.length / blockBytes * 32);
      for (let at = 0, out = 0; at < bytes.length; at += blockBytes, out += 32) {
        readBlock(bytes, at, values, out);
      }
      return values;
    },
  };
}

/** Values 0..15 are the low nibbles of 16 bytes, values 16..31 the high ones: d * (q - 8). */
const Q4_0 = blockType("Q4_0", 18, (bytes, at, values, out) => {
  const d = half(bytes, at);
  for (let i = 0; i < 16; i++) {
    const pair = bytes[at + 2 + i]!;
    values[out + i] = d * ((pair & 15) - 8);
    values[out + i + 16] = d * ((pair >> 4) - 8);
  }
});

/** As Q4_0 with a minimum instead of the fixed offset: d * q + m. */
const Q4_1 = blockType("Q4_1", 20, (bytes, at, values, out) => {
  const d = half(bytes, at), m = half(bytes, at + 2);
  for (let i = 0; i < 16; i++) {
    const pair = bytes[at + 4 + i]!;
    values[out + i] = d * (pair & 15) + m;
    values[out + i + 16] = d * (pair >> 4) + m;
  }
});

/** The fifth bit of value i is bit i of a 32-bit word. */
function fifthBits(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

/** As Q4_0 with a fifth bit: d * (q - 16). */
const Q5_0 = blockType("Q5_0", 22, (bytes, at, values, out) => {
  const d = half(bytes, at), high = fifthBits(bytes, at + 2);
  for (let i = 0; i < 16; i++) {
    const pair = bytes[at + 6 + i]!;
    values[out + i] = d * (((pair & 15) | (((high >>> i) & 1) << 4)) - 16);
    values[out + i + 16] = d * (((pair >> 4) | (((high >>> (i + 16)) & 1) << 4)) - 16);
  }
});

/** As Q4_1 with a fifth bit: d * q + m. */
const Q5_1 = blockType("Q5_1", 24, (bytes, at, values, out) => {
  const d = half(bytes, at), m = half(bytes, at + 2), high = fifthBits(bytes, at + 4);
  for (let i = 0; i < 16; i++) {
    const pair = bytes[at + 8 + i]!;
    values[out + i] = d * ((pair & 15) | (((high >>> i) & 1) << 4)) + m;
    values[out + i + 16] = d * ((pair >> 4) | (((high >>> (i + 16)) & 1) << 4)) + m;
  }
});

/** Signed bytes in order: d * q. */
const Q8_0 = blockType("Q8_0", 34, (bytes, at, values, out) => {
  const d = half(bytes, at);
  for (let i = 0; i < 32; i++) values[out + i] = d * ((bytes[at + 2 + i]! << 24) >> 24);
});

const F32: TensorType = {
  name: "F32",
  blockValues: 1,
  blockBytes: 4,
  dequantise: (bytes) => new Float32Array(bytes.buffer),
};
const F16: TensorType = {
  name: "F16",
  blockValues: 1,
  blockBytes: 2,
  dequantise: (bytes) => widenFloat16(new Uint16Array(bytes.buffer)),
};
const BF16: TensorType = {
  name: "BF16",
  blockValues: 1,
  blockBytes: 2,
  dequantise: (bytes) => widenBfloat16(new Uint16Array(bytes.buffer)),
};

const superBlock = { blockValues: 256 };
const Q4_K: TensorType = {
  name: "Q4_K",
  ...superBlock,
  blockBytes: 144,
  dequantise: dequantiseQ4K,
};
const Q5_K: TensorType = {
  name: "Q5_K",
  ...superBlock,
  blockBytes: 176,
  dequantise: dequantiseQ5K,
};
const Q6_K: TensorType = {
  name: "Q6_K",
  ...superBlock,
  blockBytes: 210,
  dequantise: dequantiseQ6K,
};

/**
 * The storage types that can be read, by ggml's number for them.
 *
 * @example
 * ```ts
 * import { TENSOR_TYPES } from "@terse/rl";
 * import { assertEquals } from "@std/assert";
 * // One Q8_0 block: scale 0.5 as float16, then 32 signed bytes.
 * const block = new Uint8Array(34);
 * block.set([0x00, 0x38, 3, 0xfe]);
 * assertEquals(TENSOR_TYPES.get(8)!.dequantise(block).subarray(0, 2), Float32Array.of(1.5, -1));
 * ```
 */
export const TENSOR_TYPES: ReadonlyMap<number, TensorType> = new Map([
  [0, F32],
  [1, F16],
  [2, Q4_0],
  [3, Q4_1],
  [6, Q5_0],
  [7, Q5_1],
  [8, Q8_0],
  [12, Q4_K],
  [13, Q5_K],
  [14, Q6_K],
  [30, BF16],
]);
