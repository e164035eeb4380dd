/**
 * Keeping what was computed from the last texts.
 *
 * @module
 */

/**
 * A function that computes what `compute` does and keeps its results for the last two texts: a group's
 * completions are compared with one reference, and several scores are taken of one answer.
 *
 * @param compute A pure function; its results are shared and must not be changed.
 */
export function rememberTwo<T>(compute: (text: string) => T): (text: string) => T {
  let last: { readonly text: string; readonly result: T } | null = null;
  let before: { readonly text: string; readonly result: T } | null = null;
  return (text) => {
    if (last?.text === text) return last.result;
    const found = before?.text === text ? before : { text, result: compute(text) };
    before = last;
    last = found;
    return found.result;
  };
}
