import { assertEquals, assertThrows } from "@std/assert";
import { checkExperiment } from "./experiment_schema.ts";
import { defineExperiment, type Experiment, findArm } from "./experiment.ts";
import { lengthPenalty } from "./length_penalty.ts";

/** The default experiment with one value put in another's place, or a key taken away. */
function changed(path: (string | number)[], value: unknown): Experiment {
  const copy = {
    ...lengthPenalty,
    arms: lengthPenalty.arms.map((arm) => ({ ...arm, overrides: { beta: 0 } })),
    settings: structuredClone(lengthPenalty.settings),
  };
  // deno-lint-ignore no-explicit-any
  let holder: any = copy;
  for (const key of path.slice(0, -1)) holder = holder[key];
  if (value === undefined) delete holder[path.at(-1)!];
  else holder[path.at(-1)!] = value;
  return copy as Experiment;
}

Deno.test("the default experiment is valid, and frozen to its leaves", () => {
  checkExperiment(lengthPenalty);
  assertEquals(Object.isFrozen(lengthPenalty.settings.tiny.training), true);
  assertEquals(Object.isFrozen(lengthPenalty.arms[0]), true);
});

Deno.test("a broken declaration is refused with arm, key, rule and value", () => {
  const cases: [(string | number)[], unknown, string][] = [
    [
      ["arms", 1, "overrides", "beta"],
      -1,
      'experiment "length_penalty": arm "exact": ' +
      "overrides.beta must be a number, 0 or more: current value is -1",
    ],
    [
      ["arms", 1, "overrides", "betta"],
      0,
      'arm "exact": overrides.betta is not a known key: ' +
      "current value is 0. Remove it, or correct its name",
    ],
    [
      ["arms", 2, "overrides", "maxPromptLength"],
      8,
      "overrides.maxPromptLength is not a known key",
    ],
    [
      ["arms", 2, "title"],
      undefined,
      'arm "maximum": title must be a text that is not empty: ' +
      "current value is undefined",
    ],
    [["arms", 2, "rewards"], [], 'arm "maximum": rewards must be a function'],
    [["arms", 1, "name"], "Exact!", 'arm "Exact!": name must be lower-case letters'],
    [["arms", 1, "name"], 7, "arm number 2: name must be lower-case letters"],
    [
      ["arms", 1, "name"],
      "start",
      'must be another name, as "start" is the policy before training',
    ],
    [
      ["arms", 1, "name"],
      "none",
      'name must be different from other arms\': current value is "none"',
    ],
    [["arms", 1], 5, "arm number 2 must be an object: current value is 5"],
    [["arms"], [], "arms must be at least one arm: current value is []"],
    [["arms"], "all", 'arms must be a list of arms: current value is "all"'],
    [
      ["referenceArm"],
      "nil",
      "referenceArm must be one of the arms none, exact, maximum, " +
      'maximum_if_right: current value is "nil"',
    ],
    [
      ["settings", "tiny", "steps"],
      0,
      "settings.tiny.steps must be a whole number, 1 or more: " +
      "current value is 0",
    ],
    [
      ["settings", "llm", "training", "topP"],
      1.5,
      "settings.llm.training.topP must be a number " +
      "greater than 0 and at most 1: current value is 1.5",
    ],
    [
      ["settings", "tiny", "training", "minP"],
      -0.1,
      "settings.tiny.training.minP must be a number from 0 to 1: current value is -0.1",
    ],
    [
      ["settings", "tiny", "evaluation", "topK"],
      2.5,
      "settings.tiny.evaluation.topK must be a whole number, 0 or more: current value is 2.5",
    ],
    [
      ["settings", "tiny", "training", "rowsAtOnce"],
      0,
      "settings.tiny.training.rowsAtOnce must be a whole number, 1 or more: current value is 0",
    ],
    [
      ["settings", "tiny", "training", "budgetControl"],
      "hard",
      'settings.tiny.training.budgetControl must be "none" or "forced": current value is "hard"',
    ],
    [
      ["arms", 0, "isTrained"],
      "no",
      'arm "none": isTrained must be true or false: current value is "no"',
    ],
    [
      ["settings", "llm", "training", "learningRate"],
      NaN,
      "settings.llm.training.learningRate must " +
      "be a number greater than 0: current value is NaN",
    ],
    [
      ["settings", "tiny", "training", "lora"],
      undefined,
      "settings.tiny.training.lora must be an object: current value is undefined",
    ],
    [
      ["arms", 2, "overrides", "lora"],
      { rank: 4, alpha: 8, targetModules: ["q_proj", "lm_head"] },
      'arm "maximum": overrides.lora.targetModules must be a list of different modules among q_proj, ',
    ],
    [["settings", "llm"], undefined, "settings.llm must be an object: current value is undefined"],
    [
      ["settings", "tiny", "budgets", "kind"],
      "log",
      "settings.tiny.budgets.kind must be an object " +
      'with kind "none", "fixed", "uniform", "log_uniform", "normal" or "halves"',
    ],
    [
      ["settings", "tiny", "budgets", "high"],
      5,
      "settings.tiny.budgets.high must be a number not " +
      "below low: current value is 5",
    ],
    [["settings", "tiny", "budgets", "mode"], "most", 'budgets.mode must be "exact" or "maximum"'],
    [
      ["settings", "tiny", "training", "lossType"],
      "ppo",
      'settings.tiny.training.lossType must be "grpo", "dr_grpo", "bnpo", "dapo", "gspo" or "cispo": ' +
      'current value is "ppo"',
    ],
    [
      ["settings", "tiny", "training", "klEstimator"],
      undefined,
      'klEstimator must be "k1", "k2", "k3" or "abs": current value is undefined',
    ],
    [
      ["settings", "tiny", "training", "syncRefModel"],
      8,
      "syncRefModel must be null, or an object with refModelSyncSteps and refModelMixupAlpha: " +
      "current value is 8",
    ],
    [
      ["settings", "tiny", "training", "syncRefModel"],
      { refModelSyncSteps: 2, refModelMixupAlpha: 0 },
      "syncRefModel.refModelMixupAlpha must be a number greater than 0 and at most 1",
    ],
    [
      ["settings", "tiny", "training", "numIterations"],
      0,
      "numIterations must be a whole number, 1",
    ],
    [
      ["settings", "llm", "training", "maskTruncatedCompletions"],
      1,
      "maskTruncatedCompletions must be true or false: current value is 1",
    ],
    [
      ["settings", "llm", "training", "importanceSamplingCap"],
      0,
      "importanceSamplingCap must be null, or a number greater than 0: current value is 0",
    ],
    [
      ["settings", "llm", "training", "dynamicSamplingRounds"],
      -1,
      "dynamicSamplingRounds must be a whole number, 0 or more: current value is -1",
    ],
    [
      ["settings", "tiny", "training", "groupFilter"],
      { numRemainsInGroup: 4, by: "age" },
      'groupFilter.by must be "length" or "reward_per_token": current value is "age"',
    ],
    [
      ["settings", "tiny", "training", "groupFilter"],
      { numRemainsInGroup: 8, by: "length" },
      "settings.tiny.training.groupFilter.numRemainsInGroup must be less than numGenerations, " +
      "which is 8: current value is 8",
    ],
    [
      ["arms", 2, "overrides", "syncRefModel"],
      { refModelSyncSteps: 2, refModelMixupAlpha: 1 },
      'arm "maximum": overrides.syncRefModel must be null where beta is 0, as there is no reference ' +
      'then: current value is {"refModelSyncSteps":2,"refModelMixupAlpha":1}',
    ],
    [
      ["settings", "llm", "training"],
      {
        ...lengthPenalty.settings.llm.training,
        lora: { rank: 2, alpha: 4, targetModules: ["q_proj"] },
        syncRefModel: { refModelSyncSteps: 2, refModelMixupAlpha: 1 },
      },
      "settings.llm.training.syncRefModel must be null where lora is not null, as the reference is then " +
      "the model without its adapter",
    ],
    [["colour"], "red", 'colour is not a known key: current value is "red"'],
    [["name"], undefined, "an experiment without a name: name must be"],
  ];
  for (const [path, value, message] of cases) {
    assertThrows(() => defineExperiment(changed(path, value)), TypeError, message);
  }
});

Deno.test("components that an arm builds are checked too", () => {
  const reward = () => [0];
  const cases: [unknown, string][] = [
    [[], "rewards must be a function that returns at least one reward component"],
    [[{ name: "a", weight: NaN, reward }], "rewards.0.weight must be a finite number"],
    [[{ name: "a", weight: 1 }], "rewards.0.reward must be a reward function"],
    [[{ name: "a b", weight: 1, reward }], "rewards.0.name must be lower-case letters"],
    [
      [{ name: "a", weight: 1, reward }, { name: "a", weight: 1, reward }],
      "rewards.1.name must be " +
      "different from the other components' names",
    ],
  ];
  for (const [components, message] of cases) {
    const experiment = changed(["arms", 0, "rewards"], () => components);
    assertThrows(() => defineExperiment(experiment), TypeError, `arm "none": ${message}`);
  }
});

Deno.test("findArm names the choices", () => {
  assertEquals(findArm(lengthPenalty, "exact").title, "Exact length");
  assertThrows(() => findArm(lengthPenalty, "exat"), RangeError, "one of none, exact, maximum");
});
