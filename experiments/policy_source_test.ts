import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  createAdamWState,
  loadEngine,
  type LoraSettings,
  mergeAdapter,
  modelPath,
  readModel,
  saveCheckpoint,
  startAdapter,
  trainableWeights,
  uploadWeights,
} from "@terse/rl";
import { join } from "node:path";
import type { ArmConfig } from "./arm_config.ts";
import { writeCheckpoint } from "./checkpoints.ts";
import { exportModel } from "./export.ts";
import { appendMetrics } from "./metrics_log.ts";
import { readPolicySource } from "./policy_source.ts";
import { type ArmPaths, armPaths, stepName, writeJson } from "./run_folder.ts";

await loadEngine("wasm");
const tiny = await readModel(modelPath("tiny"));
const NORM = "model.norm.weight";

/** An arm's folder with checkpoints at steps 2, 4 and 6; the final norm holds the step. */
async function makeArm(): Promise<ArmPaths> {
  const paths = armPaths(join(await Deno.makeTempDir(), "runs/x/arms/none/seed-3"));
  const config: Omit<Partial<ArmConfig>, "training"> & { training: { lora: null } } = {
    arm: "none",
    seed: 3,
    steps: 6,
    settings: "tiny",
    model: { name: "tiny", sha256: tiny.sha256 },
    checkpointEvery: 2,
    keepCheckpoints: { last: 3, bestOver: 2 },
    training: { lora: null },
  };
  await writeJson(paths.config, config);
  for (const [i, reward] of [0, 0, 5, 5, 1, 1].entries()) {
    await appendMetrics(paths.metrics, { step: i + 1, reward });
  }
  for (const step of [2, 4, 6]) {
    const tensors = new Map(tiny.tensors);
    tensors.set(NORM, { shape: [128], data: new Float32Array(128).fill(step) });
    const weights = uploadWeights(tensors);
    const policy = { config: tiny.config, tokenizer: tiny.tokenizer, weights };
    const rewards = { components: {}, factors: {} };
    const state = { step, policy, optimizer: createAdamWState(weights), rewards, refWeights: null };
    await writeCheckpoint(paths, step, (folder) => saveCheckpoint(folder, state));
  }
  return paths;
}

async function damage(paths: ArmPaths, step: number): Promise<void> {
  const path = join(paths.checkpoints, stepName(step), "adam_m.safetensors");
  const bytes = await Deno.readFile(path);
  bytes[bytes.length - 1]! ^= 1;
  await Deno.writeFile(path, bytes);
}

Deno.test("an arm's policy is its newest checkpoint, or its best by reward", async () => {
  const { folder } = await makeArm();
  const last = await readPolicySource(folder, "last");
  assertEquals([last.step, last.files.tensors.get(NORM)!.data[0], last.arm?.seed], [6, 6, 3]);
  const best = await readPolicySource(folder, "best");
  assertEquals([best.step, best.files.tensors.get(NORM)!.data[0]], [4, 4]);
  assertEquals(best.files.tokenizer.encode("12"), tiny.tokenizer.encode("12"));
});

Deno.test("a damaged checkpoint is passed over for the one before, but not for the best", async () => {
  const paths = await makeArm();
  await damage(paths, 6);
  const { step, rejected } = await readPolicySource(paths.folder, "last");
  assertEquals([step, rejected.length], [4, 1]);
  assertStringIncludes(rejected[0]!, "step-000006/adam_m.safetensors");
  await damage(paths, 4);
  assertEquals((await readPolicySource(paths.folder, "last")).step, 2);
  await assertRejects(() => readPolicySource(paths.folder, "best"), Error, "step-000004");
  await damage(paths, 2);
  await assertRejects(() => readPolicySource(paths.folder, "last"), Error, "ones are damaged");
});

Deno.test("what is no arm is a model; a run's folder names its arms", async () => {
  const { arm, step } = await readPolicySource("tiny", "last");
  assertEquals([arm, step], [null, 0]);
  const { folder } = await makeArm();
  const run = join(folder, "../../..");
  await writeJson(join(run, "experiment.json"), {});
  await assertRejects(() => readPolicySource(run, "last"), Error, "folder of a whole run");
  await writeJson(join(folder, "config.json"), {
    arm: "none",
    model: { name: "tiny", sha256: "0" },
  });
  await assertRejects(() => readPolicySource(folder, "last"), Error, "must have the SHA-256 0");
});

Deno.test("an arm is exported with the checkpoint asked for", async () => {
  const { folder } = await makeArm();
  const lines: string[] = [];
  const out = join(folder, "../exported");
  const asked = (...args: string[]) => exportModel(args, folder, (line) => lines.push(line));
  await asked(folder, "--out", out, "--checkpoint", "best");
  assertStringIncludes(lines[0]!, "arm none, seed 3, step 4, ");
  const { tensors, config } = await readModel(out);
  assertEquals(config, tiny.config);
  const expected = new Map(tiny.tensors);
  expected.set(NORM, { shape: [128], data: new Float32Array(128).fill(4) });
  assertEquals(tensors, expected);
  await assertRejects(() => asked(folder, "--out", out), Error, "must be a new folder");
  await assertRejects(() => asked(folder), Error, "--out must be given");
  await assertRejects(() => asked("tiny", "--out", "x", "--dtype", "F8"), Error, "F32, BF16, F16");
});

Deno.test("an arm trained with LoRA is exported merged, or as its adapter alone", async () => {
  const settings: LoraSettings = { rank: 2, alpha: 4, targetModules: ["v_proj"] };
  const paths = armPaths(join(await Deno.makeTempDir(), "runs/x/arms/low/seed-1"));
  await writeJson(paths.config, {
    arm: "low",
    seed: 1,
    steps: 1,
    settings: "tiny",
    model: { name: "tiny", sha256: tiny.sha256 },
    training: { lora: settings },
  });
  const tensors = new Map(startAdapter(tiny.config, settings, 1));
  for (const [name, { shape, data }] of tensors) {
    if (name.includes("lora_B")) tensors.set(name, { shape, data: data.map((_, i) => i / 999) });
  }
  const adapter = uploadWeights(tensors);
  const policy = { ...tiny, weights: { ...uploadWeights(tiny.tensors), ...adapter } };
  const rewards = { components: {}, factors: {} };
  const optimizer = createAdamWState(trainableWeights(policy.weights));
  await writeCheckpoint(
    paths,
    1,
    (folder) => saveCheckpoint(folder, { step: 1, policy, optimizer, rewards, refWeights: null }),
  );

  const lines: string[] = [];
  const print = (line: string) => lines.push(line);
  const merged = join(paths.folder, "../merged"), alone = join(paths.folder, "../alone");
  await exportModel([paths.folder, "--out", merged], paths.folder, print);
  const expected = mergeAdapter(tiny.tensors, tensors);
  assertEquals((await readModel(merged)).tensors, expected);
  await exportModel([paths.folder, "--out", alone, "--adapter"], paths.folder, print);
  assertStringIncludes(lines[1]!, "arm low, seed 1, step 1, ");
  assertEquals([...Deno.readDirSync(alone)].map(({ name }) => name).sort(), [
    "adapter_config.json",
    "adapter_model.safetensors",
  ]);
  assertEquals((await readModel(alone)).tensors, expected);
  await assertRejects(
    () => exportModel(["tiny", "--out", "x", "--adapter"], paths.folder, print),
    Error,
    "MODEL must be an arm trained with LoRA",
  );
});
