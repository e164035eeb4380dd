/**
 * Learning a byte-pair encoding (Sennrich et al., arXiv 1508.07909) for the tiny policy, in the
 * byte-level form of GPT-2, with every digit a token of its own.
 *
 * @module
 */
import { byteCharacters, inByteCharacters } from "../tokenizer/byte_alphabet.ts";
import type { TokenizerJson } from "../tokenizer/tokenizer_json.ts";

/** Tokens that the chat format adds; hidden when text is decoded. */
export const SPECIAL_TOKENS = ["<|pad|>", "<|user|>", "<|assistant|>", "<|end|>"] as const;
/** The answer format's tags, one token each; they stay in decoded text. */
export const TAG_TOKENS = ["<think>", "</think>", "<answer>", "</answer>"] as const;

/** Pieces within which merges happen: words with the space before them, digits alone. */
const PIECE = /\d| ?\p{L}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;

function countPieces(texts: Iterable<string>): Map<string, number> {
  const tags = new RegExp([...SPECIAL_TOKENS, ...TAG_TOKENS].map(RegExp.escape).join("|"));
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const part of text.split(tags)) {
      for (const [piece] of part.matchAll(PIECE)) {
        const written = inByteCharacters(piece);
        counts.set(written, (counts.get(written) ?? 0) + 1);
      }
    }
  }
  return counts;
}

/** Learns merges, most frequent pair first, ties by the pair's text, until `count` or none repeats. */
function learnMerges(pieces: ReadonlyMap<string, number>, count: number): [string, string][] {
  const words = [...pieces].map(([piece, times]) => ({ symbols: [...piece], times }));
  const merges: [string, string][] = [];
  while (merges.length < count) {
    const pairs = new Map<string, number>();
    for (const { symbols, times } of words) {
      for (let i = 0; i + 1 < symbols.length; i++) {
        const pair = `${symbols[i]} ${symbols[i + 1]}`;
        pairs.set(pair, (pairs.get(pair) ?? 0) + times);
      }
    }
    let best = "", most = 1;
    for (const [pair, times] of pairs) {
      if (times > most || (times === most && times > 1 && pair < best)) {
        [best, most] = [pair, times];
      }
    }
    if (best === "") break;
    const [left, right] = best.split(" ") as [string, string];
    merges.push([left, right]);
    for (const word of words) {
      for (let i = 0; i + 1 < word.symbols.length; i++) {
        if (word.symbols[i] === left && word.symbols[i + 1] === right) {
          word.symbols.splice(i, 2, left + right);
        }
      }
    }
  }
  return merges;
}

/**
 * Learns a tokenizer from texts.
 *
 * @param vocabSize of the whole vocabulary: 256 bytes, the special and tag tokens, and the merges.
 * @returns the content of a Hugging Face `tokenizer.json`.
 */
export function learnTokenizer(texts: Iterable<string>, vocabSize: number): TokenizerJson {
  const characters = byteCharacters();
  const added = [...SPECIAL_TOKENS, ...TAG_TOKENS];
  const merges = learnMerges(
    countPieces(texts),
    vocabSize - characters.length - added.length,
  );
  const tokens = [...characters.toSorted(), ...merges.map(([a, b]) => a + b)];
  const vocab = Object.fromEntries(tokens.map((token, i) => [token, added.length + i]));
  return {
    added_tokens: added.map((content, id) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: id < SPECIAL_TOKENS.length,
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
    decoder: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
    model: { type: "BPE", unk_token: null, vocab, merges },
  };
}
