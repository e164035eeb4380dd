/**
 * The tokenizer inside a GGUF file.
 *
 * @module
 */

import { fieldError, type JsonObject } from "../model/files/json_fields.ts";
import {
  BYTE_RULE,
  GPT2_PATTERN,
  type PreTokenizerJson,
  QWEN2_PATTERN,
  splitRule,
} from "./pre_tokenizer.ts";
import type { TokenizerParts } from "./tokenizer.ts";
import type { TokenizerJson } from "./tokenizer_json.ts";

/** How a text is cut and normalised, by llama.cpp's name for it (`tokenizer.ggml.pre`). */
const CUTTING: Readonly<
  Record<string, { patterns: readonly string[]; normalizer: string | null }>
> = {
  "gpt-2": { patterns: [GPT2_PATTERN], normalizer: null },
  smollm: { patterns: ["\\p{N}", GPT2_PATTERN], normalizer: null },
  qwen2: { patterns: [QWEN2_PATTERN], normalizer: "NFC" },
};

/** Token types of ggml that are looked for in the text before it is cut. */
const CONTROL = 3, USER_DEFINED = 4;

/** An added token that is looked for as it is written, anywhere in the text. */
const FOUND_AS_WRITTEN = { single_word: false, lstrip: false, rstrip: false, normalized: false };

function textList(metadata: JsonObject, name: string): readonly string[] {
  const value = metadata.fields[name];
  if (!Array.isArray(value) || !value.every((entry) => typeof entry === "string")) {
    throw fieldError(metadata, name, "a list of texts");
  }
  return value;
}

function tokenTypes(metadata: JsonObject, count: number): readonly number[] {
  const name = "tokenizer.ggml.token_type";
  const value = metadata.fields[name];
  if (!Array.isArray(value) || value.length !== count) {
    throw new Error(
      `Cannot load ${metadata.source}: ${name} must be a list of ${count} numbers, one a token: ` +
        `current value is ${Array.isArray(value) ? `a list of ${value.length}` : typeof value}`,
    );
  }
  return value;
}

/**
 * The tokenizer.json that says the same as the metadata of a GGUF file.
 *
 * @throws {Error} naming file and field if the tokenizer is no byte-level byte-pair encoding or cuts
 * texts in a way that is not known.
 */
function ggufTokenizerJson(metadata: JsonObject): TokenizerJson {
  const kind = "tokenizer.ggml.model", pre = "tokenizer.ggml.pre";
  if (metadata.fields[kind] !== "gpt2") {
    throw fieldError(metadata, kind, '"gpt2" (byte-level byte-pair encoding)');
  }
  const cutting = Object.hasOwn(CUTTING, String(metadata.fields[pre]))
    ? CUTTING[String(metadata.fields[pre])]
    : undefined;
  if (!cutting) throw fieldError(metadata, pre, `one of ${Object.keys(CUTTING).join(", ")}`);
  const tokens = textList(metadata, "tokenizer.ggml.tokens");
  const types = tokenTypes(metadata, tokens.length);
  const rules: PreTokenizerJson[] = [...cutting.patterns.map(splitRule), BYTE_RULE];
  return {
    added_tokens: tokens.flatMap((content, id) =>
      types[id] === CONTROL || types[id] === USER_DEFINED
        ? [{ ...FOUND_AS_WRITTEN, id, content, special: types[id] === CONTROL }]
        : []
    ),
    normalizer: cutting.normalizer === null ? null : { type: cutting.normalizer },
    pre_tokenizer: { type: "Sequence", pretokenizers: rules },
    post_processor: null,
    decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: "BPE",
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges: textList(metadata, "tokenizer.ggml.merges"),
    },
  };
}

function optionalId(metadata: JsonObject, name: string): number[] {
  const value = metadata.fields[name];
  if (value === undefined) return [];
  if (!Number.isSafeInteger(value)) throw fieldError(metadata, name, "a token id");
  return [value as number];
}

/**
 * The tokenizer of a GGUF file. Completions end at the file's end-of-text and end-of-turn tokens.
 *
 * Deviation from transformers, which ignores `tokenizer.ggml.pre` when it converts a GGUF file: the
 * text is cut as llama.cpp and the model's own tokenizer.json do, so that " 7" after a space differs.
 *
 * @throws {Error} naming file and field at fault.
 */
export function ggufTokenizer(metadata: JsonObject): TokenizerParts {
  const json = ggufTokenizerJson(metadata);
  const tokens = textList(metadata, "tokenizer.ggml.tokens");
  const idOf = (role: string) => optionalId(metadata, `tokenizer.ggml.${role}_token_id`);
  const endTokenIds = [...new Set([...idOf("eos"), ...idOf("eot")])];
  if (endTokenIds.length === 0) {
    throw fieldError(metadata, "tokenizer.ggml.eos_token_id", "a token id");
  }
  const chatTemplate = metadata.fields["tokenizer.chat_template"] ?? null;
  if (chatTemplate !== null && typeof chatTemplate !== "string") {
    throw fieldError(metadata, "tokenizer.chat_template", "a text");
  }
  const named = [["bos_token", "bos"], ["eos_token", "eos"], ["pad_token", "padding"]] as const;
  return {
    source: metadata.source,
    json,
    chatTemplate,
    endTokenIds,
    padTokenId: [...idOf("padding"), ...endTokenIds][0]!,
    namedTokens: Object.fromEntries(
      named.flatMap(([name, role]) => idOf(role).map((id) => [name, tokens[id] ?? ""])),
    ),
  };
}
