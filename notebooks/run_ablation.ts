/**
 * Runs the command of `deno task ablate` from a notebook and shows how far its arms are while they train.
 *
 * @module
 */

import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { interruptible } from "./kernel_shield.ts";
import { escapeHtml, showLive } from "./show_output.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

const POLL_MS = 500;

/** Lines of the command's output that stay in view. */
const LINES_SHOWN = 12;

/** How one arm under one seed stands, as its files say. */
export interface ArmProgress {
  readonly arm: string;
  readonly seed: number;
  readonly state: string;
  readonly step: number;
  readonly steps: number;
  /** Last logged metrics; empty before the first step. */
  readonly metrics: Readonly<Record<string, number | null>>;
}

async function foldersIn(path: string): Promise<string[]> {
  try {
    const entries = await Array.fromAsync(Deno.readDir(path));
    return entries.filter(({ isDirectory }) => isDirectory).map(({ name }) => join(path, name))
      .sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

async function readTextOr(path: string, otherwise: string): Promise<string> {
  return await Deno.readTextFile(path).catch(() => otherwise);
}

/**
 * Reads how far the arms of a run are.
 *
 * @param folder The run's folder, which need not exist yet.
 * @returns One entry for each arm and seed that has a status, by name.
 */
export async function readProgress(folder: string): Promise<ArmProgress[]> {
  const progress: ArmProgress[] = [];
  for (const arm of await foldersIn(join(folder, "arms"))) {
    for (const seed of await foldersIn(arm)) {
      const status = JSON.parse(await readTextOr(join(seed, "status.json"), "null"));
      if (status === null) continue;
      const lines = (await readTextOr(join(seed, "metrics.jsonl"), "")).split("\n").slice(0, -1);
      progress.push({
        arm: basename(arm),
        seed: Number(basename(seed).replace("seed-", "")),
        state: status.state,
        step: Math.max(status.step, lines.length),
        steps: status.steps,
        metrics: JSON.parse(lines.at(-1) ?? "{}"),
      });
    }
  }
  return progress;
}

function formatMetric(value: number | null | undefined, decimals: number): string {
  return typeof value === "number" ? value.toFixed(decimals) : "";
}

function drawProgress(progress: readonly ArmProgress[], lines: readonly string[]): string {
  const rows = progress.map(({ arm, seed, state, step, steps, metrics }) =>
    `<tr><td>${escapeHtml(arm)}</td><td>${seed}</td><td>${escapeHtml(state)}</td>` +
    `<td><progress value="${step}" max="${
      Math.max(1, steps)
    }"></progress> ${step} / ${steps}</td>` +
    `<td>${formatMetric(metrics.reward, 2)}</td><td>${formatMetric(metrics.accuracy, 2)}</td>` +
    `<td>${formatMetric(metrics["completions/mean_length"], 0)}</td></tr>`
  );
  const heads = ["arm", "seed", "state", "steps", "reward", "accuracy", "tokens"];
  return `<table><tr>${heads.map((head) => `<th>${head}</th>`).join("")}</tr>${
    rows.join("")
  }</table><pre>${escapeHtml(lines.slice(-LINES_SHOWN).join("\n"))}</pre>`;
}

/** Collects the lines of a stream. */
async function collectLines(stream: ReadableStream<Uint8Array>, lines: string[]): Promise<void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + text).split("\n");
    rest = parts.pop()!;
    lines.push(...parts);
  }
  if (rest !== "") lines.push(rest);
}

/**
 * Runs an ablation as a command of its own, with a live table of its arms in the cell's output. When the
 * cell is interrupted, every arm ends after its present step and can be resumed.
 *
 * @param args Arguments of `deno task ablate`, without `--out`.
 * @param folder The run's folder. If it holds a run already, that one is resumed.
 * @throws {Error} if the command fails or is interrupted, with the last lines of what it printed.
 */
export async function runAblation(
  args: readonly string[],
  folder: string,
): Promise<void> {
  await Deno.mkdir(dirname(folder), { recursive: true });
  const begun = await Deno.stat(join(folder, "experiment.json")).then(() => true, () => false);
  const child = new Deno.Command(Deno.execPath(), {
    // Not by `deno task`: it passes an interrupt on that the command already has, and two end it at once.
    args: [
      ...["run", "-A", "--unstable-webgpu", "experiments/ablate.ts"],
      ...args,
      ...["--out", folder],
      ...(begun ? ["--resume"] : []),
    ],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const lines: string[] = [];
  const streams = [collectLines(child.stdout, lines), collectLines(child.stderr, lines)];
  let ended = false;
  const status = child.status.finally(() => ended = true);
  const update = await showLive(drawProgress([], lines));
  // Jupyter interrupts the kernel's whole process group: the command stops by itself, and is waited for.
  await interruptible(async () => {
    while (!ended) {
      await update(drawProgress(await readProgress(folder), lines));
      await Promise.race([status, new Promise((resolve) => setTimeout(resolve, POLL_MS))]);
    }
  });
  await Promise.all(streams);
  await update(drawProgress(await readProgress(folder), lines));
  const { success, code } = await status;
  if (!success) {
    throw new Error(
      `Cannot finish the ablation: it must exit with status 0: current status is ${code}. It ` +
        `printed:\n${lines.slice(-LINES_SHOWN).join("\n")}`,
    );
  }
}
