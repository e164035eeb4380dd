/**
 * The tokenizer of a model folder.
 *
 * @module
 */

import { join } from "node:path";
import { fieldError, type JsonObject, readJsonObject } from "../model/files/json_fields.ts";
import type { TokenizerParts } from "./tokenizer.ts";
import { parseTokenizerJson, type TokenizerJson } from "./tokenizer_json.ts";

const NAMED_TOKENS = ["bos_token", "eos_token", "pad_token", "unk_token"] as const;

/** Tokens named by tokenizer_config.json, each a text or an object with `content`. */
function namedTokens(config: JsonObject | null): Record<string, string> {
  const tokens: Record<string, string> = {};
  for (const name of NAMED_TOKENS) {
    const value = config?.fields[name];
    if (value === undefined || value === null) continue;
    const text = typeof value === "object" ? (value as Record<string, unknown>).content : value;
    if (typeof text !== "string") throw fieldError(config!, name, "a text or have a content");
    tokens[name] = text;
  }
  return tokens;
}

async function readChatTemplate(folder: string, config: JsonObject | null): Promise<string | null> {
  const path = join(folder, "chat_template.jinja");
  try {
    return await Deno.readTextFile(path);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) {
      throw new Error(`Cannot read ${path}: ${(cause as Error).message}`, { cause });
    }
  }
  const value = config?.fields.chat_template ?? null;
  if (value === null || typeof value === "string") return value;
  const named = Array.isArray(value) ? value.find((entry) => entry?.name === "default") : null;
  if (typeof named?.template !== "string") {
    throw fieldError(config!, "chat_template", 'a text or a list with an entry named "default"');
  }
  return named.template;
}

function tokenId(json: TokenizerJson, source: string, name: string, token: string): number {
  const id = json.added_tokens.find((t) => t.content === token)?.id ?? json.model.vocab[token];
  if (id === undefined) {
    throw new Error(
      `Cannot load ${source}: ${name} must be a token of tokenizer.json: current value is ${token}`,
    );
  }
  return id;
}

function listedIds(object: JsonObject | null): number[] {
  const value = object?.fields.eos_token_id ?? [];
  const ids = Array.isArray(value) ? value : [value];
  if (!ids.every((id) => Number.isSafeInteger(id) && id >= 0)) {
    throw fieldError(object!, "eos_token_id", "a token id or a list of them");
  }
  return ids;
}

/**
 * Reads tokenizer.json, tokenizer_config.json, chat_template.jinja (which takes precedence over the
 * configuration's `chat_template`, as in transformers) and generation_config.json. All but the first
 * may be missing. Completions end at `eos_token_id` of generation_config.json, or else of config.json,
 * and at the tokenizer's `eos_token`. Without a pad token the first end token pads.
 *
 * @throws {Error} naming the file and field at fault.
 */
export async function readHfTokenizer(folder: string): Promise<TokenizerParts> {
  const file = await readJsonObject(join(folder, "tokenizer.json"));
  if (!file) {
    throw new Error(
      `Cannot load ${folder}: it must hold tokenizer.json (transformers' save_pretrained of a ` +
        `fast tokenizer writes it)`,
    );
  }
  const json = parseTokenizerJson(file.source, file.fields);
  const config = await readJsonObject(join(folder, "tokenizer_config.json"));
  const named = namedTokens(config);
  const idOf = (name: string) =>
    named[name] === undefined ? [] : [tokenId(json, config!.source, name, named[name])];

  const generation = await readJsonObject(join(folder, "generation_config.json"));
  const generationIds = listedIds(generation);
  const modelIds = generationIds.length > 0
    ? generationIds
    : listedIds(await readJsonObject(join(folder, "config.json")));
  const endTokenIds = [...new Set([...modelIds, ...idOf("eos_token")])];
  if (endTokenIds.length === 0) {
    throw new Error(
      `Cannot load ${folder}: eos_token of tokenizer_config.json or eos_token_id of ` +
        `generation_config.json or config.json must be given: current value is missing`,
    );
  }
  return {
    source: folder,
    json,
    chatTemplate: await readChatTemplate(folder, config),
    endTokenIds,
    padTokenId: [...idOf("pad_token"), ...endTokenIds][0]!,
    namedTokens: named,
  };
}
