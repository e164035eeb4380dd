/**
 * A small run folder for tests: made completions, scored and stored as training does it.
 *
 * @module
 */

import {
  drawBudget,
  generateQuestions,
  tinyTemplate,
  uniformInteger,
  writeParquet,
} from "@terse/data";
import { goldCompletion, startRewardState } from "@terse/rewards";
import {
  type Completion,
  type PreparedQuestion,
  type Rollout,
  scoreRollouts,
  stepAdvantages,
  type Tokenizer,
} from "@terse/rl";
import { join } from "node:path";
import { makeArmConfig, type SharedConfig } from "../arm_config.ts";
import { type Experiment, findArm, rewardScheme } from "../experiment.ts";
import { armFolder, armPaths, stepName, writeJson } from "../run_folder.ts";
import { rolloutTable } from "../tables.ts";

/** A token is a word. */
const tokenizer: Tokenizer = {
  encode: (text) => text.trim().split(/\s+/).map((word) => word.length),
  decode: () => "",
  decodeWithSpecials: () => "",
  renderChat: () => "",
  vocabSize: 100,
  endTokenIds: [0],
  padTokenId: 1,
};

/** Right, right after much thought, wrong, or cut off while thinking. */
function makeCompletion(question: PreparedQuestion, step: number, g: number): Completion {
  const kind = uniformInteger(0, 3, "kind", 1, step, question.prompt.key, g);
  const tokens = uniformInteger(5, 200, "tokens", 1, step, question.prompt.key, g);
  const text = [
    goldCompletion(question.record),
    `<think>So. ${"And then. ".repeat(tokens / 4)}</think>${
      goldCompletion(question.record).split("</think>")[1]
    }`,
    "<think>Perhaps.</think><answer>?</answer>",
    "<think>Well",
  ][kind]!;
  return {
    text,
    tokenIds: Array.from({ length: tokens }, (_, i) => (i * i) % 17),
    samplerLogprobs: new Float32Array(tokens),
    sampledMask: new Uint8Array(tokens).fill(1),
    finishReason: kind === 3 ? "length" : "stop",
  };
}

/**
 * Writes an arm's config and the rollouts of its steps.
 *
 * @param run The run's folder.
 * @param steps Training steps; each has 3 groups of 4.
 */
export async function storeArm(
  run: string,
  experiment: Experiment,
  arm: string,
  seed: number,
  steps: number,
): Promise<void> {
  const settings = experiment.settings.tiny;
  const shared: SharedConfig = {
    experiment: { name: experiment.name, path: "/nowhere.ts", sha256: "" },
    settings: "tiny",
    engine: "wasm",
    engineSettings: { compile: "auto", tf32: false },
    model: { name: "tiny", sha256: "" },
    data: { paths: [], sampleSeed: 0, template: tinyTemplate, hash: "" },
    addedRewards: [],
  };
  const config = makeArmConfig(experiment, shared, arm, seed, steps);
  const paths = armPaths(armFolder(run, arm, seed));
  await writeJson(paths.config, config);
  await Deno.mkdir(paths.rollouts, { recursive: true });
  const scheme = rewardScheme(findArm(experiment, arm), settings);
  const questions = generateQuestions({ seed, split: "train", count: 3 * steps }).map(
    (record): PreparedQuestion => {
      const key = `${record.source}/${record.id}`;
      return {
        record,
        budget: drawBudget(settings.budgets, 0, key, 0),
        prompt: { key, text: record.question, tokenIds: [1, 2] },
      };
    },
  );
  let rewards = startRewardState(scheme);
  for (let step = 1; step <= steps; step++) {
    const chosen = questions.slice(3 * (step - 1), 3 * step);
    const rollouts = chosen.map((question): Rollout => ({
      prompt: question.prompt,
      completions: [0, 1, 2, 3].map((g) => makeCompletion(question, step, g)),
    }));
    const state = { step: step - 1, rewards };
    const scored = await scoreRollouts(chosen, rollouts, scheme, state, tokenizer);
    const groupSizes = rollouts.map(({ completions }) => completions.length);
    const lengths = rollouts.flatMap(({ completions }) =>
      completions.map(({ tokenIds }) => tokenIds.length)
    );
    const advantages_P_G = stepAdvantages(scored, groupSizes, lengths, config.training);
    rewards = scored.next;
    const groups = { questions: chosen, rollouts, scored, advantages_P_G };
    const record = { ...groups, replaced: [{ round: 1, groups, replaced: [1] }], metrics: {} };
    const { columns, schema } = rolloutTable(step, record);
    await writeParquet(join(paths.rollouts, `${stepName(step)}.parquet`), columns, schema);
  }
}
