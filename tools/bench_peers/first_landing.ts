/**
 * The default experiment on the wasm engine, as the project is and as it first landed (0.1.0).
 *
 * Both sides train the arm `maximum` with seed 1 for the same number of steps and evaluate it, in one
 * process. The first landing gets today's tiny policy, so that both sample the same chains; what still
 * differs is its learning rate (8e-4, today 4e-4), the questions that it generates for evaluation, and that
 * today's command audits the rewards first.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Measured } from "./rows.ts";

/** The last commit of version 0.1.0. */
const FIRST_LANDING = "3dba211";
/** Of the default experiment. */
const STEPS = 28;
const ARM = "maximum";

async function run(program: string, args: readonly string[], cwd: string): Promise<void> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    cwd,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  if (success) return;
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  throw new Error(
    `Cannot measure: ${program} ${args.join(" ")} must succeed in ${cwd}:\n` +
      text.trim().split("\n").slice(-8).join("\n"),
  );
}

/**
 * Unpacks the first landing, unless it is there.
 *
 * @param root of this repository.
 * @param folder where it goes.
 * @throws {Error} if the repository's history does not hold it.
 */
export async function ensureFirstLanding(root: string, folder: string): Promise<void> {
  const marker = join(folder, "unpacked.txt");
  if (!existsSync(marker)) {
    console.error(`unpacking ${FIRST_LANDING} into ${folder}`);
    await Deno.mkdir(folder, { recursive: true });
    const archive = join(folder, "archive.tar");
    await run("git", ["archive", "--output", archive, FIRST_LANDING], root);
    await run("tar", ["xf", archive], folder);
    await Deno.remove(archive);
    await run(Deno.execPath(), ["install"], folder);
    await Deno.writeTextFile(marker, FIRST_LANDING);
  }
  const weights = "lib/rl/tiny/checkpoint/model.safetensors";
  await Deno.copyFile(join(root, weights), join(folder, weights));
}

/** What an ablation took; seconds and memory are those of the whole command and of the arm's process. */
export interface AblationMeasured extends Measured {
  /** Sum over the training steps. */
  readonly stepSeconds: number;
}

/** Runs one arm of the default experiment in a checkout. */
export async function measureAblation(root: string): Promise<AblationMeasured> {
  const out = await Deno.makeTempDir({ prefix: "terse-bench-wasm-" });
  try {
    const startMs = performance.now();
    await run(Deno.execPath(), [
      ...["run", "-A", "--unstable-webgpu", "experiments/ablate.ts", "--engine", "wasm"],
      ...["--arms", ARM, "--seeds", "1", "--steps", String(STEPS), "--jobs", "1"],
      ...["--out", join(out, "run")],
    ], root);
    const seconds = (performance.now() - startMs) / 1000;
    const folder = join(out, "run/arms", ARM, "seed-1");
    const lines = (await Deno.readTextFile(join(folder, "metrics.jsonl"))).trim().split("\n");
    const metrics = lines.map((line) => JSON.parse(line) as Record<string, number>);
    const sum = (name: string) => metrics.reduce((total, step) => total + step[name]!, 0);
    const { peakBytes } = JSON.parse(await Deno.readTextFile(join(folder, "status.json")));
    return { seconds, stepSeconds: sum("step_time"), tokens: sum("num_tokens"), peakBytes };
  } finally {
    await Deno.remove(out, { recursive: true });
  }
}
