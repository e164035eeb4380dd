/**
 * `deno task bench:peers [ROW...] [--repeats N]`: a GRPO step, decoding, the passes and memory beside TRL,
 * transformers and PyTorch on SmolLM2, and the wasm engine beside the project's first landing. Both sides
 * are processes of their own that take turns; figures are medians. Makes its own virtual environment in
 * .peers/trl (about 2 GB).
 *
 * Prompts, completions and shapes are the same on both sides (see tools/bench_peers/work.ts); a side that
 * passes fewer tokens is refused. A side's time is what its user waits for: of decoding the whole call with
 * the prompts, which this project computes once a group. Peak memory is the process's high-water mark
 * (VmHWM), loading included.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { readModel, smollm2Path } from "../lib/rl/mod.ts";
import type { Tokenizer } from "../lib/rl/tokenizer/tokenizer.ts";
import { alternate, type Pair } from "./bench_peers/alternate.ts";
import { ensureFirstLanding, measureAblation } from "./bench_peers/first_landing.ts";
import { measureAlone } from "./bench_peers/measure_lock.ts";
import { describeRow, judgeRow, type Measured, type Row, ROWS } from "./bench_peers/rows.ts";
import {
  expectedTokens,
  makePrompts,
  type RoundAnswer,
  type Work,
  WORKS,
} from "./bench_peers/work.ts";
import { startWorker, type Worker } from "./bench_peers/worker.ts";
import {
  ensureEnvironment,
  environmentProgram,
  type PythonEnvironment,
} from "./python_environment.ts";
import { runDeno } from "./run_command.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const TRL: PythonEnvironment = {
  name: "trl",
  packages: [
    "torch==2.13.0",
    "transformers==5.23.0",
    "trl==1.16.0",
    "accelerate==1.15.0",
    "datasets==5.2.0",
    "gguf==0.19.0",
    "safetensors==0.8.0",
  ],
};
const MODEL = join(ROOT, ".peers/smollm2_hf");
const FIRST_LANDING = join(ROOT, ".peers/first_landing");

/** Losses of both sides on the same weights and tokens may differ by this part. */
const LOSS_TOLERANCE = 1e-4;

const HELP =
  `Measures beside TRL, transformers and PyTorch, in turns, and says which bars are reached.

Usage: deno task bench:peers [ROW...] [--repeats N]

  ROW            ${ROWS.map(({ name }) => name).join(", ")} (all)
  --repeats N    rounds that count, of each measurement (3)
  -h, --help     this text

Needs the tensorflow engine and, for a whole run, 24 GB of memory. Exit status: 0 if every bar is reached,
1 if one is missed, 2 for a wrong command line.
`;

function refuse(message: string): never {
  console.error(`Cannot start: ${message}. See --help`);
  Deno.exit(2);
}

function readOptions(args: readonly string[]): { rows: readonly Row[]; repeats: number } {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { repeats: { type: "string" }, help: { type: "boolean", short: "h" } },
    });
  } catch (error) {
    refuse((error as Error).message);
  }
  const { values, positionals } = parsed;
  if (values.help) {
    console.log(HELP);
    Deno.exit(0);
  }
  const repeats = values.repeats ?? "3";
  if (!/^[1-9]\d*$/.test(repeats)) {
    refuse(`--repeats must be a whole number above 0: current value is ${repeats}`);
  }
  const unknown = positionals.find((name) => !ROWS.some((row) => row.name === name));
  if (unknown !== undefined) {
    refuse(
      `ROW must be one of ${ROWS.map(({ name }) => name).join(", ")}: current value is ${unknown}`,
    );
  }
  const rows = ROWS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  return { rows, repeats: Number(repeats) };
}

/** The model as a Hugging Face folder, which both sides read. */
async function ensureModel(): Promise<Tokenizer> {
  for (
    const [path, args] of [
      [smollm2Path(), ["tools/model_fetch.ts", "smollm2"]],
      [MODEL, ["experiments/export.ts", "smollm2", "--out", MODEL]],
    ] as const
  ) {
    if (existsSync(path)) continue;
    const { success } = await runDeno(["run", "-A", ...args], { quiet: true });
    if (!success) throw new Error(`Cannot measure: deno run ${args[0]} must succeed`);
  }
  return (await readModel(MODEL)).tokenizer;
}

/** Has a round done and refuses one that did less than was asked. */
async function checkedRound(worker: Worker, work: Work): Promise<RoundAnswer> {
  const round = await worker.round();
  const expected = expectedTokens(work);
  if (round.tokens !== expected) {
    throw new Error(
      `Cannot compare: a round of ${work.kind} must pass ${expected} tokens: current value is ` +
        `${round.tokens}`,
    );
  }
  return round;
}

function checkLosses({ ours, theirs }: Pair<RoundAnswer>): void {
  const [a, b] = [ours.loss, theirs.loss];
  if (a === undefined || b === undefined || Math.abs(a - b) <= LOSS_TOLERANCE * Math.abs(b)) return;
  throw new Error(`Cannot compare: both losses must be equal: ours is ${a}, theirs ${b}`);
}

async function measureWork(
  name: keyof typeof WORKS,
  tokenizer: Tokenizer,
  repeats: number,
): Promise<Pair<Measured>[]> {
  const shape = WORKS[name];
  const scratch = await Deno.makeTempDir({ prefix: "terse-bench-peers-" });
  const work: Work = {
    ...shape,
    model: MODEL,
    prompts: makePrompts(tokenizer, shape.numPrompts, shape.promptTokens),
    temperature: 0.6,
    beta: 0.001,
    microBatchSize: 8,
    threads: navigator.hardwareConcurrency,
    scratch,
  };
  const path = join(scratch, "work.json");
  await Deno.writeTextFile(path, JSON.stringify(work));
  const workers: Worker[] = [];
  console.error(`${name}: loading both sides`);
  try {
    const start = async (program: string, args: readonly string[]) => {
      const worker = await startWorker(program, [...args, path]);
      workers.push(worker);
      return () => checkedRound(worker, work);
    };
    const sides = {
      ours: await start(Deno.execPath(), [
        "run",
        "-A",
        join(ROOT, "tools/bench_peers/terse_worker.ts"),
      ]),
      theirs: await start(environmentProgram(TRL, "python"), [
        join(ROOT, "tools/peers/torch_worker.py"),
      ]),
    };
    const rounds = await alternate(
      name,
      sides,
      { warmUps: 1, repeats },
      ({ seconds, peakBytes }) => `${seconds.toFixed(2)} s, ${gibibytes(peakBytes)}`,
    );
    rounds.forEach(checkLosses);
    return rounds;
  } finally {
    await Promise.all(workers.map((worker) => worker.close()));
    await Deno.remove(scratch, { recursive: true });
  }
}

async function measureWasm(repeats: number): Promise<Pair<Measured>[]> {
  await ensureFirstLanding(ROOT, FIRST_LANDING);
  return await alternate(
    "wasm",
    { ours: () => measureAblation(ROOT), theirs: () => measureAblation(FIRST_LANDING) },
    { warmUps: 0, repeats },
    ({ seconds, stepSeconds, tokens, peakBytes }) =>
      `${seconds.toFixed(1)} s (steps ${stepSeconds.toFixed(1)} s, ${tokens} tokens), ` +
      gibibytes(peakBytes),
  );
}

function gibibytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(2)} GiB`;
}

async function main(): Promise<number> {
  const { rows, repeats } = readOptions(Deno.args);
  const works = new Set(rows.map((row) => row.of));
  const measured = new Map<string, Pair<Measured>[]>();
  if ([...works].some((name) => name !== "ablation")) await ensureEnvironment(TRL);
  await measureAlone(async () => {
    let tokenizer: Tokenizer | null = null;
    for (const name of works) {
      measured.set(
        name,
        name === "ablation"
          ? await measureWasm(repeats)
          : await measureWork(name, tokenizer ??= await ensureModel(), repeats),
      );
    }
  });
  console.log(
    `medians of ${repeats} alternating rounds, ${navigator.hardwareConcurrency} cores; speed: times as ` +
      `fast, memory and wasm: part of the other side's`,
  );
  const results = rows.map((row) => judgeRow(row, measured.get(row.of)!));
  for (const result of results) console.log(describeRow(result));
  return results.every(({ reaches }) => reaches) ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main());
