/**
 * Groups of completions laid out for one pass of the model: a prompt's tokens stand once, however many
 * completions share it.
 *
 * Shapes: P prompts, G completions of each, B = P x G, N prompt rows, T completion rows.
 *
 * @module
 */

/** One prompt and the completions sampled from it, as token ids. */
export interface TokenGroup {
  /** At least two tokens. */
  readonly promptIds: readonly number[];
  /** G completions, each of at least one token. */
  readonly completions: readonly (readonly number[])[];
}

/**
 * Token rows of a batch of groups. The prompt rows hold all but each prompt's last token; that one is
 * the first input of every completion, so the completion rows' outputs predict exactly the
 * completion's tokens.
 */
export interface GroupBatch {
  readonly P: number;
  readonly G: number;
  readonly N: number;
  readonly T: number;
  /** Prompt tokens without the last, padded on the right: P x N. */
  readonly promptIds_P_N: Int32Array;
  /** How many prompt rows of each prompt are real. */
  readonly promptLengths_P: readonly number[];
  /** Inputs of the completion rows, padded on the right: B x T. */
  readonly inputIds_B_T: Int32Array;
  /** What each completion row predicts: B x T. */
  readonly labelIds_B_T: Int32Array;
  /** 1 where a completion has a token, else 0: B x T. */
  readonly completionMask_B_T: Float32Array;
}

/**
 * Lays groups out, padded to the longest prompt and completion among them.
 *
 * @throws {RangeError} if a prompt has fewer than two tokens, a completion none, or group sizes differ.
 */
export function layOutGroups(groups: readonly TokenGroup[], padTokenId: number): GroupBatch {
  const P = groups.length;
  const G = groups[0]?.completions.length ?? 0;
  groups.forEach(({ promptIds, completions }, p) => {
    if (promptIds.length < 2) {
      throw new RangeError(
        `Cannot lay out group ${p}: its prompt must have at least 2 tokens: it has ${promptIds.length}`,
      );
    }
    if (completions.length !== G || G === 0) {
      throw new RangeError(
        `Cannot lay out group ${p}: groups must be of equal size above 0: it has ${completions.length} ` +
          `completions, group 0 has ${G}`,
      );
    }
    completions.forEach((ids, g) => {
      if (ids.length === 0) {
        throw new RangeError(
          `Cannot lay out group ${p}: completion ${g} must have tokens: it has none`,
        );
      }
    });
  });
  const promptLengths_P = groups.map(({ promptIds }) => promptIds.length - 1);
  const N = Math.max(...promptLengths_P);
  const T = Math.max(...groups.flatMap(({ completions }) => completions.map((ids) => ids.length)));
  const promptIds_P_N = new Int32Array(P * N).fill(padTokenId);
  const inputIds_B_T = new Int32Array(P * G * T).fill(padTokenId);
  const labelIds_B_T = new Int32Array(P * G * T).fill(padTokenId);
  const completionMask_B_T = new Float32Array(P * G * T);
  groups.forEach(({ promptIds, completions }, p) => {
    promptIds_P_N.set(promptIds.slice(0, -1), p * N);
    completions.forEach((ids, g) => {
      const row = (p * G + g) * T;
      inputIds_B_T[row] = promptIds.at(-1)!;
      inputIds_B_T.set(ids.slice(0, -1), row + 1);
      labelIds_B_T.set(ids, row);
      completionMask_B_T.fill(1, row, row + ids.length);
    });
  });
  return {
    P,
    G,
    N,
    T,
    promptIds_P_N,
    promptLengths_P,
    inputIds_B_T,
    labelIds_B_T,
    completionMask_B_T,
  };
}
