/**
 * Budget forcing: thinking that reaches its limit is closed by force, and the answer is decoded.
 *
 * Source: s1 (Muennighoff et al., arXiv 2501.19393), section 3.1, the half that shortens. Deviations:
 * the tag that opens the answer follows instead of the words "Final Answer:"; thinking is never made longer.
 *
 * @module
 */
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import { countThinkingTokens, THINKING_END } from "./thinking.ts";

/** What is appended to thinking that reached its limit. */
export const FORCED_CLOSING = `${THINKING_END}<answer>`;

/** What is to be done about a completion so far: append tokens, or look again at that many tokens. */
export type Forcing =
  | { readonly kind: "append"; readonly tokenIds: readonly number[] }
  | { readonly kind: "wait"; readonly untilTokens: number };

/**
 * Decides about a completion so far. Tokens are counted as {@link countThinkingTokens} will count them
 * once the thinking is closed. Thinking that the policy closed itself is left alone.
 *
 * @param limit most tokens of thinking, at least 1.
 */
export function forceBudget(
  tokenIds: readonly number[],
  limit: number,
  tokenizer: Tokenizer,
): Forcing {
  const text = tokenizer.decode(tokenIds);
  if (text.includes(THINKING_END)) return { kind: "wait", untilTokens: Infinity };
  const thinking = countThinkingTokens({ text: text + THINKING_END, tokenIds }, tokenizer);
  return thinking >= limit
    ? { kind: "append", tokenIds: tokenizer.encode(FORCED_CLOSING) }
    : { kind: "wait", untilTokens: tokenIds.length + limit - thinking };
}
