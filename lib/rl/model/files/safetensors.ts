/**
 * Safetensors files: an 8-byte header size, a JSON header, then the tensors' bytes without gaps,
 * little-endian.
 *
 * Deviation from the format: only F32, F16 and BF16 are read (all become float32) and written.
 *
 * @module
 */

import { replaceFile } from "@terse/data";
import { type BinaryFile, openBinaryFile } from "./binary_file.ts";
import { narrowBfloat16, narrowFloat16, widenBfloat16, widenFloat16 } from "./float_formats.ts";
import { countValues, type NamedTensors, type TensorData } from "./tensor_data.ts";

/** What a safetensors file holds: float32 tensors and the header's free text fields. */
export interface SafetensorsContent {
  readonly tensors: NamedTensors;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Types of values that are read and written, by the format's names. */
export type FloatType = keyof typeof BYTES_PER_VALUE;

interface TensorEntry {
  readonly name: string;
  readonly dtype: FloatType;
  readonly shape: readonly number[];
  readonly start: number;
  readonly end: number;
}

const BYTES_PER_VALUE = { F32: 4, F16: 2, BF16: 2 } as const;
const SIZE_FIELD_BYTES = 8;
/** The format's own limit. */
const MAX_HEADER_BYTES = 100_000_000;

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function parseEntry(path: string, name: string, value: unknown): TensorEntry {
  const wrong = (field: string, must: string, current: unknown) =>
    new Error(
      `Cannot read tensor ${name} from ${path}: ${field} must be ${must}: current value is ${
        JSON.stringify(current)
      }`,
    );
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Record<string, unknown>;
  if (dtype !== "F32" && dtype !== "F16" && dtype !== "BF16") {
    throw wrong("dtype", "F32, F16 or BF16 (convert the file first)", dtype);
  }
  if (!Array.isArray(shape) || !shape.every(isSize)) {
    throw wrong("shape", "a list of sizes", shape);
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize)) {
    throw wrong("data_offsets", "two byte offsets", offsets);
  }
  const [start, end] = offsets as [number, number];
  const sizeBytes = countValues(shape) * BYTES_PER_VALUE[dtype];
  if (end - start !== sizeBytes) {
    throw wrong("data_offsets", `${sizeBytes} bytes apart, as dtype and shape say`, offsets);
  }
  return { name, dtype, shape, start, end };
}

async function readHeader(file: BinaryFile) {
  const sizeField = await file.read(0, SIZE_FIELD_BYTES, "the header size");
  const headerBytes = Number(new DataView(sizeField.buffer).getBigUint64(0, true));
  if (headerBytes > MAX_HEADER_BYTES) {
    throw new Error(
      `Cannot read ${file.path}: the header size must be at most ${MAX_HEADER_BYTES} bytes: ` +
        `current value is ${headerBytes}. It seems to be no safetensors file`,
    );
  }
  const header = await file.read(SIZE_FIELD_BYTES, headerBytes, "the header");
  let fields: unknown;
  try {
    fields = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(header));
  } catch (cause) {
    throw new Error(`Cannot read ${file.path}: the header must be JSON: ${cause}`, { cause });
  }
  if (fields === null || typeof fields !== "object" || Array.isArray(fields)) {
    throw new Error(`Cannot read ${file.path}: the header must be a JSON object`);
  }
  const { __metadata__: metadata, ...entries } = fields as Record<string, unknown>;
  return {
    dataStart: SIZE_FIELD_BYTES + headerBytes,
    metadata: (metadata ?? {}) as Record<string, string>,
    entries: Object.entries(entries).map(([name, value]) => parseEntry(file.path, name, value)),
  };
}

/** The tensors must cover the bytes after the header exactly: no gap, no overlap, nothing behind. */
function checkCoverage(file: BinaryFile, entries: readonly TensorEntry[], dataStart: number): void {
  let position = 0;
  for (const entry of [...entries].sort((a, b) => a.start - b.start || a.end - b.end)) {
    if (entry.start !== position) {
      throw new Error(
        `Cannot read tensor ${entry.name} from ${file.path}: it must start at byte ${position} of ` +
          `the data, where the tensor before it ends: current value is ${entry.start}`,
      );
    }
    if (dataStart + entry.end > file.sizeBytes) {
      throw new Error(
        `Cannot read tensor ${entry.name} from ${file.path}: the file must be at least ${
          dataStart + entry.end
        } bytes long: current value is ${file.sizeBytes}. It seems cut off; fetch or save it again`,
      );
    }
    position = entry.end;
  }
  if (dataStart + position !== file.sizeBytes) {
    throw new Error(
      `Cannot read ${file.path}: it must end with its last tensor at byte ${
        dataStart + position
      }: current value is ${file.sizeBytes}`,
    );
  }
}

function widen(dtype: FloatType, bytes: Uint8Array<ArrayBuffer>): Float32Array {
  if (dtype === "F32") return new Float32Array(bytes.buffer);
  const bits = new Uint16Array(bytes.buffer);
  return dtype === "F16" ? widenFloat16(bits) : widenBfloat16(bits);
}

/**
 * Reads all tensors of a safetensors file as float32.
 *
 * @throws {Error} naming the file and the tensor if the file is cut off, a field of the header is
 * wrong, offsets do not fit, or a type is not F32, F16 or BF16.
 */
export async function readSafetensors(path: string): Promise<SafetensorsContent> {
  using file = await openBinaryFile(path);
  const { dataStart, metadata, entries } = await readHeader(file);
  checkCoverage(file, entries, dataStart);
  const tensors = new Map<string, TensorData>();
  for (const { name, dtype, shape, start, end } of entries) {
    const bytes = await file.read(dataStart + start, end - start, `tensor ${name}`);
    tensors.set(name, { shape, data: widen(dtype, bytes) });
  }
  return { tensors, metadata };
}

function bytesOf(data: Float32Array, dtype: FloatType): Uint8Array {
  if (dtype === "F32") return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return new Uint8Array((dtype === "F16" ? narrowFloat16(data) : narrowBfloat16(data)).buffer);
}

/** The bytes that tensors take in a file of that type, without the header. */
export function countTensorBytes(tensors: NamedTensors, dtype: FloatType): number {
  return [...tensors.values()].reduce((sum, { data }) => sum + data.length, 0) *
    BYTES_PER_VALUE[dtype];
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    written += await file.write(bytes.subarray(written));
  }
}

/**
 * Writes tensors in the map's order: through a temporary file in the same folder, flushed to
 * disk and renamed, so that the path never holds a part.
 *
 * @param metadata Free text fields of the header.
 * @param dtype Type of the values in the file; other than F32 they are rounded to the nearest.
 * @throws {Error} if a tensor's shape and data disagree (nothing is written), or from the file system.
 *
 * @example
 * ```ts
 * import { readSafetensors, writeSafetensors } from "@terse/rl";
 * import { assertEquals } from "@std/assert";
 * const path = `${await Deno.makeTempDir()}/model.safetensors`;
 * const weight = { shape: [1, 2], data: Float32Array.of(0.5, -1) };
 * await writeSafetensors(path, new Map([["weight", weight]]), { step: "3" });
 * const { tensors, metadata } = await readSafetensors(path);
 * assertEquals(tensors.get("weight"), weight);
 * assertEquals(metadata.step, "3");
 * ```
 */
export async function writeSafetensors(
  path: string,
  tensors: NamedTensors,
  metadata: Readonly<Record<string, string>>,
  dtype: FloatType = "F32",
): Promise<void> {
  let position = 0;
  const header: Record<string, unknown> = { __metadata__: metadata };
  for (const [name, { shape, data }] of tensors) {
    if (countValues(shape) !== data.length) {
      throw new Error(
        `Cannot write tensor ${name} to ${path}: its data must have ${countValues(shape)} values ` +
          `for shape [${shape}]: current value is ${data.length}`,
      );
    }
    const end = position + data.length * BYTES_PER_VALUE[dtype];
    header[name] = { dtype, shape, data_offsets: [position, end] };
    position = end;
  }
  // Padded with spaces so that the tensors start at a multiple of 8, which lets readers map the file.
  const text = new TextEncoder().encode(JSON.stringify(header));
  const headerBytes = new Uint8Array(Math.ceil(text.length / 8) * 8).fill(0x20);
  headerBytes.set(text);
  const sizeField = new Uint8Array(SIZE_FIELD_BYTES);
  new DataView(sizeField.buffer).setBigUint64(0, BigInt(headerBytes.length), true);

  await replaceFile(path, async (temporary) => {
    using file = await Deno.open(temporary, { write: true, createNew: true });
    await writeAll(file, sizeField);
    await writeAll(file, headerBytes);
    for (const { data } of tensors.values()) {
      await writeAll(file, bytesOf(data, dtype));
    }
  });
}
