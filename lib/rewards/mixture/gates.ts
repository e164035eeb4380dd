/**
 * Gated rewards: one component counts only where another has earned enough.
 *
 * @module
 */

/** `component` counts where the score of `by` is at least `atLeast`. */
export interface Gate {
  readonly component: string;
  readonly by: string;
  readonly atLeast: number;
}

/** Unweighted scores by component, each of length B; null where a component does not apply. */
export type Scores = Readonly<Record<string, readonly (number | null)[]>>;

/**
 * r_k 1[r_j >= t]: a component's scores with 0 where its gate is closed. A gate is closed where the score
 * of `by` is null. Gates look at the scores as they came, not at those that another gate has closed.
 *
 * @example
 * ```ts
 * import { applyGates } from "@terse/rewards";
 * import { assertEquals } from "@std/assert";
 * const gates = [{ component: "length", by: "answer", atLeast: 1 }];
 * const scores = { answer: [1, -1, null], length: [0.5, 0.9, 0.7] };
 * assertEquals(applyGates(scores, gates)["length"], [0.5, 0, 0]);
 * ```
 * @throws {RangeError} if a gate names a component that there is not.
 */
export function applyGates(scores: Scores, gates: readonly Gate[]): Scores {
  const gated: Record<string, readonly (number | null)[]> = { ...scores };
  for (const { component, by, atLeast } of gates) {
    const values = gated[component], decisive = scores[by];
    if (values === undefined || decisive === undefined) {
      throw new RangeError(
        `Cannot gate "${component}" by "${by}": both must be components: current components are ` +
          Object.keys(scores).join(", "),
      );
    }
    gated[component] = values.map((value, b) => {
      const other = decisive[b] ?? null;
      return value === null || (other !== null && other >= atLeast) ? value : 0;
    });
  }
  return gated;
}
