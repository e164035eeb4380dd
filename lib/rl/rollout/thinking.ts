/**
 * Counting the tokens of a completion's thinking.
 *
 * @module
 */
import type { Tokenizer } from "../tokenizer/tokenizer.ts";

/** The tag that ends the thinking. */
export const THINKING_END = "</think>";

/**
 * Tokens of a completion's thinking: all before `</think>`, the opening tag not counted; without a
 * closing tag, everything was thinking.
 */
export function countThinkingTokens(
  completion: { readonly text: string; readonly tokenIds: readonly number[] },
  tokenizer: Tokenizer,
): number {
  const end = completion.text.indexOf(THINKING_END);
  if (end < 0) return completion.tokenIds.length;
  const thinking = completion.text.slice(0, end).replace(/^\s*<think>/, "");
  return tokenizer.encode(thinking).length;
}
