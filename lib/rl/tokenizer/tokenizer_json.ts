/**
 * The parts of a tokenizer.json that this project reads.
 *
 * @module
 */

import type { PreTokenizerJson } from "./pre_tokenizer.ts";

/** A token that is found in the text before anything else. */
export interface AddedTokenJson {
  readonly id: number;
  readonly content: string;
  /** Special tokens are left out by `decode`. */
  readonly special?: boolean;
  readonly [field: string]: unknown;
}

/** A tokenizer.json: what `@huggingface/tokenizers` takes. */
export interface TokenizerJson {
  readonly added_tokens: readonly AddedTokenJson[];
  readonly normalizer: Readonly<Record<string, unknown>> | null;
  readonly pre_tokenizer: PreTokenizerJson | null;
  readonly post_processor: Readonly<Record<string, unknown>> | null;
  readonly decoder: Readonly<Record<string, unknown>> | null;
  readonly model: {
    readonly type: string;
    readonly vocab: Readonly<Record<string, number>>;
    readonly merges: readonly (string | readonly [string, string])[];
    readonly [field: string]: unknown;
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function isId(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isMerge(value: unknown): boolean {
  if (typeof value === "string") return /^\S+ \S+$/.test(value);
  return Array.isArray(value) && value.length === 2 && value.every((x) => typeof x === "string");
}

/**
 * Checks the value of a tokenizer.json; rules that are missing become null.
 *
 * @throws {Error} naming the file and the field if it is not the JSON of a byte-pair encoding.
 */
export function parseTokenizerJson(path: string, value: unknown): TokenizerJson {
  const wrong = (field: string, must: string, current: unknown) =>
    new Error(
      `Cannot load ${path}: ${field} must be ${must}: current value is ${
        JSON.stringify(current)?.slice(0, 80)
      }`,
    );
  if (!isObject(value)) throw new Error(`Cannot load ${path}: it must be a JSON object`);
  const { model } = value;
  if (!isObject(model)) throw wrong("model", "an object", model);
  if (model.type !== "BPE") throw wrong("model.type", '"BPE"', model.type);
  if (!isObject(model.vocab)) throw wrong("model.vocab", "an object of ids by token", model.vocab);
  for (const [token, id] of Object.entries(model.vocab)) {
    if (!isId(id)) throw wrong(`model.vocab[${JSON.stringify(token)}]`, "an id", id);
  }
  if (!Array.isArray(model.merges)) throw wrong("model.merges", "a list", model.merges);
  model.merges.forEach((merge, i) => {
    if (!isMerge(merge)) throw wrong(`model.merges[${i}]`, "a pair of tokens", merge);
  });
  const added = value.added_tokens ?? [];
  if (!Array.isArray(added)) throw wrong("added_tokens", "a list", added);
  added.forEach((token, i) => {
    if (!isObject(token) || typeof token.content !== "string" || !isId(token.id)) {
      throw wrong(`added_tokens[${i}]`, "an object with id and content", token);
    }
  });
  const rules = { normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null };
  for (const field of Object.keys(rules)) {
    if ((value[field] ?? null) !== null && !isObject(value[field])) {
      throw wrong(field, "an object or null", value[field]);
    }
  }
  return { ...rules, ...value, added_tokens: added } as unknown as TokenizerJson;
}
