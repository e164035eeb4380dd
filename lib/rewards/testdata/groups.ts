/**
 * Hand-made groups for tests of length rules.
 *
 * @module
 */
import type { LengthGroup } from "../length/length_reward.ts";

/** A group of those lengths; an upper-case R in `right` marks a right completion. */
export function makeGroup(
  lengthsTokens_G: readonly number[],
  right: string,
  rest: Partial<LengthGroup> = {},
): LengthGroup {
  return {
    lengthsTokens_G,
    correct_G: Array.from(right, (mark) => mark === "R"),
    truncated_G: lengthsTokens_G.map(() => false),
    completions_G: lengthsTokens_G.map(() => ""),
    completionIds_G: lengthsTokens_G.map((length) => Array.from({ length }, (_, i) => i)),
    budget: { mode: "none" },
    step: 1,
    ...rest,
  };
}
