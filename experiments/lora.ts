/**
 * Full fine-tuning against low-rank adapters (Hu et al., arXiv 2106.09685) of several ranks.
 *
 * @module
 */

import { TARGET_MODULES, type TargetModule } from "@terse/rl";
import { type Arm, defineExperiment, type Experiment, findArm } from "./experiment.ts";
import { lengthPenalty } from "./length_penalty.ts";

const { rewards } = findArm(lengthPenalty, "maximum");

/**
 * One for all ranks, so that AdamW's first steps change the adapted weights alike, and large, so that adapters can
 * have the learning rate of the weights: on the tiny policy, with completions' lengths as the reward, twelve steps
 * with 32 change next to nothing, and with 320 gradients grow to sixteen times those of full fine-tuning.
 */
const ALPHA = 128;

function armOfRank(rank: number): Arm {
  return {
    name: `rank_${rank}`,
    title: `LoRA, rank ${rank}`,
    description:
      `Adapters of rank ${rank} beside every linear module; the weights stay as they were.`,
    rewards,
    overrides: {
      lora: {
        rank,
        alpha: ALPHA,
        targetModules: Object.keys(TARGET_MODULES) as TargetModule[],
      },
    },
  };
}

/** The experiment of adapters' ranks. */
export const lora: Experiment = defineExperiment({
  name: "lora",
  title: "Low-rank adapters",
  question: "Does training low-rank adapters in place of all weights cost accuracy or brevity?",
  description:
    "Every arm has the rewards of Med-U1's maximum length. The reference of arms with adapters is the model " +
    "without them.",
  referenceArm: "full",
  arms: [
    {
      name: "full",
      title: "All weights",
      description: "Every weight is trained.",
      rewards,
    },
    ...[1, 4, 16].map(armOfRank),
  ],
  settings: lengthPenalty.settings,
});

export default lora;
