/**
 * GGUF files: metadata through `@huggingface/gguf`, tensors by this project's own code.
 *
 * @module
 */

import { gguf, type GGUFParseOutput } from "@huggingface/gguf";
import { ggufTokenizer } from "../../tokenizer/gguf_tokenizer.ts";
import { type BinaryFile, openBinaryFile } from "./binary_file.ts";
import { TENSOR_TYPES, type TensorType } from "./dequantise.ts";
import { parseGgufConfig } from "./gguf_config.ts";
import { hfTensorName, splitRotaryPairs } from "./gguf_names.ts";
import type { RawModel } from "./hf_folder.ts";
import type { JsonObject } from "./json_fields.ts";
import { countValues, type TensorData } from "./tensor_data.ts";

interface TensorEntry {
  readonly name: string;
  readonly hfName: string;
  readonly type: TensorType;
  /** Hugging Face's order, slowest axis first; the file has the fastest first. */
  readonly shape: readonly number[];
  readonly offset: number;
  readonly sizeBytes: number;
}

/** 64-bit integers as numbers: all that the project reads are small. */
function plainMetadata(path: string, metadata: object): JsonObject {
  const entries = Object.entries(metadata).map(([name, value]) =>
    [name, typeof value === "bigint" ? Number(value) : value] as const
  );
  return { source: path, fields: Object.fromEntries(entries) };
}

function parseEntry(
  path: string,
  info: GGUFParseOutput["tensorInfos"][number],
  dataStart: number,
): TensorEntry {
  const { name } = info;
  const type = TENSOR_TYPES.get(info.dtype);
  if (!type) {
    const known = [...TENSOR_TYPES].map(([number, { name }]) => `${name} (${number})`).join(", ");
    throw new Error(
      `Cannot read tensor ${name} from ${path}: its type must be one of ${known}: current value ` +
        `is ggml type ${info.dtype}`,
    );
  }
  const hfName = hfTensorName(name);
  if (hfName === null) {
    throw new Error(
      `Cannot read tensor ${name} from ${path}: it must be a tensor of a Llama or Qwen2 model ` +
        `without scaled positions or adapters: current value is not known`,
    );
  }
  const shape = info.shape.map(Number).reverse();
  const rowLength = shape.at(-1) ?? 1;
  if (rowLength % type.blockValues !== 0) {
    throw new Error(
      `Cannot read tensor ${name} from ${path}: rows of ${type.name} must be a multiple of ` +
        `${type.blockValues} values: current value is ${rowLength}`,
    );
  }
  return {
    name,
    hfName,
    type,
    shape,
    offset: dataStart + Number(info.offset),
    sizeBytes: countValues(shape) / type.blockValues * type.blockBytes,
  };
}

async function readEntries(file: BinaryFile) {
  let parsed: GGUFParseOutput;
  try {
    parsed = await gguf(file.path, { allowLocalFile: true });
  } catch (cause) {
    throw new Error(
      `Cannot read ${file.path}: it must be a whole GGUF file: ${(cause as Error).message}`,
      { cause },
    );
  }
  const headerEnd = parsed.tensorInfoByteRange[1];
  // The library reads zeros behind the end of a file, so a header that is cut off may seem whole.
  if (headerEnd > file.sizeBytes) {
    throw new Error(
      `Cannot read ${file.path}: the file must be longer than its header of ${headerEnd} bytes: ` +
        `current value is ${file.sizeBytes}. It seems cut off; fetch it again`,
    );
  }
  if (!parsed.littleEndian) {
    throw new Error(`Cannot read ${file.path}: numbers must be little-endian`);
  }
  const dataStart = Number(parsed.tensorDataOffset);
  const entries = parsed.tensorInfos.map((info) => parseEntry(file.path, info, dataStart));
  return { metadata: plainMetadata(file.path, parsed.metadata), entries };
}

async function readTensor(file: BinaryFile, entry: TensorEntry): Promise<TensorData> {
  const bytes = await file.read(entry.offset, entry.sizeBytes, `tensor ${entry.name}`);
  return { shape: entry.shape, data: entry.type.dequantise(bytes) };
}

/**
 * Reads a GGUF file of a Llama or Qwen2 model: configuration and tokenizer from its metadata, tensors
 * dequantised to float32 under Hugging Face's names and layout.
 *
 * @throws {Error} naming the file and the tensor or field at fault: a file that is cut off, an unknown
 * architecture, tensor, type or tokenizer.
 */
export async function readGguf(path: string): Promise<RawModel> {
  using file = await openBinaryFile(path);
  const { metadata, entries } = await readEntries(file);
  const embedding = entries.find((entry) => entry.name === "token_embd.weight");
  if (!embedding) {
    throw new Error(`Cannot load ${path}: tensor token_embd.weight must be present: it is missing`);
  }
  const hasOutput = entries.some((entry) => entry.name === "output.weight");
  const config = parseGgufConfig(metadata, embedding.shape[0]!, hasOutput);
  const tokenizerParts = ggufTokenizer(metadata);
  const tensors = new Map<string, TensorData>();
  for (const entry of entries) {
    if (tensors.has(entry.hfName)) {
      throw new Error(`Cannot load ${path}: tensor ${entry.name} must be there once: it is twice`);
    }
    const tensor = await readTensor(file, entry);
    const isPaired = config.architecture === "llama" && /\.attn_[qk]\./.test(entry.name) &&
      tensor.shape[0]! % config.headDim === 0;
    tensors.set(entry.hfName, isPaired ? splitRotaryPairs(tensor, config.headDim) : tensor);
  }
  return { config, tensors, tokenizerParts, weightPaths: [path] };
}
