/**
 * The command line of `deno task evaluate`.
 *
 * @module
 */

import type { BudgetSpec } from "@terse/data";
import type { BudgetControl, EngineSettings } from "@terse/rl";
import { resolve } from "node:path";
import type { ParseArgsOptionsConfig } from "node:util";
import {
  type EngineArgument,
  readArguments,
  readEngine,
  readEngineSettings,
  readModelName,
  refuse,
  wholeNumber,
} from "../command_line.ts";
import type { CheckpointChoice } from "../policy_source.ts";
import { endpointUrl } from "./endpoint.ts";

/** A server to evaluate. */
export interface EndpointOptions {
  readonly url: string;
  /** Null to ask the server for its one model. */
  readonly model: string | null;
  /** Requests at a time. */
  readonly concurrency: number;
  readonly requestSeconds: number;
}

/** What the command line asks for; null where it leaves the choice to the arm or the defaults. */
export interface EvaluateOptions {
  /** `tiny`, `smollm2`, or the absolute path of a model or of an arm's folder. */
  readonly model: string;
  readonly checkpoint: CheckpointChoice;
  /** Null to evaluate a model here. */
  readonly endpoint: EndpointOptions | null;
  readonly engine: EngineArgument;
  readonly engineSettings: EngineSettings;
  /** Absolute paths of question files. */
  readonly data: readonly string[];
  /** Each is asked of every question. */
  readonly budgets: readonly BudgetSpec[] | null;
  readonly samples: number | null;
  readonly temperature: number | null;
  readonly topK: number | null;
  readonly topP: number | null;
  readonly minP: number | null;
  readonly budgetControl: BudgetControl | null;
  readonly maxCompletionLength: number | null;
  readonly limit: number | null;
  readonly seed: number | null;
  readonly sampleSeed: number | null;
  /** Absolute path. */
  readonly out: string | null;
  readonly resume: boolean;
}

const OPTIONS = {
  model: { type: "string" },
  checkpoint: { type: "string" },
  data: { type: "string", multiple: true },
  budgets: { type: "string" },
  samples: { type: "string" },
  temperature: { type: "string" },
  "top-k": { type: "string" },
  "top-p": { type: "string" },
  "min-p": { type: "string" },
  "budget-control": { type: "string" },
  "max-completion-length": { type: "string" },
  limit: { type: "string" },
  seed: { type: "string" },
  "sample-seed": { type: "string" },
  engine: { type: "string" },
  compile: { type: "string" },
  tf32: { type: "boolean" },
  endpoint: { type: "string" },
  "endpoint-model": { type: "string" },
  concurrency: { type: "string" },
  "request-seconds": { type: "string" },
  out: { type: "string" },
  resume: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const satisfies ParseArgsOptionsConfig;

/** What `--help` prints. */
export const HELP =
  `Evaluates a policy: accuracy by source and kind, pass@k, tokens, format, and how budgets are kept.

Usage: deno task evaluate [options]

  --model NAME        tiny, smollm2, a .gguf file or Hugging Face folder, or the folder of an arm
                      under one seed, runs/NAME/arms/ARM/seed-N (tiny)
  --checkpoint NAME   of an arm: last, or best by mean training reward (last)
  --data PATH         questions from a file; may be repeated. Without it: what the arm's run kept
                      apart, or generated questions (splits test and ood)
  --budgets A,B       largest numbers of tokens to ask for, each of every question; none asks for
                      none (as the arm, or the default experiment for such a model)
  --samples N         completions of each question, for pass@k
  --temperature X     0 takes the likeliest token
  --top-k N           likeliest tokens that are sampled from; 0 for all
  --top-p X           share of the probability that is sampled from
  --min-p X           least share of the likeliest token's probability that is sampled from
  --budget-control NAME   forced closes thinking that reaches the budget; none does not (as the arm)
  --max-completion-length N   in tokens
  --limit N           at most N questions of each split
  --seed N            seed of the sampling (the arm's, or 1)
  --sample-seed N     seed of generated questions, budgets and the choice of --limit (the arm's, or 0)
  --engine NAME       auto, tensorflow, webgpu or wasm (auto: the fastest one installed)
  --compile HOW       auto, on or off: run steps as TensorFlow graphs (auto: on the processor only)
  --tf32              lets NVIDIA cards round products to TF32 (float32)
  --endpoint URL      evaluate what a server serves by OpenAI's protocol, e.g. http://127.0.0.1:8000/v1
                      (vLLM, llama.cpp); a key is read from TERSE_ENDPOINT_KEY
  --endpoint-model NAME   the model to ask for (the one that the server serves)
  --concurrency N     requests at a time (8)
  --request-seconds N time limit of a request (300)
  --out DIR           folder of the results (runs/evaluation-<date>-<time>)
  --resume            go on with the evaluation in --out DIR; answers that are there are kept, failed
                      requests are tried again
  -h, --help          this text

Examples:
  deno task evaluate
  deno task evaluate --model runs/mine/arms/maximum/seed-1 --samples 8
  deno task evaluate --model smollm2 --data medqa.jsonl --budgets none,64,128 --limit 50
  deno task evaluate --endpoint http://127.0.0.1:8000/v1 --data medqa.jsonl --concurrency 16

Ctrl-C keeps the answers that are there and prints the command that goes on.
Exit status: 0 if every question was answered, 1 if a request failed, 2 for a wrong command line,
130 if interrupted.
`;

function number(
  option: string,
  value: string | undefined,
  must: string,
  test: (value: number) => boolean,
): number | null {
  if (value === undefined) return null;
  const found = Number(value);
  if (value.trim() === "" || !Number.isFinite(found) || !test(found)) {
    refuse(option, must, JSON.stringify(value));
  }
  return found;
}

function budget(text: string): BudgetSpec {
  if (text === "none") return { kind: "none" };
  if (!/^[1-9]\d{0,6}$/.test(text)) {
    refuse(
      "--budgets",
      "whole numbers of tokens or none, with commas between",
      JSON.stringify(text),
    );
  }
  return { kind: "fixed", mode: "maximum", tokens: Number(text) };
}

function endpoint(given: Readonly<Record<string, string | undefined>>): EndpointOptions | null {
  if (given.endpoint === undefined) {
    for (const name of ["endpoint-model", "concurrency", "request-seconds"]) {
      if (given[name] !== undefined) {
        refuse(`--${name}`, "given with --endpoint URL", "no --endpoint");
      }
    }
    return null;
  }
  for (const name of ["model", "checkpoint", "engine", "budget-control"]) {
    if (given[name] !== undefined) {
      refuse(`--${name}`, "left out with --endpoint, which computes elsewhere", given[name]);
    }
  }
  const url = endpointUrl(given.endpoint);
  if (url === null) {
    // The value is not shown: it may hold a password.
    refuse("--endpoint", "an http or https address without name, password or query", "another");
  }
  return {
    url,
    model: given["endpoint-model"] ?? null,
    concurrency: wholeNumber("--concurrency", given.concurrency, 1) ?? 8,
    requestSeconds: wholeNumber("--request-seconds", given["request-seconds"], 1) ?? 300,
  };
}

/**
 * Reads the arguments.
 *
 * @example
 * ```ts
 * import { parseEvaluateOptions } from "./options.ts";
 * import { assertEquals } from "@std/assert";
 * const options = parseEvaluateOptions(["--budgets", "none,64", "--samples=4"], "/");
 * assertEquals(options === "help" ? null : options.samples, 4);
 * ```
 * @param args Arguments after the program's name.
 * @param cwd Folder from which relative paths are taken.
 * @returns The options, or `help` if help was asked for.
 * @throws {UsageError} naming the option, what it must be, and the value found.
 */
export function parseEvaluateOptions(
  args: readonly string[],
  cwd: string,
): EvaluateOptions | "help" {
  const { values, positionals } = readArguments(args, OPTIONS);
  if (values.help) return "help";
  const given = values as { readonly [name: string]: string | undefined };
  if (positionals.length > 0) refuse("an argument", "an option", positionals[0]!);
  const checkpoint = given.checkpoint ?? "last";
  if (checkpoint !== "last" && checkpoint !== "best") {
    refuse("--checkpoint", "last or best", checkpoint);
  }
  const budgetControl = given["budget-control"] ?? null;
  if (budgetControl !== null && budgetControl !== "none" && budgetControl !== "forced") {
    refuse("--budget-control", "none or forced", budgetControl);
  }
  const resume = values.resume === true;
  if (resume && given.out === undefined) refuse("--resume", "given with --out DIR", "no --out");
  const budgets = given.budgets?.split(",") ?? null;
  return {
    model: readModelName(given.model, cwd),
    checkpoint,
    endpoint: endpoint(given),
    engine: readEngine(given.engine),
    engineSettings: readEngineSettings(given.compile, values.tf32 === true),
    data: ((values.data ?? []) as string[]).map((path) => resolve(cwd, path)),
    budgets: budgets === null ? null : [...new Set(budgets)].map(budget),
    samples: wholeNumber("--samples", given.samples, 1),
    temperature: number("--temperature", given.temperature, "a number, 0 or more", (x) => x >= 0),
    topK: wholeNumber("--top-k", given["top-k"], 0),
    topP: number("--top-p", given["top-p"], "a number above 0, at most 1", (x) => x > 0 && x <= 1),
    minP: number("--min-p", given["min-p"], "a number from 0 to 1", (x) => x >= 0 && x <= 1),
    budgetControl,
    maxCompletionLength: wholeNumber("--max-completion-length", given["max-completion-length"], 1),
    limit: wholeNumber("--limit", given.limit, 1),
    seed: wholeNumber("--seed", given.seed, 0),
    sampleSeed: wholeNumber("--sample-seed", given["sample-seed"], 0),
    out: given.out === undefined ? null : resolve(cwd, given.out),
    resume,
  };
}
