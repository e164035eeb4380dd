/**
 * Where the thinking and the answer stand in a completion, and whether the four tags are in order.
 *
 * @module
 */

/** Only this many characters at the end of a completion are searched for the answer. */
export const EXAMINED_CHARACTERS = 20_000;

const TAGS = ["<think>", "</think>", "<answer>", "</answer>"] as const;

/** True if nothing can be seen: white space and zero-width characters only. */
function isBlank(text: string): boolean {
  return /^[\s\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]*$/.test(text);
}

/**
 * True if each of the four tags stands exactly once, in order, and neither pair is blank. Text
 * around the pairs is free. The search is a substring search over the whole completion.
 *
 * Deviation from Med-U1 as released: an empty thinking or answer does not pass, and nothing before
 * or after the completion is looked at.
 *
 * @example
 * ```ts
 * import { hasFormat } from "@terse/rewards";
 * import { assert } from "@std/assert";
 * assert(hasFormat("<think>Scurvy is a lack of vitamin C.</think><answer>C</answer>"));
 * assert(!hasFormat("<think></think><answer>C</answer>"));
 * ```
 */
export function hasFormat(completion: string): boolean {
  const positions = TAGS.map((tag) => completion.indexOf(tag));
  const once = TAGS.every((tag, i) =>
    positions[i]! >= 0 && completion.lastIndexOf(tag) === positions[i]
  );
  if (!once) return false;
  const [think, thinkEnd, answer, answerEnd] = positions as [number, number, number, number];
  return think < thinkEnd && thinkEnd < answer && answer < answerEnd &&
    !isBlank(completion.slice(think + "<think>".length, thinkEnd)) &&
    !isBlank(completion.slice(answer + "<answer>".length, answerEnd));
}

/**
 * The answer: the last `<answer>...</answer>` after the last `</think>`, trimmed; null if there is
 * none or it is blank. Tags named while thinking are no answer and cannot swallow the real one. A
 * completion without `</think>` is searched whole.
 *
 * Only the last {@link EXAMINED_CHARACTERS} characters are examined.
 *
 * @example
 * ```ts
 * import { extractAnswer } from "@terse/rewards";
 * import { assertEquals } from "@std/assert";
 * assertEquals(extractAnswer("<think>Use <answer> tags.</think><answer> C </answer>"), "C");
 * assertEquals(extractAnswer("<think>Surely <answer>C</answer></think>"), null);
 * ```
 */
export function extractAnswer(completion: string): string | null {
  const examined = completion.slice(-EXAMINED_CHARACTERS);
  const thinkEnd = examined.lastIndexOf("</think>");
  const rest = thinkEnd < 0 ? examined : examined.slice(thinkEnd + "</think>".length);
  const lastEnd = rest.lastIndexOf("</answer>");
  if (lastEnd < 0) return null;
  const start = rest.lastIndexOf("<answer>", lastEnd);
  if (start < 0) return null;
  const content = rest.slice(start + "<answer>".length, rest.indexOf("</answer>", start));
  return isBlank(content) ? null : content.trim();
}

/**
 * The thinking: from the first `<think>` (or the start) to the last `</think>` (or the end).
 *
 * @example
 * ```ts
 * import { thinkingText } from "@terse/rewards";
 * import { assertEquals } from "@std/assert";
 * assertEquals(thinkingText("<think>a b</think><answer>C</answer>"), "a b");
 * assertEquals(thinkingText("<think>cut off"), "cut off");
 * ```
 */
export function thinkingText(completion: string): string {
  const open = completion.indexOf("<think>");
  const start = open < 0 ? 0 : open + "<think>".length;
  const end = completion.lastIndexOf("</think>");
  return completion.slice(start, end < start ? completion.length : end);
}
