/**
 * Running the golden cases of the reference (kinds of grpo_math.json) through this package.
 *
 * Every case is compared with the project's functions, and where these depart from the reference
 * also with the released arithmetic of as_released.ts:
 * - an expected NaN (padding that leaked, an empty mask, a slope of 0 times an overflown ratio) must
 *   be NaN as released and any finite number in the project;
 * - advantages of a group whose rewards agree to float32 precision are rounding noise of the
 *   reference, up to 0.19: the project's must lie within 0.5 of them, those as released must match.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { goldenActorLoss, goldenActorStep } from "./golden_actor.ts";
import type { GoldenFields } from "./golden_compare.ts";
import { goldenKlPenalty, goldenPolicyLoss } from "./golden_loss.ts";
import { goldenAdvantage, goldenApplyKlPenalty, goldenDataMetrics } from "./golden_rewards.ts";
import { goldenEntropy, goldenLogprobs, goldenMaskedMean } from "./golden_tokens.ts";

/** One case of the golden file. */
export interface GrpoGoldenCase {
  readonly id: string;
  readonly kind: string;
  readonly inputs: GoldenFields;
  readonly outputs: GoldenFields;
}

/** What a golden case showed. */
export interface GrpoGoldenResult {
  readonly passed: boolean;
  /** One line for each value that differs. */
  readonly differences: string[];
}

type Runner = (inputs: GoldenFields, outputs: GoldenFields) => Promise<string[]> | string[];

const runners: Readonly<Record<string, Runner>> = {
  grpo_advantage: goldenAdvantage,
  policy_loss: goldenPolicyLoss,
  kl_penalty: goldenKlPenalty,
  entropy_loss: goldenEntropy,
  masked_mean: goldenMaskedMean,
  logprobs_from_logits: goldenLogprobs,
  actor_loss: goldenActorLoss,
  actor_step: goldenActorStep,
  apply_kl_penalty: goldenApplyKlPenalty,
  data_metrics: goldenDataMetrics,
};

/** Whether a case, told from its content, is one of grpo_math.json's. */
export function isGrpoGoldenCase(caseObject: unknown): caseObject is GrpoGoldenCase {
  if (typeof caseObject !== "object" || caseObject === null) return false;
  const { kind, inputs, outputs } = caseObject as Record<string, unknown>;
  return typeof kind === "string" && Object.hasOwn(runners, kind) &&
    typeof inputs === "object" && typeof outputs === "object";
}

/**
 * Compares one golden case with this package's functions, on the current tfjs backend.
 *
 * Tolerances are the golden file's, 1e-5 relative and 1e-6 absolute. Run one case at a time: the
 * tensors of a case live in one tfjs scope.
 *
 * @param goldenCase A case of grpo_math.json, parsed; NaN and infinities as strings.
 * @returns Whether all outputs agree, and where not.
 * @throws {RangeError} The case's kind is not one of grpo_math.json's.
 */
export async function runGrpoGoldenCase(goldenCase: GrpoGoldenCase): Promise<GrpoGoldenResult> {
  const runner = runners[goldenCase.kind];
  if (runner === undefined) {
    throw new RangeError(
      `Cannot run golden case ${goldenCase.id}: its kind must be one of ` +
        `${Object.keys(runners).join(", ")}: current value is ${JSON.stringify(goldenCase.kind)}`,
    );
  }
  tf.engine().startScope();
  try {
    const inputs = decode(goldenCase.inputs) as GoldenFields;
    const outputs = decode(goldenCase.outputs) as GoldenFields;
    const differences = await runner(inputs, outputs);
    return { passed: differences.length === 0, differences };
  } finally {
    tf.engine().endScope();
  }
}

const notFinite: Readonly<Record<string, number>> = {
  "NaN": NaN,
  "Infinity": Infinity,
  "-Infinity": -Infinity,
};

/** JSON has no NaN or infinity, so the file writes them as strings. */
function decode(value: unknown): unknown {
  if (typeof value === "string") return notFinite[value] ?? value;
  if (Array.isArray(value)) return value.map(decode);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, decode(entry)]));
}
