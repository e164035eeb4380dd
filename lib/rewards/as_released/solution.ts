/**
 * How the released code finds the answer and checks the format in prompt + response.
 *
 * @module
 */
import { stripPython } from "./python_text.ts";

/** In order of precedence; the first that occurs anywhere splits at its first occurrence. */
const HEADERS = [
  "Assistant:",
  "<|im_start|>assistant",
  "<|start_header_id|>assistant<|end_header_id|>",
];

/** A solution string, taken apart. */
export interface ReleasedSolution {
  /** Stripped text of the last answer; null if there is no header or no answer. */
  readonly answer: string | null;
  /** What follows the header; the whole string if there is none. */
  readonly processed: string;
  /** False where no header of the assistant's turn was found. */
  readonly hasHeader: boolean;
}

/** The last of the non-greedy, non-overlapping matches of open...close, stripped. */
export function lastBetween(text: string, open: string, close: string): string | null {
  let last: string | null = null;
  for (let start = text.indexOf(open); start >= 0;) {
    const from = start + open.length;
    const end = text.indexOf(close, from);
    if (end < 0) break;
    last = text.slice(from, end);
    start = text.indexOf(open, end + close.length);
  }
  return last === null ? null : stripPython(last);
}

/**
 * Splits prompt + response at the assistant's header and extracts the answer (released
 * medical_score.py, lines 90-118).
 *
 * @example
 * ```ts
 * import { splitSolution } from "@terse/rewards";
 * import { assertEquals } from "@std/assert";
 * assertEquals(splitSolution("<|im_start|>assistant\n<answer> C </answer>").answer, "C");
 * assertEquals(splitSolution("<answer>C</answer>").answer, null);
 * ```
 */
export function splitSolution(solution: string): ReleasedSolution {
  const header = HEADERS.find((text) => solution.includes(text));
  if (header === undefined) return { answer: null, processed: solution, hasHeader: false };
  const processed = solution.slice(solution.indexOf(header) + header.length);
  return {
    answer: lastBetween(processed, "<answer>", "</answer>"),
    processed,
    hasHeader: true,
  };
}

/**
 * True if each of the four tags occurs exactly once and their positions do not decrease; the
 * contents may be empty (released medical_score.py, lines 157-200).
 */
export function hasReleasedFormat(processed: string): boolean {
  let previous = -1;
  for (const tag of ["<think>", "</think>", "<answer>", "</answer>"]) {
    const position = processed.indexOf(tag);
    if (position < previous || position < 0 || processed.lastIndexOf(tag) !== position) {
      return false;
    }
    previous = position;
  }
  return true;
}
