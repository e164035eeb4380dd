/**
 * The command line of `deno task ablate`.
 *
 * @module
 */

import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { EngineSettings } from "@terse/rl";
import type { AddedReward } from "./added_rewards.ts";
import type { ParseArgsOptionsConfig } from "node:util";
import {
  type EngineArgument,
  readArguments,
  readEngine,
  readEngineSettings,
  readModelName,
  refuse,
  wholeNumber,
} from "./command_line.ts";

/** What the command line asks for; null where it leaves the choice to the experiment or the machine. */
export interface AblateOptions {
  /** Absolute path of the experiment's file. */
  readonly experiment: string;
  readonly engine: EngineArgument;
  readonly engineSettings: EngineSettings;
  /** `tiny`, `smollm2`, or the absolute path of a model. */
  readonly model: string;
  /** Absolute paths of question files and prepared folders; empty for the built-in generator. */
  readonly data: readonly string[];
  /** Users' own rewards, for every arm. */
  readonly rewards: readonly AddedReward[];
  /** Absolute path of the file with the prompts' wording. */
  readonly template: string | null;
  readonly arms: readonly string[] | null;
  readonly seeds: number | null;
  readonly steps: number | null;
  readonly jobs: number | null;
  /** Absolute path of the run's folder. */
  readonly out: string | null;
  readonly resume: boolean;
  /** What becomes of rows of the data that cannot be used. */
  readonly onBadRow: "fail" | "skip";
  /** Seed of the generator, of the splits and of the budgets. */
  readonly sampleSeed: number;
}

/** The experiment that runs if none is named. */
export const DEFAULT_EXPERIMENT: string = fileURLToPath(
  new URL("./length_penalty.ts", import.meta.url),
);

const OPTIONS = {
  engine: { type: "string" },
  compile: { type: "string" },
  tf32: { type: "boolean" },
  model: { type: "string" },
  data: { type: "string", multiple: true },
  reward: { type: "string", multiple: true },
  "on-bad-row": { type: "string" },
  template: { type: "string" },
  arms: { type: "string" },
  seeds: { type: "string" },
  steps: { type: "string" },
  jobs: { type: "string" },
  out: { type: "string" },
  resume: { type: "boolean" },
  "sample-seed": { type: "string" },
  help: { type: "boolean", short: "h" },
} as const satisfies ParseArgsOptionsConfig;

/** What `--help` prints. */
export const HELP =
  `Trains one policy for each arm of an experiment and reports how the arms differ.

Usage: deno task ablate [EXPERIMENT] [options]

  EXPERIMENT          a file that exports defineExperiment(...) as its default
                      (experiments/length_penalty.ts)
  --engine NAME       auto, tensorflow, webgpu or wasm (auto: the fastest one installed)
  --compile HOW       auto, on or off: run steps as TensorFlow graphs (auto: on the processor only)
  --tf32              lets NVIDIA cards round products to TF32 (float32)
  --model NAME        tiny, smollm2, or a .gguf file or Hugging Face folder (tiny)
  --data PATH         questions from a file, or a folder of files, e.g. made by data:prepare, instead
                      of the generator; may be repeated
  --on-bad-row HOW    skip: leave rows that cannot be used out, count them and name the first (skip);
                      fail: stop at the first one
  --reward FILE[:W]   adds your own reward, with weight W (1), to every arm; may be repeated
  --template FILE     wording of the prompts, a JSON file (the experiment's, or the project's own)
  --arms A,B          only these arms (all); the policy before training is always evaluated
  --seeds N           train each arm with seeds 1 .. N (as the experiment says)
  --steps N           training steps of each arm (as the experiment says)
  --jobs N            arms trained at a time (tiny: as many as there are cores and memory for; other
                      models: 1)
  --out DIR           the run's folder (runs/<experiment>-<date>-<time>)
  --resume            go on with the run in --out DIR; finished arms are kept
  --sample-seed N     seed of the generated questions, the splits and the budgets (0)
  -h, --help          this text

Examples:
  deno task ablate
  deno task ablate --arms none,exact --seeds 3 --steps 60
  deno task ablate --model smollm2 --data medqa.jsonl --data medcalc.json --steps 200
  deno task ablate --reward my_reward.ts:0.5
  deno task ablate my_experiment.ts --out runs/mine
  deno task ablate my_experiment.ts --out runs/mine --resume

Ctrl-C ends every arm after its present step, writes a checkpoint, and prints the command that goes on.
Exit status: 0 if every arm finished, 1 if one failed, 2 for a wrong command line, 130 if interrupted.
`;

/**
 * Reads a `--reward`: `my_reward.ts:0.5`. The part after the last colon is the weight if it is a number.
 *
 * @throws {UsageError} if it begins like a number and is none.
 */
export function addedReward(value: string, cwd: string): AddedReward {
  const [, path, weight] = /^(.*):([-+.\d][-+.\de]*)$/.exec(value) ?? [null, value, "1"];
  if (!Number.isFinite(Number(weight))) {
    refuse("--reward", "a file, or a file, a colon and a number", JSON.stringify(value));
  }
  return { path: resolve(cwd, path!), weight: Number(weight) };
}

/**
 * Reads the arguments.
 *
 * @example
 * ```ts
 * import { parseAblateOptions } from "./ablate_options.ts";
 * import { assertEquals } from "@std/assert";
 * const options = parseAblateOptions(["--arms", "none,exact", "--seeds=3"], "/");
 * assertEquals(options === "help" ? null : [options.arms, options.seeds], [["none", "exact"], 3]);
 * ```
 * @param args Arguments after the program's name.
 * @param cwd Folder from which relative paths are taken.
 * @returns The options, or `help` if help was asked for.
 * @throws {UsageError} naming the option, what it must be, and the value found.
 */
export function parseAblateOptions(
  args: readonly string[],
  cwd: string,
): AblateOptions | "help" {
  const { values, positionals } = readArguments(args, OPTIONS);
  if (values.help) return "help";
  const given = values as { readonly [name: string]: string | undefined };
  if (positionals.length > 1) refuse("EXPERIMENT", "one file", positionals.join(" "));

  const engine = readEngine(given.engine);
  const onBadRow = given["on-bad-row"] ?? "skip";
  if (onBadRow !== "fail" && onBadRow !== "skip") {
    refuse("--on-bad-row", "fail or skip", JSON.stringify(onBadRow));
  }
  const arms = given.arms?.split(",") ?? null;
  if (arms?.some((arm) => arm === "")) {
    refuse("--arms", "names with commas between them", JSON.stringify(given.arms));
  }
  const resume = values.resume === true;
  if (resume && given.out === undefined) refuse("--resume", "given with --out DIR", "no --out");
  return {
    experiment: positionals[0] === undefined ? DEFAULT_EXPERIMENT : resolve(cwd, positionals[0]),
    engine,
    engineSettings: readEngineSettings(given.compile, values.tf32 === true),
    model: readModelName(given.model, cwd),
    data: ((values.data ?? []) as string[]).map((path) => resolve(cwd, path)),
    rewards: ((values.reward ?? []) as string[]).map((value) => addedReward(value, cwd)),
    template: given.template === undefined ? null : resolve(cwd, given.template),
    arms: arms === null ? null : [...new Set(arms)],
    seeds: wholeNumber("--seeds", given.seeds, 1),
    steps: wholeNumber("--steps", given.steps, 1),
    jobs: wholeNumber("--jobs", given.jobs, 1),
    out: given.out === undefined ? null : resolve(cwd, given.out),
    resume,
    onBadRow,
    sampleSeed: wholeNumber("--sample-seed", given["sample-seed"], 0) ?? 0,
  };
}
