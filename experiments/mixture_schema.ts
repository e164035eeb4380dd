/**
 * The rules that a mixture's declaration has to keep.
 *
 * @module
 */

import type { Mixture } from "@terse/rewards";
import { z } from "zod";
import { count, isNumber, notNegative, positive, rule, share, text } from "./schema_rules.ts";

const number = rule<number>("a finite number", isNumber);

const gate = z.strictObject({ component: text, by: text, atLeast: number });

const level = z.strictObject({ component: text, low: number, high: number, gap: positive })
  .refine(({ low, high }) => low < high, { path: ["high"], error: "a number greater than low" });

const factor = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("linear"),
    from: number,
    to: number,
    firstStep: count,
    lastStep: count,
  }).refine(({ firstStep, lastStep }) => firstStep < lastStep, {
    path: ["lastStep"],
    error: "a step after firstStep",
  }),
  z.strictObject({
    kind: z.literal("lagrangian"),
    initial: notNegative,
    rate: positive,
    limit: number,
  }),
  z.strictObject({
    kind: z.literal("accuracy"),
    initial: notNegative,
    rate: positive,
    target: share,
  }),
], { error: 'an object with kind "linear", "lagrangian" or "accuracy"' });

/** The form of a mixture; whether it fits its arm is {@linkcode checkMixture}'s to say. */
export const mixtureSchema = z.strictObject({
  combine: rule<Mixture["combine"]>(
    '"sum", "gdpo" or "mo_grpo"',
    (v) => v === "sum" || v === "gdpo" || v === "mo_grpo",
  ),
  gates: z.array(gate, { error: "a list of gates" }).optional(),
  order: z.array(level, { error: "a list of levels" })
    .min(2, { error: "at least two levels" }).optional(),
  difficulty: z.strictObject({ low: notNegative, high: positive, midpoint: share, slope: positive })
    .refine(({ low, high }) => low < high, { path: ["high"], error: "a number greater than low" })
    .optional(),
  factors: z.record(z.string(), factor, { error: "an object of factors by component" }).optional(),
}) satisfies z.ZodType<Mixture>;

/** A rule that a mixture breaks: where, and what the value there must be. */
export interface MixtureObjection {
  /** Keys from the mixture on. */
  readonly path: readonly PropertyKey[];
  /** Completes "must be ...". */
  readonly must: string;
}

/**
 * Checks a mixture of the right form against the arm that declares it.
 *
 * @param weights The arm's components and their weights.
 * @param scaleRewards The arm's training setting.
 * @returns The first rule broken, or null.
 */
export function checkMixture(
  { combine, gates = [], order = [], factors = {} }: Mixture,
  weights: ReadonlyMap<string, number>,
  scaleRewards: string,
): MixtureObjection | null {
  const known = `one of the components ${[...weights.keys()].join(", ")}`;
  for (const [index, { component, by }] of gates.entries()) {
    const path = ["gates", index];
    if (!weights.has(component)) return { path: [...path, "component"], must: known };
    if (!weights.has(by)) return { path: [...path, "by"], must: known };
    if (component === by) return { path: [...path, "by"], must: "another component" };
  }
  for (const [index, { component }] of order.entries()) {
    const path = ["order", index, "component"];
    if (!weights.has(component)) return { path, must: known };
    if (order.findIndex((level) => level.component === component) !== index) {
      return { path, must: "different from the other levels' components" };
    }
    if (weights.get(component) !== 1) {
      return { path, must: "a component of weight 1, as the order sets its weight" };
    }
    if (Object.hasOwn(factors, component)) {
      return { path, must: "a component without a factor, as the order sets its weight" };
    }
  }
  for (const name of Object.keys(factors)) {
    if (!weights.has(name)) return { path: ["factors", name], must: `left out, or ${known}` };
  }
  if (combine === "sum") return null;
  if (order.length > 0) {
    return {
      path: ["combine"],
      must: '"sum" where there is an order, as normalised components outrank none',
    };
  }
  if (scaleRewards !== "group") {
    return { path: ["combine"], must: `"sum" where scaleRewards is "${scaleRewards}"` };
  }
  return null;
}
