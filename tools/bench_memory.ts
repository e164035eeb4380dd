/**
 * `deno task bench:memory`: predictions of memory beside what runs of those shapes hold, each in a process
 * of its own.
 *
 *   deno task bench:memory [--engine NAME] [--model tiny|smollm2]
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type EngineName, predictMemory } from "@terse/rl";
import type { MemoryCase, MemoryMeasurement } from "./bench_memory/measure.ts";

type Sizes = Omit<MemoryCase, "model" | "engine">;

function sizes(
  numPrompts: number,
  numGenerations: number,
  promptTokens: number,
  maxCompletionLength: number,
  microBatchSize: number,
  gradientCheckpointing: boolean,
): Sizes {
  return {
    numPrompts,
    numGenerations,
    promptTokens,
    maxCompletionLength,
    microBatchSize,
    gradientCheckpointing,
  };
}

/** By model: the default experiment's step, and steps that are large in one way each. */
const CASES: Readonly<Record<string, readonly Sizes[]>> = {
  tiny: [
    sizes(8, 8, 90, 120, 64, false),
    sizes(8, 8, 90, 120, 16, true),
    sizes(1, 8, 300, 120, 8, false),
    sizes(2, 4, 60, 40, 8, false),
  ],
  smollm2: [
    sizes(1, 4, 64, 16, 4, true),
    sizes(1, 8, 128, 64, 8, false),
    sizes(4, 8, 128, 64, 8, false),
    sizes(2, 4, 384, 32, 4, true),
  ],
};

const MEASURE = fileURLToPath(new URL("./bench_memory/measure.ts", import.meta.url));

async function measure(what: MemoryCase): Promise<MemoryMeasurement> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--unstable-webgpu", MEASURE, JSON.stringify(what)],
    stdout: "piped",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr).trim());
  return JSON.parse(new TextDecoder().decode(stdout).trim().split("\n").at(-1)!);
}

const mebibytes = (bytes: number) => (bytes / 2 ** 20).toFixed(0);

function compare(predicted: number, measured: number): string[] {
  const error = 100 * (predicted / measured - 1);
  return [
    mebibytes(predicted),
    mebibytes(measured),
    `${error < 0 ? "" : "+"}${error.toFixed(0)} %`,
  ];
}

if (import.meta.main) {
  const { values } = parseArgs({
    args: Deno.args,
    options: { engine: { type: "string" }, model: { type: "string" } },
  });
  const model = values.model ?? "tiny", engine = (values.engine ?? "wasm") as EngineName;
  const rows: string[][] = [];
  for (const shape of CASES[model] ?? []) {
    const { request, tensorBytes, processBytes } = await measure({ model, engine, ...shape });
    const plan = predictMemory(request);
    const label = `${shape.numPrompts} x ${shape.numGenerations} by ${shape.microBatchSize}, ` +
      `${shape.promptTokens} + ${shape.maxCompletionLength} tokens` +
      `${shape.gradientCheckpointing ? ", again" : ""}`;
    rows.push([
      label,
      plan.fullest.name,
      ...compare(plan.tensorBytes, tensorBytes),
      ...compare(plan.processBytes, processBytes),
    ]);
    console.error(rows.at(-1)!.join("  "));
  }
  console.log(
    `\n| ${model} on ${engine}, MiB | fullest | tensors predicted | counted | off by ` +
      `| process predicted | measured | off by |\n|---|---|---|---|---|---|---|---|`,
  );
  for (const row of rows) console.log(`| ${row.join(" | ")} |`);
}
