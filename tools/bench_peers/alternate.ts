/**
 * Two sides measured in turns, so that what disturbs the machine meets both.
 *
 * @module
 */

/** The middle value; of an even number of values the higher of the two. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

/** One value of each side. */
export interface Pair<T> {
  readonly ours: T;
  readonly theirs: T;
}

/** How often each side is measured. */
export interface Rounds {
  /** Rounds that do not count. */
  readonly warmUps: number;
  readonly repeats: number;
}

/**
 * Measures both sides in turns and shows a line of progress for each round.
 *
 * @param sides measure once.
 * @param describe what a line of progress says of a measurement.
 */
export async function alternate<T>(
  name: string,
  sides: Pair<() => Promise<T>>,
  { warmUps, repeats }: Rounds,
  describe: (measured: T) => string,
): Promise<Pair<T>[]> {
  const rounds: Pair<T>[] = [];
  for (let round = 1 - warmUps; round <= repeats; round++) {
    const ours = await sides.ours();
    const theirs = await sides.theirs();
    const which = round < 1 ? "warm-up" : `round ${round} of ${repeats}`;
    console.error(`${name}, ${which}: ours ${describe(ours)}, theirs ${describe(theirs)}`);
    if (round > 0) rounds.push({ ours, theirs });
  }
  return rounds;
}
