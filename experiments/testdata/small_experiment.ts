import { defineExperiment, lengthPenalty } from "@terse/experiments";

const { settings } = lengthPenalty;
const small = {
  ...settings.tiny,
  training: {
    ...settings.tiny.training,
    numPrompts: 2,
    numGenerations: 4,
    maxCompletionLength: 40,
  },
  steps: 6,
  seeds: 1,
  checkpointEvery: 2,
  keepCheckpoints: { last: 2, bestOver: 2 },
  questions: { train: 24, test: 12, ood: 6 },
};

/** What a step carries or draws beyond the plain one, so that a resumed run must bring it back. */
const estimators = {
  syncRefModel: { refModelSyncSteps: 2, refModelMixupAlpha: 0.5 },
  dynamicSamplingRounds: 1,
  numIterations: 2,
};
const adapter = { lora: { rank: 2, alpha: 32, targetModules: ["q_proj", "down_proj"] } } as const;

/** The default experiment on a few questions, one arm of it with LoRA, for the end-to-end test. */
export default defineExperiment({
  ...lengthPenalty,
  name: "small",
  arms: lengthPenalty.arms.filter(({ name }) => name === "none" || name === "maximum").map((
    arm,
  ) => ({
    ...arm,
    overrides: arm.name === "none" ? adapter : estimators,
  })),
  settings: { tiny: small, llm: small },
});
