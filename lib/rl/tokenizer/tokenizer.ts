/**
 * From text to token ids and back.
 *
 * @module
 */

import { Template } from "@huggingface/jinja";
import { Tokenizer as HubTokenizer } from "@huggingface/tokenizers";
import type { ChatMessage } from "@terse/data";
import { exactPreTokenizer } from "./pre_tokenizer.ts";
import type { TokenizerJson } from "./tokenizer_json.ts";

/** Text to token ids and back, and the chat template of one model. */
export interface Tokenizer {
  /** Ids of the text, nothing added; special tokens written in the text become their ids. */
  encode(text: string): number[];
  /**
   * The text of the ids without special tokens. Bytes that are no UTF-8 (a character cut in two, at
   * the end or anywhere) become U+FFFD; ids outside of the vocabulary are left out.
   */
  decode(ids: readonly number[]): string;
  /** As {@linkcode Tokenizer.decode}, with special tokens written out. */
  decodeWithSpecials(ids: readonly number[]): string;
  /**
   * The messages in the model's chat template, up to where the assistant's next message starts.
   *
   * @throws {Error} if the model has no chat template or the template refuses the messages.
   */
  renderChat(messages: readonly ChatMessage[]): string;
  /** One more than the largest id. The model's embedding may have more rows. */
  readonly vocabSize: number;
  /** Ids that end a completion, at least one. */
  readonly endTokenIds: readonly number[];
  readonly padTokenId: number;
}

/** What makes a tokenizer. */
export interface TokenizerParts {
  /** File or folder, for errors. */
  readonly source: string;
  readonly json: TokenizerJson;
  /** Jinja template of a chat; null where the model has none. */
  readonly chatTemplate: string | null;
  readonly endTokenIds: readonly number[];
  readonly padTokenId: number;
  /** Variables of the chat template beside the messages: `bos_token`, `eos_token` and the like. */
  readonly namedTokens: Readonly<Record<string, string>>;
}

function parseTemplate(source: string, template: string): Template {
  try {
    return new Template(template);
  } catch (cause) {
    throw new Error(`Cannot load ${source}: the chat template must be Jinja: ${cause}`, { cause });
  }
}

/**
 * A tokenizer from its parts: `@huggingface/tokenizers` for tokens, `@huggingface/jinja` for the chat.
 *
 * Deviation from that library: splitting rules are replaced by equivalents that follow Hugging Face's
 * own tokenizers where the library does not (see {@linkcode exactPreTokenizer}).
 *
 * @throws {Error} naming the source if a rule of the tokenizer is not known, an id is outside of the
 * vocabulary, or the template is no Jinja.
 *
 * @example
 * ```ts
 * import { createTokenizer } from "@terse/rl";
 * import { assertEquals } from "@std/assert";
 * const tokenizer = createTokenizer({
 *   source: "example",
 *   json: {
 *     added_tokens: [{ id: 0, content: "<end>", special: true }],
 *     normalizer: null,
 *     pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, use_regex: true },
 *     post_processor: null,
 *     decoder: { type: "ByteLevel" },
 *     model: { type: "BPE", vocab: { a: 1, b: 2, ab: 3 }, merges: [["a", "b"]] },
 *   },
 *   chatTemplate: "{% for message in messages %}{{ message.content }}{% endfor %}",
 *   endTokenIds: [0],
 *   padTokenId: 0,
 *   namedTokens: {},
 * });
 * assertEquals(tokenizer.encode("abb<end>"), [3, 2, 0]);
 * assertEquals(tokenizer.decode([3, 2, 0]), "abb");
 * assertEquals(tokenizer.renderChat([{ role: "user", content: "ab" }]), "ab");
 * ```
 */
export function createTokenizer(parts: TokenizerParts): Tokenizer {
  const { source, json, endTokenIds, padTokenId } = parts;
  const ids = [...Object.values(json.model.vocab), ...json.added_tokens.map((token) => token.id)];
  const vocabSize = ids.reduce((size, id) => Math.max(size, id + 1), 0);
  for (const id of [...endTokenIds, padTokenId]) {
    if (!Number.isInteger(id) || id < 0 || id >= vocabSize) {
      throw new Error(
        `Cannot load ${source}: end and pad token ids must be in 0..${vocabSize - 1}: current ` +
          `value is ${id}`,
      );
    }
  }
  if (endTokenIds.length === 0) {
    throw new Error(`Cannot load ${source}: there must be a token that ends a completion (eos)`);
  }
  let hub: HubTokenizer;
  try {
    const pre_tokenizer = exactPreTokenizer(json.pre_tokenizer);
    hub = new HubTokenizer({ ...json, pre_tokenizer }, {});
  } catch (cause) {
    throw new Error(`Cannot load the tokenizer of ${source}: ${(cause as Error).message}`, {
      cause,
    });
  }
  const specialIds = new Set(json.added_tokens.filter((t) => t.special).map((t) => t.id));
  const template = parts.chatTemplate === null ? null : parseTemplate(source, parts.chatTemplate);

  const decode = (tokenIds: readonly number[], keep: (id: number) => boolean) => {
    const known = tokenIds.filter((id) => keep(id) && hub.id_to_token(id) !== undefined);
    return known.length === 0 ? "" : hub.decode(known, { clean_up_tokenization_spaces: false });
  };
  return {
    encode: (text) => hub.encode(text, { add_special_tokens: false }).ids,
    decode: (tokenIds) => decode(tokenIds, (id) => !specialIds.has(id)),
    decodeWithSpecials: (tokenIds) => decode(tokenIds, () => true),
    renderChat: (messages) => {
      if (!template) {
        throw new Error(
          `Cannot write a chat for ${source}: it must have a chat template: current value is ` +
            `none. Use an instruction-tuned model or add chat_template to tokenizer_config.json`,
        );
      }
      try {
        return template.render({ ...parts.namedTokens, messages, add_generation_prompt: true });
      } catch (cause) {
        throw new Error(`Cannot write a chat for ${source}: ${(cause as Error).message}`, {
          cause,
        });
      }
    },
    vocabSize,
    endTokenIds,
    padTokenId,
  };
}
