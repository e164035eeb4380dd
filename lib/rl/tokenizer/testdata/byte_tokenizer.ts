/**
 * A small byte-level tokenizer for tests.
 *
 * @module
 */

import { byteCharacters, inByteCharacters } from "../byte_alphabet.ts";
import type { TokenizerJson } from "../tokenizer_json.ts";

/**
 * Ids: the special tokens from 0 on, then the 256 bytes, then the merges in order. Texts are cut at
 * digits and by GPT-2's pattern.
 *
 * @param merges Pairs of texts, each a byte or an earlier merge.
 */
export function byteTokenizerJson(
  specials: readonly string[],
  merges: readonly (readonly [string, string])[],
): TokenizerJson {
  const pairs = merges.map(([a, b]) => [inByteCharacters(a), inByteCharacters(b)] as const);
  const tokens = [...specials, ...byteCharacters(), ...pairs.map(([a, b]) => a + b)];
  return {
    added_tokens: specials.map((content, id) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: null,
    pre_tokenizer: {
      type: "Sequence",
      pretokenizers: [
        { type: "Digits", individual_digits: true },
        { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
      ],
    },
    post_processor: null,
    decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: "BPE",
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges: pairs,
    },
  };
}
