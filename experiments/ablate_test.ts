import { tinyTemplate, writeParquet } from "@terse/data";
import type { ModelConfig } from "@terse/rl";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runAblation, type Surroundings } from "./ablate.ts";
import type { ArmConfig } from "./arm_config.ts";
import { writeStatus } from "./arm_loop.ts";
import type { EvaluationRow } from "./evaluate.ts";
import { lineProgress } from "./progress.ts";
import { armPaths, readJson, runPaths, tryLock, writeJson } from "./run_folder.ts";
import type { MemoryFile } from "./run_memory.ts";
import type { JobOutcome } from "./schedule.ts";
import type { Summary } from "./summary.ts";
import { evaluationTable } from "./tables.ts";

/** What an arm does instead of training. */
type FakeArm = (config: ArmConfig) => JobOutcome["state"];

/** Writes the files of a finished arm: the arm `exact` is always right and takes 50 tokens. */
async function finishArm(folder: string, config: ArmConfig): Promise<void> {
  const paths = armPaths(folder);
  const rows = ["a", "b", "c", "d"].map((id, i): EvaluationRow => ({
    split: "test",
    prompt_id: id,
    sample: 0,
    source: "made",
    kind: "open",
    question: id,
    prompt: id,
    completion: "",
    tokens: config.arm === "exact" ? 50 : 80,
    thinking_tokens: 1,
    finish_reason: "stop",
    budget_mode: "none",
    budget_tokens: null,
    gold: "x",
    correct: config.arm === "exact" || i % 2 === 0,
    format_ok: true,
    reward: 1,
  }));
  const { columns, schema } = evaluationTable(rows);
  await writeParquet(paths.evaluationRows, columns, schema);
  await writeJson(paths.evaluation, { step: config.steps, splits: {} });
  await writeStatus(paths, {
    state: "done",
    step: config.steps,
    steps: config.steps,
    peakBytes: 1,
  });
}

interface Fake {
  readonly surroundings: (args: string[], arm?: FakeArm) => Surroundings;
  readonly launched: string[];
  readonly printed: string[];
  readonly reports: string[];
  readonly stop: AbortController;
  readonly out: string;
  readonly machine: { availableBytes: number };
}

const TINY: ModelConfig = {
  architecture: "llama",
  vocabSize: 640,
  hiddenSize: 128,
  intermediateSize: 384,
  numLayers: 3,
  numHeads: 4,
  numKvHeads: 2,
  headDim: 32,
  ropeTheta: 10_000,
  rmsNormEps: 1e-5,
  tieWordEmbeddings: true,
  attentionBias: false,
  maxPositionEmbeddings: 512,
};

async function withFake(work: (fake: Fake) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "terse-ablate-" });
  const launched: string[] = [];
  const printed: string[] = [];
  const reports: string[] = [];
  const stop = new AbortController();
  const machine = { availableBytes: 16 * 2 ** 30 };
  const surroundings = (args: string[], arm: FakeArm = () => "done"): Surroundings => ({
    args,
    cwd: folder,
    prepare: (_, { resume }) =>
      Promise.resolve({
        engine: { name: "wasm", reason: "it was asked for", hint: "Get the faster one" },
        model: { name: "tiny", sha256: "ab", parameters: 1_234_567, path: "/m", config: TINY },
        data: {
          description: "made questions",
          hash: "0123456789abcdef",
          counts: { train: 9, test: 4, ood: 0 },
          promptTokens: { trained: 90, evaluated: 100 },
          leftOut: ["1 row"],
          notices: ["their terms"],
          template: tinyTemplate,
          templateHash: "fedcba9876543210",
        },
        availableBytes: machine.availableBytes,
        audit: resume ? null : { name: "made", arms: [] },
      }),
    launch: (config, armFolder, onMessage) => {
      launched.push(`${config.arm} ${config.seed}`);
      const finish = async (): Promise<JobOutcome> => {
        for (let step = 1; step <= config.steps; step++) {
          onMessage({
            kind: "step",
            step,
            steps: config.steps,
            stepMs: 1000,
            reward: 0,
            accuracy: 0,
            meanLength: 0,
          });
        }
        const state = arm(config);
        if (state === "done") await finishArm(armFolder, config);
        return state === "failed" ? { state, cause: "loss is NaN" } : { state };
      };
      return { finished: finish(), stop: () => {} };
    },
    writeReport: (runFolder) => {
      reports.push(runFolder);
      return Promise.resolve(null);
    },
    progress: lineProgress((line) => printed.push(line), () => 0),
    print: (line) => printed.push(line),
    signal: stop.signal,
    now: () => new Date(2025, 0, 31, 23, 59, 58),
  });
  try {
    const out = join(folder, "run");
    await work({ surroundings, launched, printed, reports, stop, out, machine });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const SHORT = ["--arms", "none,exact", "--seeds", "2", "--steps", "3", "--jobs", "1"];

Deno.test("a run trains every arm under every seed, sums up and reports", () =>
  withFake(async ({ surroundings, launched, printed, reports, out }) => {
    assertEquals(await runAblation(surroundings([...SHORT, "--out", out])), 0);
    assertEquals(launched, ["start 1", "none 1", "exact 1", "start 2", "none 2", "exact 2"]);
    assertEquals(reports, [out]);
    const text = printed.join("\n");
    for (
      const part of [
        "engine   wasm (it was asked for)",
        "Get the faster one",
        "model    tiny, 1,234,567 parameters",
        "made questions: 9 to train, 4 to test, 0 out of distribution (sha256 0123456789ab)",
        "left out: 1 row",
        'prompts  template "tiny" (sha256 fedcba987654)',
        "seeds 1, 2; 3 steps; 6 processes, 1 at a time",
        "audit    nothing severe, no warning",
        "a process predicted (gradients: layer",
        ", 16.0 GiB free",
        "memory   at most 0 MiB (start seed 1), ",
        "estimate: about 12.0 s of training left (12 steps of 1.0 s, 1 at a time)",
        `report   ${join(out, "report.html")}`,
      ]
    ) assertStringIncludes(text, part);
    assertEquals(await readJson(runPaths(out).audit), { name: "made", arms: [] });
    const memory = await readJson<MemoryFile>(
      join(out, "arms", "none", "seed-1", "memory.json"),
    );
    assert(memory!.processBytes > memory!.tensorBytes);
    const summary = await readJson<Summary>(runPaths(out).summary);
    const exact = summary?.arms.find((arm) => arm.arm === "exact");
    assertEquals(exact?.seeds, [1, 2]);
    assertEquals(exact?.splits.test?.deltaTokensVsReference, { mean: -30, low: -30, high: -30 });
    assertEquals(exact?.splits.test?.deltaAccuracyVsReference?.mean, 0.5);
    const config = await readJson<ArmConfig>(join(out, "arms", "start", "seed-2", "config.json"));
    assertEquals([config?.steps, config?.seed, config?.engine], [0, 2, "wasm"]);
  }));

Deno.test("without --out the folder is named after experiment and time", () =>
  withFake(async ({ surroundings, reports, out }) => {
    await runAblation(surroundings(["--arms", "none", "--seeds", "1", "--steps", "1"]));
    assertEquals(reports, [join(out, "..", "runs", "length_penalty-20250131-235958")]);
  }));

Deno.test("an arm that fails is named with its cause, the others finish, and the status is 1", () =>
  withFake(async ({ surroundings, printed, launched, out }) => {
    const args = [...SHORT, "--out", out];
    const fails: FakeArm = ({ arm, seed }) => arm === "exact" && seed === 1 ? "failed" : "done";
    const failing = surroundings(args, fails);
    assertEquals(await runAblation(failing), 1);
    assertEquals(launched.length, 6);
    assertStringIncludes(printed.join("\n"), "exact seed 1: failed: loss is NaN");
    assertStringIncludes(printed.join("\n"), `To try the failed arms again: deno task ablate`);
    const summary = await readJson<Summary>(runPaths(out).summary);
    assertEquals(summary?.arms.find((arm) => arm.arm === "exact")?.seeds, [2]);

    launched.length = 0;
    assertEquals(await runAblation(surroundings([...args, "--resume"])), 0);
    assertEquals(launched, ["exact 1"]);
    assertStringIncludes(printed.join("\n"), "5 of 6 processes were finished before");
  }));

Deno.test("an interrupted run says how to go on, and going on runs the rest alone", () =>
  withFake(async ({ surroundings, printed, launched, reports, stop, out }) => {
    const args = [...SHORT, "--out", out];
    const interrupted = surroundings(args, ({ arm }) => {
      if (arm !== "none") return "done";
      stop.abort();
      return "stopped";
    });
    assertEquals(await runAblation(interrupted), 130);
    assertEquals(launched, ["start 1", "none 1"]);
    assertEquals(reports, []);
    const command = `deno task ablate ${SHORT.join(" ")} --out ${out} --resume`;
    assertEquals(printed.at(-1), `interrupted. To go on: ${command}`);

    launched.length = 0;
    const again = surroundings([...SHORT, "--out", out, "--resume"]);
    assertEquals(await runAblation({ ...again, signal: new AbortController().signal }), 0);
    assertEquals(launched, ["none 1", "exact 1", "start 2", "none 2", "exact 2"]);
  }));

Deno.test("a folder is not taken for another run's", () =>
  withFake(async ({ surroundings, launched, out }) => {
    const args = [...SHORT, "--out", out];
    await assertRejects(
      () => runAblation(surroundings([...args, "--resume"])),
      Error,
      "has no experiment.json",
    );
    await runAblation(surroundings(args));
    launched.length = 0;
    await assertRejects(() => runAblation(surroundings(args)), Error, "holds a run. Add --resume");
    const steps = args.map((arg) => arg === "3" ? "4" : arg);
    await assertRejects(
      () => runAblation(surroundings([...steps, "--resume"])),
      Error,
      `Cannot resume: steps of ${
        join(out, "experiment.json")
      } must be what this command asks for, 4: ` +
        "current value is 3",
    );
    const config = join(out, "arms", "exact", "seed-1", "config.json");
    const changed = JSON.parse(await Deno.readTextFile(config));
    changed.training.beta = 5;
    await writeJson(config, changed);
    await assertRejects(
      () => runAblation(surroundings([...args, "--resume"])),
      Error,
      `training.beta of ${config} must be what this command asks for, 0.001: current value is 5`,
    );
    assertEquals(launched, []);
  }));

Deno.test("two commands do not work in one folder", () =>
  withFake(async ({ surroundings, out }) => {
    // Another open file of this process stands for another process: locks belong to the open file.
    using held = await tryLock(runPaths(out).lock);
    assertEquals(held === null, false);
    await assertRejects(
      () => runAblation(surroundings([...SHORT, "--out", out])),
      Error,
      `no other command must be at work in ${out}`,
    );
  }));

Deno.test("what cannot be started is refused before anything is written", () =>
  withFake(async ({ surroundings, launched, out }) => {
    const start = (...args: string[]) => () => runAblation(surroundings([...args, "--out", out]));
    await assertRejects(start("nowhere.ts"), Error, "nowhere.ts, which does not exist");
    await assertRejects(start("--arms", "nune"), RangeError, "must be one of none, exact");
    const module = fileURLToPath(new URL("./table.ts", import.meta.url));
    await assertRejects(start(module), Error, "its default export must be an experiment");
    assertEquals(launched, []);
    await assertRejects(() => Deno.stat(out), Deno.errors.NotFound);
  }));

/** What the arm "none" of a run is predicted to need. */
async function predictedBytes(out: string): Promise<number> {
  const file = await readJson<MemoryFile>(join(out, "arms", "none", "seed-1", "memory.json"));
  return file!.processBytes;
}

Deno.test("a run for which there is too little memory is refused, with what would make it fit", () =>
  withFake(async ({ surroundings, launched, machine, out }) => {
    await runAblation(surroundings([...SHORT, "--out", out]));
    machine.availableBytes = await predictedBytes(out) - 1;
    launched.length = 0;
    await assertRejects(
      () => runAblation(surroundings([...SHORT, "--out", `${out}-2`])),
      RangeError,
      "Either of these makes it fit: microBatchSize 32 (64 now)",
    );
    assertEquals(launched, []);
    await assertRejects(() => Deno.stat(`${out}-2`), Deno.errors.NotFound);
  }));

Deno.test("without --jobs as many arms run at a time as fit, with it too many are refused", () =>
  withFake(async ({ surroundings, printed, machine, out }) => {
    const args = ["--arms", "none", "--seeds", "1", "--steps", "1", "--out"];
    await runAblation(surroundings([...args, out]));
    machine.availableBytes = 1.5 * await predictedBytes(out);
    await assertRejects(
      () => runAblation(surroundings([...args, `${out}-2`, "--jobs", "2"])),
      RangeError,
      "--jobs 1 (2 now)",
    );
    assertEquals(await runAblation(surroundings([...args, `${out}-2`])), 0);
    assertStringIncludes(printed.join("\n"), "2 processes, 1 at a time");
  }));
