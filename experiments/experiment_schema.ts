/**
 * The rules that an experiment's declaration has to keep, and the messages for those it breaks.
 *
 * @module
 */

import { z } from "zod";
import { checkTraining, estimators } from "./estimator_schema.ts";
import { checkMixture, mixtureSchema } from "./mixture_schema.ts";
import {
  count,
  countOrNone,
  decay,
  isNumber,
  name,
  notNegative,
  positive,
  rule,
  share,
  shareOrNone,
  text,
  twoOrMore,
} from "./schema_rules.ts";
import { budgetRule, templateRule } from "@terse/data";
import type { FailurePolicy } from "@terse/rewards";
import { type LoraSettings, TARGET_MODULES } from "@terse/rl";
import type { Arm, Experiment, ExperimentSettings, TrainingSettings } from "./experiment.ts";

const lora = z.strictObject({
  rank: count,
  alpha: positive,
  targetModules: rule<LoraSettings["targetModules"]>(
    `a list of different modules among ${Object.keys(TARGET_MODULES).join(", ")}`,
    (v) =>
      Array.isArray(v) && v.length > 0 && new Set(v).size === v.length &&
      v.every((found) => Object.hasOwn(TARGET_MODULES, found)),
  ),
});

const training = z.strictObject({
  numPrompts: count,
  numGenerations: count,
  maxPromptLength: count,
  maxCompletionLength: count,
  temperature: positive,
  topK: countOrNone,
  topP: share,
  minP: shareOrNone,
  rowsAtOnce: count,
  budgetControl: rule<TrainingSettings["budgetControl"]>(
    '"none" or "forced"',
    (v) => v === "none" || v === "forced",
  ),
  learningRate: positive,
  beta: notNegative,
  epsilon: positive,
  epsilonHigh: positive,
  entropyCoefficient: notNegative,
  maxGradNorm: positive,
  adamBeta1: decay,
  adamBeta2: decay,
  adamEpsilon: positive,
  weightDecay: notNegative,
  microBatchSize: count,
  maxSkippedSteps: countOrNone,
  gradientCheckpointing: rule<boolean>("true or false", (v) => typeof v === "boolean"),
  lora: lora.nullable(),
  ...estimators,
}) satisfies z.ZodType<TrainingSettings>;

const failures = z.strictObject({
  onFailure: rule<FailurePolicy["onFailure"]>(
    '"exclude" or "stop"',
    (v) => v === "exclude" || v === "stop",
  ),
  timeLimitSeconds: positive,
}) satisfies z.ZodType<FailurePolicy>;

const settings = z.strictObject({
  training,
  steps: count,
  seeds: count,
  checkpointEvery: count,
  keepCheckpoints: z.strictObject({ last: twoOrMore, bestOver: count }),
  budgets: budgetRule,
  tolerance: z.strictObject({ exact: positive, maximum: positive }),
  failures: failures.optional(),
  questions: z.strictObject({ train: count, test: count, ood: countOrNone }),
  template: templateRule.optional(),
  evaluation: z.strictObject({
    temperature: positive,
    topK: countOrNone,
    topP: share,
    minP: shareOrNone,
    samples: count,
    batchSize: count,
  }),
}) satisfies z.ZodType<ExperimentSettings>;

const arm = z.strictObject({
  name,
  title: text,
  description: text,
  rewards: rule<Arm["rewards"]>(
    "a function from the settings to reward components",
    (v) => typeof v === "function",
  ),
  mixture: mixtureSchema.optional(),
  overrides: training.omit({ maxPromptLength: true }).partial().optional(),
  isTrained: rule<boolean>("true or false", (v) => typeof v === "boolean").optional(),
});

const experimentSchema = z.strictObject({
  name,
  title: text,
  question: text,
  description: text,
  referenceArm: text,
  arms: z.array(arm, { error: "a list of arms" }).min(1, { error: "at least one arm" }),
  settings: z.strictObject({ tiny: settings, llm: settings }),
});

/** Shows a value found, shortened. */
function show(value: unknown): string {
  if (typeof value === "function") return "a function";
  const json = typeof value === "number" ? String(value) : JSON.stringify(value) ?? String(value);
  return json.length > 120 ? `${json.slice(0, 117)}...` : json;
}

type Path = readonly PropertyKey[];

function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key],
    root,
  );
}

/** `arm "exact": overrides.beta` for what lies in an arm, else the dotted key. */
function placeOf(root: unknown, path: Path): string {
  if (path[0] !== "arms" || path.length < 2) return path.map(String).join(".");
  const found = valueAt(root, ["arms", path[1]!, "name"]);
  const title = typeof found === "string" ? `arm "${found}"` : `arm number ${Number(path[1]) + 1}`;
  return path.length === 2 ? title : `${title}: ${path.slice(2).map(String).join(".")}`;
}

function titleOf(experiment: unknown): string {
  const found = valueAt(experiment, ["name"]);
  return typeof found === "string" ? `experiment "${found}"` : "an experiment without a name";
}

function refuse(experiment: unknown, path: Path, must: string, found: unknown): never {
  throw new TypeError(
    `Cannot define ${titleOf(experiment)}: ${placeOf(experiment, path)} must be ${must}: ` +
      `current value is ${show(found)}`,
  );
}

function refuseIssue(experiment: unknown, issue: z.core.$ZodIssue): never {
  if (issue.code === "unrecognized_keys") {
    const key = [...issue.path, issue.keys[0]!];
    throw new TypeError(
      `Cannot define ${titleOf(experiment)}: ${placeOf(experiment, key)} is not a known key: ` +
        `current value is ${show(valueAt(experiment, key))}. Remove it, or correct its name`,
    );
  }
  // The library's own words, where a rule gives none.
  const must = issue.message.startsWith("Invalid input: expected object")
    ? "an object"
    : issue.message;
  refuse(experiment, issue.path, must, valueAt(experiment, issue.path));
}

/**
 * Checks a declaration, from its keys to the components that each arm builds.
 *
 * @param experiment Anything, e.g. a module's default export.
 * @throws {TypeError} for the first rule broken: which arm, which key, the value found, what it must be.
 */
export function checkExperiment(experiment: unknown): asserts experiment is Experiment {
  const parsed = experimentSchema.safeParse(experiment);
  if (!parsed.success) refuseIssue(experiment, parsed.error.issues[0]!);
  const { arms, referenceArm, settings } = experiment as Experiment;
  const names = arms.map((declared) => declared.name);
  names.forEach((found, index) => {
    const path = ["arms", index, "name"];
    if (found === "start") {
      refuse(experiment, path, 'another name, as "start" is the policy before training', found);
    }
    if (names.indexOf(found) !== index) {
      refuse(experiment, path, "different from other arms'", found);
    }
  });
  if (!names.includes(referenceArm)) {
    refuse(experiment, ["referenceArm"], `one of the arms ${names.join(", ")}`, referenceArm);
  }
  for (const kind of ["tiny", "llm"] as const) {
    const objection = checkTraining(settings[kind].training);
    if (objection === null) continue;
    const { path, must, found } = objection;
    refuse(experiment, ["settings", kind, "training", ...path], must, found);
  }
  arms.forEach((declared, index) => {
    for (const kind of ["tiny", "llm"] as const) {
      const path = ["arms", index];
      const components = declared.rewards(settings[kind]);
      const weights = checkComponents(experiment, components, [...path, "rewards"]);
      const training = { ...settings[kind].training, ...declared.overrides };
      const misfit = checkTraining(training);
      if (misfit !== null) {
        const { path: keys, must, found } = misfit;
        refuse(experiment, [...path, "overrides", ...keys], must, found);
      }
      if (declared.mixture === undefined) continue;
      const objection = checkMixture(declared.mixture, weights, training.scaleRewards);
      if (objection === null) continue;
      const key = [...path, "mixture", ...objection.path];
      refuse(experiment, key, objection.must, valueAt(experiment, key));
    }
  });
}

function isStateful(reward: unknown): boolean {
  const { start, score, next } = (reward ?? {}) as Record<string, unknown>;
  return start !== undefined && typeof score === "function" && typeof next === "function";
}

/** The weights of the components, by name. */
function checkComponents(
  experiment: unknown,
  components: unknown,
  path: Path,
): Map<string, number> {
  if (!Array.isArray(components) || components.length === 0) {
    refuse(experiment, path, "a function that returns at least one reward component", components);
  }
  const weights = new Map<string, number>();
  (components as unknown[]).forEach((component, index) => {
    const { name: found, weight, reward } = (component ?? {}) as Record<string, unknown>;
    const key = [...path, index];
    if (typeof found !== "string" || !/^[a-z][a-z0-9_]*$/.test(found)) {
      refuse(experiment, [...key, "name"], "lower-case letters, digits and underscores", found);
    }
    if (weights.has(found)) {
      refuse(experiment, [...key, "name"], "different from the other components' names", found);
    }
    if (!isNumber(weight)) {
      refuse(experiment, [...key, "weight"], "a finite number (0 to observe only)", weight);
    }
    weights.set(found, weight);
    if (typeof reward !== "function" && !isStateful(reward)) {
      refuse(
        experiment,
        [...key, "reward"],
        "a reward function, or an object with start, score and next",
        reward,
      );
    }
  });
  return weights;
}
