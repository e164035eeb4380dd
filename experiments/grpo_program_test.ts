import { assert, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { tinyTemplate } from "@terse/data";
import { type GrpoState, loadEngine, loadPolicy } from "@terse/rl";
import { makeArmConfig } from "./arm_config.ts";
import { defineExperiment, type TrainingSettings } from "./experiment.ts";
import { grpoProgram, questionRequest } from "./grpo_program.ts";
import { lengthPenalty } from "./length_penalty.ts";
import { collectQuestions } from "./sources.ts";

await loadEngine("wasm");

/** The program of an arm that differs from the default one in these settings, on a few questions. */
async function programOf(overrides: Partial<TrainingSettings>) {
  const tiny = {
    ...lengthPenalty.settings.tiny,
    training: {
      ...lengthPenalty.settings.tiny.training,
      numPrompts: 2,
      numGenerations: 3,
      maxCompletionLength: 12,
      ...overrides,
    },
    questions: { train: 6, test: 2, ood: 0 },
  };
  const experiment = defineExperiment({ ...lengthPenalty, settings: { tiny, llm: tiny } });
  const data = { paths: [], sampleSeed: 0, template: tinyTemplate };
  const policy = await loadPolicy("tiny");
  const request = questionRequest(experiment, { settings: "tiny", data });
  const { hash } = await collectQuestions(request, policy.tokenizer);
  tf.dispose(Object.values(policy.weights));
  const shared = {
    experiment: { name: "length_penalty", path: "/nowhere.ts", sha256: "" },
    settings: "tiny",
    engine: "wasm",
    engineSettings: { compile: "auto", tf32: false },
    model: { name: "tiny", sha256: "" },
    data: { ...data, hash },
    addedRewards: [],
  } as const;
  const config = makeArmConfig(experiment, shared, "maximum", 1, 2);
  return await grpoProgram(experiment, config, () => {});
}

/** Copies of the weights that stand in memory beyond what was there before, moments included. */
function copiesOf({ policy }: GrpoState, bytesBefore: number): number {
  const bytes = Object.values(policy.weights).reduce((sum, { size }) => sum + 4 * size, 0);
  return (tf.memory().numBytes - bytesBefore) / bytes;
}

for (
  const [name, overrides, copies] of [
    ["a frozen reference is one copy beside policy and moments", {}, 4],
    ["without KL there is no copy of the reference", { beta: 0 }, 3],
    [
      "a reference that follows is one copy, also after it has moved",
      { syncRefModel: { refModelSyncSteps: 1, refModelMixupAlpha: 0.5 } },
      4,
    ],
  ] as const
) {
  Deno.test(`${name}, from start and from a checkpoint`, async () => {
    const before = tf.memory().numBytes;
    const program = await programOf(overrides);
    const first = await program.train(await program.start(), 1);
    assertEquals(copiesOf(first.state, before), copies);
    const folder = await Deno.makeTempDir();
    await program.save(folder, first.state);
    const unbroken = await program.train(first.state, 2);
    assertEquals(copiesOf(unbroken.state, before), copies);

    const beforeResume = tf.memory().numBytes;
    const other = await programOf(overrides);
    const resumed = await other.train(await other.load(folder), 2);
    assertEquals(copiesOf(resumed.state, beforeResume), copies);
    const { step_time: _, sampling_time: __, ...metrics } = unbroken.metrics;
    const { step_time: ___, sampling_time: ____, ...again } = resumed.metrics;
    assertEquals(again, metrics);
    assert(Number.isFinite(metrics["loss"]));
    await Deno.remove(folder, { recursive: true });
  });
}
