/**
 * Users' own rewards that the command line adds to every arm.
 *
 * @module
 */

import { moduleReward, type RewardComponent } from "@terse/rewards";

/** A user's file and the weight of its reward. */
export interface AddedReward {
  /** Absolute path. */
  readonly path: string;
  readonly weight: number;
}

/**
 * An arm's components with the users' own behind them.
 *
 * @param components The arm's, from its experiment.
 * @throws {RangeError} if a file's name is that of another component.
 * @throws {Deno.errors.NotFound} if a file is missing.
 */
export function addRewards(
  components: readonly RewardComponent[],
  added: readonly AddedReward[],
): readonly RewardComponent[] {
  const all = [...components];
  for (const { path, weight } of added) {
    const component = moduleReward(path, weight);
    if (all.some(({ name }) => name === component.name)) {
      throw new RangeError(
        `Cannot add the reward ${path}: its file must be named unlike the arm's components: current ` +
          `name is "${component.name}". Rename the file`,
      );
    }
    all.push(component);
  }
  return all;
}
