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
  /** By completion: 1 for a token that is trained on, else 0; without them, all are. */
  readonly trainedMasks?: readonly Uint8Array[];
}

/**
 * Token rows of a batch of groups, without padding: M = R prompt rows, then C completion rows. The prompt
 * rows hold all but each prompt's last token; that one is the first input of every completion, so the
 * completion rows' outputs predict exactly the completion's tokens.
 */
export interface GroupBatch {
  readonly P: number;
  readonly G: number;
  /** Rows of the longest prompt and of the longest completion: what attention pads to. */
  readonly N: number;
  readonly T: number;
  /** Rows of each prompt. */
  readonly promptLengths_P: readonly number[];
  /** Rows of each completion. */
  readonly completionLengths_B: readonly number[];
  /** R, the sum of the prompts' rows. */
  readonly promptRows: number;
  readonly inputIds_M: Int32Array;
  readonly positions_M: Int32Array;
  /** What each completion row predicts. */
  readonly labelIds_C: Int32Array;
  /** 1 where a completion has a token that is trained on, else 0: B x T. */
  readonly completionMask_B_T: Float32Array;
}

/**
 * Lays groups out.
 *
 * @throws {RangeError} if a prompt has fewer than two tokens, a completion none, or group sizes differ.
 */
export function layOutGroups(groups: readonly TokenGroup[]): GroupBatch {
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
  const completions = groups.flatMap((group) =>
    group.completions.map((ids, g) => ({
      ids,
      prompt: group.promptIds,
      trained: group.trainedMasks?.[g],
    }))
  );
  const completionLengths_B = completions.map(({ ids }) => ids.length);
  const T = Math.max(...completionLengths_B);
  const completionMask_B_T = new Float32Array(P * G * T);
  completions.forEach(({ ids, trained }, b) =>
    completionMask_B_T.set(trained ?? new Uint8Array(ids.length).fill(1), b * T)
  );
  return {
    P,
    G,
    N: Math.max(...promptLengths_P),
    T,
    promptLengths_P,
    completionLengths_B,
    promptRows: promptLengths_P.reduce((sum, length) => sum + length, 0),
    inputIds_M: Int32Array.from([
      ...groups.flatMap(({ promptIds }) => promptIds.slice(0, -1)),
      ...completions.flatMap(({ ids, prompt }) => [prompt.at(-1)!, ...ids.slice(0, -1)]),
    ]),
    positions_M: Int32Array.from([
      ...promptLengths_P.flatMap((length) => Array.from({ length }, (_, n) => n)),
      ...completions.flatMap(({ ids, prompt }) => ids.map((_, t) => prompt.length - 1 + t)),
    ]),
    labelIds_C: Int32Array.from(completions.flatMap(({ ids }) => ids)),
    completionMask_B_T,
  };
}
