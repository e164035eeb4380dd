/**
 * ggml's K types: super-blocks of 256 values with quantised scales.
 *
 * @module
 */

import { float16Table } from "./float_formats.ts";

const BLOCK_VALUES = 256;

function half(bytes: Uint8Array, at: number): number {
  return float16Table()[bytes[at]! | (bytes[at + 1]! << 8)]!;
}

/**
 * Scale and minimum of the sub-blocks of Q4_K and Q5_K: 8 pairs of 6-bit numbers in 12 bytes. Pairs
 * 0..3 are the low six bits of bytes 0..3 and 4..7; pairs 4..7 have their low four bits in bytes
 * 8..11 and their upper two at the top of those bytes.
 */
function unpackScales(bytes: Uint8Array, at: number, scales: Uint8Array, minima: Uint8Array): void {
  for (let i = 0; i < 4; i++) {
    const scale = bytes[at + i]!, minimum = bytes[at + 4 + i]!, low = bytes[at + 8 + i]!;
    scales[i] = scale & 63;
    minima[i] = minimum & 63;
    scales[i + 4] = (low & 15) | ((scale >> 6) << 4);
    minima[i + 4] = (low >> 4) | ((minimum >> 6) << 4);
  }
}

/**
 * Q4_K and Q5_K: d, dmin, scales, for Q5_K 32 bytes of fifth bits, then 128 bytes of nibbles. Each
 * 32 bytes of nibbles hold two sub-blocks of 32 values, the low nibbles first; bit j of fifth-bit byte
 * i belongs to value i of sub-block j. A value is d * scale * q - dmin * minimum.
 */
function dequantiseWithMinima(bytes: Uint8Array, blockBytes: 144 | 176): Float32Array<ArrayBuffer> {
  const hasFifthBit = blockBytes === 176;
  const values = new Float32Array(bytes.length / blockBytes * BLOCK_VALUES);
  const scales = new Uint8Array(8), minima = new Uint8Array(8);
  for (let at = 0, out = 0; at < bytes.length; at += blockBytes) {
    const d = half(bytes, at), dmin = half(bytes, at + 2);
    unpackScales(bytes, at + 4, scales, minima);
    const fifths = at + 16, nibbles = fifths + (hasFifthBit ? 32 : 0);
    for (let sub = 0; sub < 8; sub++) {
      const scale = d * scales[sub]!, minimum = dmin * minima[sub]!;
      const from = nibbles + (sub >> 1) * 32, shift = (sub & 1) * 4;
      for (let i = 0; i < 32; i++) {
        const fifth = hasFifthBit ? ((bytes[fifths + i]! >> sub) & 1) << 4 : 0;
        values[out++] = scale * (((bytes[from + i]! >> shift) & 15) | fifth) - minimum;
      }
    }
  }
  return values;
}

/** Values of Q4_K blocks (144 bytes each). */
export function dequantiseQ4K(bytes: Uint8Array): Float32Array {
  return dequantiseWithMinima(bytes, 144);
}

/** Values of Q5_K blocks (176 bytes each). */
export function dequantiseQ5K(bytes: Uint8Array): Float32Array {
  return dequantiseWithMinima(bytes, 176);
}

/**
 * Values of Q6_K blocks (210 bytes each): 128 bytes of low nibbles, 64 bytes of upper bit pairs, 16
 * signed scales, d. Each half of 128 values has 64 and 32 of those bytes; its quarter k of 32 values
 * takes nibble k >> 1 of bytes (k & 1) * 32 on and bit pair k. A value is d * scale * (q - 32), with
 * a scale for every 16 values.
 */
export function dequantiseQ6K(bytes: Uint8Array): Float32Array {
  const blockBytes = 210;
  const values = new Float32Array(bytes.length / blockBytes * BLOCK_VALUES);
  for (let at = 0, out = 0; at < bytes.length; at += blockBytes) {
    const d = half(bytes, at + 208);
    for (let quarter = 0; quarter < 8; quarter++) {
      const k = quarter & 3, secondHalf = quarter >> 2;
      const low = at + secondHalf * 64 + (k & 1) * 32, lowShift = (k >> 1) * 4;
      const high = at + 128 + secondHalf * 32, highShift = k * 2;
      for (let i = 0; i < 32; i++) {
        const scale = d * ((bytes[at + 192 + quarter * 2 + (i >> 4)]! << 24) >> 24);
        const q = ((bytes[low + i]! >> lowShift) & 15) |
          (((bytes[high + i]! >> highShift) & 3) << 4);
        values[out++] = scale * (q - 32);
      }
    }
  }
  return values;
}
