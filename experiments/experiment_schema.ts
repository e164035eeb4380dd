/**
 * The rules that an experiment's declaration has to keep, and the messages for those it breaks.
 *
 * @module
 */

import { z } from "zod";
import type { BudgetSpec } from "@terse/data";
import type { Arm, Experiment, ExperimentSettings, TrainingSettings } from "./experiment.ts";

/** A value for which `test` holds; `must` completes "must be ...". */
function rule<T>(must: string, test: (value: unknown) => boolean) {
  return z.custom<T>(test, { error: must });
}

const isNumber = (value: unknown): value is number => Number.isFinite(value);
const text = rule<string>("a text that is not empty", (v) => typeof v === "string" && v !== "");
const count = rule<number>(
  "a whole number, 1 or more",
  (v) => Number.isInteger(v) && Number(v) >= 1,
);
const twoOrMore = rule<number>(
  "a whole number, 2 or more",
  (v) => Number.isInteger(v) && Number(v) >= 2,
);
const countOrNone = rule<number>(
  "a whole number, 0 or more",
  (v) => Number.isInteger(v) && Number(v) >= 0,
);
const positive = rule<number>("a number greater than 0", (v) => isNumber(v) && v > 0);
const notNegative = rule<number>("a number, 0 or more", (v) => isNumber(v) && v >= 0);
const decay = rule<number>("a number from 0 to less than 1", (v) => isNumber(v) && v >= 0 && v < 1);
const share = rule<number>(
  "a number greater than 0 and at most 1",
  (v) => isNumber(v) && v > 0 && v <= 1,
);
const name = rule<string>(
  "lower-case letters, digits and underscores, beginning with a letter",
  (v) => typeof v === "string" && /^[a-z][a-z0-9_]*$/.test(v),
);

const training = z.strictObject({
  numPrompts: count,
  numGenerations: count,
  maxPromptLength: count,
  maxCompletionLength: count,
  temperature: positive,
  topP: share,
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
  scaleRewards: rule<"group" | "none">('"group" or "none"', (v) => v === "group" || v === "none"),
}) satisfies z.ZodType<TrainingSettings>;

const mode = rule<"exact" | "maximum">(
  '"exact" or "maximum"',
  (v) => v === "exact" || v === "maximum",
);

const budgets = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("none") }),
  z.strictObject({ kind: z.literal("fixed"), mode, tokens: count }),
  z.strictObject({ kind: z.literal("uniform"), mode, low: count, high: count })
    .refine(({ low, high }) => low <= high, { path: ["high"], error: "a number not below low" }),
], { error: 'an object with kind "none", "fixed" or "uniform"' }) satisfies z.ZodType<BudgetSpec>;

const settings = z.strictObject({
  training,
  steps: count,
  seeds: count,
  checkpointEvery: count,
  keepCheckpoints: z.strictObject({ last: twoOrMore, bestOver: count }),
  budgets,
  tolerance: z.strictObject({ exact: positive, maximum: positive }),
  questions: z.strictObject({ train: count, test: count, ood: countOrNone }),
  evaluation: z.strictObject({
    temperature: positive,
    topP: share,
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
  overrides: training.omit({ maxPromptLength: true }).partial().optional(),
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
  const must = issue.code === "invalid_type" && issue.expected === "object"
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
  arms.forEach((declared, index) => {
    for (const kind of ["tiny", "llm"] as const) {
      checkComponents(experiment, declared.rewards(settings[kind]), ["arms", index, "rewards"]);
    }
  });
}

function checkComponents(experiment: unknown, components: unknown, path: Path): void {
  if (!Array.isArray(components) || components.length === 0) {
    refuse(experiment, path, "a function that returns at least one reward component", components);
  }
  const names: unknown[] = [];
  components.forEach((component, index) => {
    const { name: found, weight, reward } = (component ?? {}) as Record<string, unknown>;
    const key = [...path, index];
    if (typeof found !== "string" || !/^[a-z][a-z0-9_]*$/.test(found)) {
      refuse(experiment, [...key, "name"], "lower-case letters, digits and underscores", found);
    }
    if (names.includes(found)) {
      refuse(experiment, [...key, "name"], "different from the other components' names", found);
    }
    names.push(found);
    if (!isNumber(weight)) {
      refuse(experiment, [...key, "weight"], "a finite number (0 to observe only)", weight);
    }
    if (typeof reward !== "function") {
      refuse(experiment, [...key, "reward"], "a reward function", reward);
    }
  });
}
