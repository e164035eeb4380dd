/**
 * The rules for the settings of losses and estimators.
 *
 * @module
 */

import { klEstimators, lossTypes } from "@terse/rl";
import { z } from "zod";
import type { TrainingSettings } from "./experiment.ts";
import { count, countOrNone, positive, rule, share, twoOrMore } from "./schema_rules.ts";

/** `"a", "b" or "c"`. */
function alternatives(names: readonly string[]): string {
  const quoted = names.map((name) => JSON.stringify(name));
  return `${quoted.slice(0, -1).join(", ")} or ${quoted.at(-1)}`;
}

function oneOf<T extends string>(names: readonly T[]) {
  return rule<T>(alternatives(names), (v) => (names as readonly unknown[]).includes(v));
}

const scalings = ["group", "batch", "none"] as const;

/** Settings of the training schema. */
export const estimators = {
  scaleRewards: oneOf(scalings),
  lossType: oneOf(lossTypes),
  klEstimator: oneOf(klEstimators),
  syncRefModel: z.strictObject({ refModelSyncSteps: count, refModelMixupAlpha: share }, {
    error: "null, or an object with refModelSyncSteps and refModelMixupAlpha",
  }).nullable(),
  numIterations: count,
  maskTruncatedCompletions: rule<boolean>("true or false", (v) => typeof v === "boolean"),
  importanceSamplingCap: rule<number | null>(
    "null, or a number greater than 0",
    (v) => v === null || positive.safeParse(v).success,
  ),
  dynamicSamplingRounds: countOrNone,
  groupFilter: z.strictObject({
    numRemainsInGroup: twoOrMore,
    by: oneOf(["length", "reward_per_token"]),
  }, { error: "null, or an object with numRemainsInGroup and by" }).nullable(),
};

/** A rule that training settings break together: where, and what the value there must be. */
export interface TrainingObjection {
  /** Keys from the settings on. */
  readonly path: readonly string[];
  /** Completes "must be ...". */
  readonly must: string;
  readonly found: unknown;
}

/**
 * Checks whether settings of the right form fit one another.
 *
 * @returns The first rule broken, or null.
 */
export function checkTraining(
  { beta, syncRefModel, groupFilter, numGenerations, lora }: TrainingSettings,
): TrainingObjection | null {
  if (beta === 0 && syncRefModel !== null) {
    return {
      path: ["syncRefModel"],
      must: "null where beta is 0, as there is no reference then",
      found: syncRefModel,
    };
  }
  if (lora !== null && syncRefModel !== null) {
    return {
      path: ["syncRefModel"],
      must: "null where lora is not null, as the reference is then the model without its adapter",
      found: syncRefModel,
    };
  }
  if (groupFilter !== null && groupFilter.numRemainsInGroup >= numGenerations) {
    return {
      path: ["groupFilter", "numRemainsInGroup"],
      must: `less than numGenerations, which is ${numGenerations}`,
      found: groupFilter.numRemainsInGroup,
    };
  }
  return null;
}
