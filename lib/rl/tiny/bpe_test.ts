import { assertEquals } from "@std/assert";
import { createTokenizer } from "../tokenizer/tokenizer.ts";
import { learnTokenizer, SPECIAL_TOKENS, TAG_TOKENS } from "./bpe.ts";

const BASE = 256 + SPECIAL_TOKENS.length + TAG_TOKENS.length;

Deno.test("the most frequent pair merges first, ties by text", () => {
  // "low" x 3, "lower" x 2 and "new" x 3: (l,o) and (o,w) 5 times each, (l,o) sorts first.
  const { model } = learnTokenizer(["low", "low", "low", "lower", "lower", "new"], BASE + 3);
  assertEquals(model.merges, [["l", "o"], ["lo", "w"], ["e", "r"]]);
});

Deno.test("merging stops when no pair repeats", () => {
  assertEquals(learnTokenizer(["ab", "ab", "cd"], BASE + 10).model.merges, [["a", "b"]]);
});

Deno.test("tags and special tokens are single tokens, digits stay alone, any text comes back", () => {
  const texts = ["<think>12 12 12</think>", "<|user|>sodium 140, sodium 138"];
  const json = learnTokenizer(texts, BASE + 20);
  const tokenizer = createTokenizer({
    source: "test",
    json,
    chatTemplate: null,
    endTokenIds: [3],
    padTokenId: 0,
    namedTokens: {},
  });
  assertEquals(tokenizer.encode("<|user|><think></think><answer></answer>"), [1, 4, 5, 6, 7]);
  assertEquals(json.model.merges.flat().some((part) => /\d/.test(part as string)), false);
  const text = "<think>Na\u00f6 14\u2082 sodium</think>\n\t \u{1f600}";
  assertEquals(tokenizer.decode(tokenizer.encode(text)), text);
  assertEquals(tokenizer.decode(tokenizer.encode("<|user|>sodium<|end|>")), "sodium");
});
