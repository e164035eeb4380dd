/**
 * The arms of a made-up run and their made-up training metrics.
 *
 * @module
 */

import { uniform } from "@terse/data";

/** One made-up arm. */
export interface MadeArm {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Accuracy and tokens at the end of training. */
  readonly accuracy: number;
  readonly tokens: number;
}

/** Accuracy and tokens of the made-up policy before training. */
const START = { accuracy: 0.31, tokens: 168 };

/** The arms, with the policy before training first. */
export const MADE_ARMS: readonly MadeArm[] = [
  {
    name: "start",
    title: "Policy before training",
    description: "The policy that every arm starts from, evaluated like the others.",
    ...START,
  },
  {
    name: "none",
    title: "No length reward",
    description: "Format and answer rewards alone.",
    accuracy: 0.66,
    tokens: 181,
  },
  {
    name: "exact",
    title: "Exact budget",
    description: "Adds a reward that falls with the distance from the requested length.",
    accuracy: 0.63,
    tokens: 122,
  },
  {
    name: "maximum",
    title: "Maximum budget",
    description: "Adds a reward that falls once the requested length is passed.",
    accuracy: 0.645,
    tokens: 104,
  },
  {
    name: "gated",
    title: "Exact budget, right answers only",
    description: "The exact budget's reward counts for right answers alone.",
    accuracy: 0.69,
    tokens: 118,
  },
  {
    name: "shortest",
    title: "Shortest of the group",
    description: "Rewards being short relative to the group; loses a seed and logs no KL.",
    accuracy: 0.52,
    tokens: 61,
  },
  {
    name: "broken",
    title: "Reward that is not finite",
    description: "Fails in every seed.",
    accuracy: 0,
    tokens: 0,
  },
];

/** `metrics.jsonl` of an arm under one seed: curves that flatten, with noise. */
export function metricsOf(arm: MadeArm, seed: number, steps: number): string {
  const noise = (what: string, step: number) => uniform(`made ${what}`, seed, arm.name, step) - 0.5;
  let numTokens = 0;
  const lines = Array.from({ length: steps }, (_, index) => {
    const step = index + 1;
    const progress = 1 - Math.exp(-3.2 * step / steps);
    const accuracy = START.accuracy + (arm.accuracy - START.accuracy) * progress +
      0.16 * noise("accuracy", step);
    const length = START.tokens + (arm.tokens - START.tokens) * progress +
      18 * noise("length", step);
    numTokens += Math.round(32 * (length + 90));
    const lengthScore = Math.min(1, 0.2 + 0.7 * progress + 0.2 * noise("score", step));
    return JSON.stringify({
      step,
      accuracy,
      reward: accuracy * 2 - 0.4 + (arm.name === "none" ? 0 : lengthScore),
      reward_std: 0.6 + 0.1 * noise("std", step),
      "rewards/format/mean": Math.min(1, 0.4 + 0.6 * progress + 0.05 * noise("format", step)),
      "rewards/format/std": 0.1,
      "rewards/answer/mean": 2 * accuracy - 1,
      "rewards/answer/std": 0.9,
      ...(arm.name === "none" ? {} : {
        "rewards/length/mean": lengthScore,
        "rewards/length/std": 0.3,
      }),
      "completions/mean_length": length,
      "completions/min_length": length * 0.4,
      "completions/max_length": length * 1.9,
      "completions/clipped_ratio": 0.02,
      "completions/thinking_length": length * 0.72,
      frac_reward_zero_std: 0.1,
      ...(arm.name === "shortest" ? {} : { kl: 0.06 * progress + 0.01 * noise("kl", step) }),
      // JSON has no NaN; a run writes null instead.
      entropy: step === 3 ? null : 1.4 - 0.8 * progress + 0.1 * noise("entropy", step),
      grad_norm: 0.8,
      learning_rate: 1e-4,
      num_tokens: numTokens,
      step_time: 2.4 + noise("time", step),
      loss: 0.01 * noise("loss", step),
    });
  });
  return lines.map((line) => `${line}\n`).join("");
}
