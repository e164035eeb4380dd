/**
 * `deno task export`: a model, or what an arm of a run has trained, as a Hugging Face folder.
 *
 * @module
 */

import {
  countTensorBytes,
  type FloatType,
  LORA_SCALING,
  modelPath,
  writeHfFolder,
  writePeftFolder,
} from "@terse/rl";
import { dirname, resolve } from "node:path";
import type { ParseArgsOptionsConfig } from "node:util";
import { readArguments, readModelName, refuse, UsageError } from "./command_line.ts";
import { type CheckpointChoice, type PolicySource, readPolicySource } from "./policy_source.ts";

const OPTIONS = {
  out: { type: "string" },
  dtype: { type: "string" },
  checkpoint: { type: "string" },
  adapter: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const satisfies ParseArgsOptionsConfig;

const DTYPES: readonly FloatType[] = ["F32", "BF16", "F16"];

const HELP =
  `Writes a model as a Hugging Face folder, which transformers, vLLM and this project load.

Usage: deno task export MODEL --out DIR [options]

  MODEL               tiny, smollm2, a .gguf file or Hugging Face folder, or the folder of an arm
                      under one seed, runs/NAME/arms/ARM/seed-N
  --out DIR           a new folder
  --dtype NAME        type of the weights: F32, BF16 or F16 (F32: exactly what was trained)
  --checkpoint NAME   of an arm: last, or best by mean training reward (last)
  --adapter           of an arm trained with LoRA: its adapter alone, as a PEFT folder; without it the
                      adapter is merged into the weights
  -h, --help          this text

The folder holds config.json, generation_config.json, tokenizer.json, tokenizer_config.json with the chat
template, and model.safetensors, in several files above 5 GB; with --adapter adapter_config.json and
adapter_model.safetensors, which PeftModel.from_pretrained(MODEL, DIR) loads.

Examples:
  deno task export runs/mine/arms/maximum/seed-1 --out exported
  deno task export runs/lora/arms/rank_8/seed-1 --out adapter --adapter
  deno task export smollm2 --out smollm2-hf --dtype BF16
`;

/** What the command line asks for. Paths are absolute. */
interface ExportOptions {
  readonly model: string;
  readonly out: string;
  readonly dtype: FloatType;
  readonly checkpoint: CheckpointChoice;
  readonly adapterOnly: boolean;
}

function parseExportOptions(args: readonly string[], cwd: string): ExportOptions | "help" {
  const { values, positionals } = readArguments(args, OPTIONS);
  if (values.help) return "help";
  const given = values as { readonly [name: string]: string | undefined };
  const [model, ...more] = positionals;
  if (model === undefined || more.length > 0) {
    refuse("MODEL", "one model, or one arm's folder", positionals.join(" ") || "none");
  }
  if (given.out === undefined) refuse("--out", "given: the folder to write", "no --out");
  const dtype = (given.dtype ?? "F32") as FloatType;
  if (!DTYPES.includes(dtype)) refuse("--dtype", `one of ${DTYPES.join(", ")}`, dtype);
  const checkpoint = given.checkpoint ?? "last";
  if (checkpoint !== "last" && checkpoint !== "best") {
    refuse("--checkpoint", "last or best", checkpoint);
  }
  return {
    model: readModelName(model, cwd),
    out: resolve(cwd, given.out),
    dtype,
    checkpoint,
    adapterOnly: values.adapter === true,
  };
}

function requireAdapter({ adapter, arm }: PolicySource) {
  if (adapter !== null && arm !== null) return { adapter, baseModel: modelPath(arm.model.name) };
  return refuse(
    "MODEL",
    "an arm trained with LoRA where --adapter is given",
    "one without adapter",
  );
}

/**
 * Exports as the arguments ask.
 *
 * @param args Arguments after the program's name.
 * @param cwd Folder from which relative paths are taken.
 * @param print Takes a line of the result.
 * @throws {UsageError} for arguments that cannot be followed, and Error for a model or folder that cannot
 *   be used; nothing is written then.
 */
export async function exportModel(
  args: readonly string[],
  cwd: string,
  print: (line: string) => void,
): Promise<void> {
  const options = parseExportOptions(args, cwd);
  if (options === "help") return print(HELP);
  const { model, out, dtype, checkpoint, adapterOnly } = options;
  const source = await readPolicySource(model, checkpoint);
  const { files, arm, step, rejected } = source;
  rejected.forEach((line) => print(`passed over a checkpoint: ${line}`));
  const metadata = {
    made_by: "deno task export",
    from_sha256: files.sha256,
    ...(arm === null ? {} : { arm: arm.arm, seed: String(arm.seed), step: String(step) }),
  };
  const part = adapterOnly ? requireAdapter(source) : null;
  await Deno.mkdir(dirname(out), { recursive: true });
  if (part === null) await writeHfFolder(out, files, { dtype, metadata });
  else await writePeftFolder(out, part.adapter, { baseModel: part.baseModel, dtype, metadata });
  const tensors = new Map(part === null ? files.tensors : part.adapter.tensors);
  // PEFT's folder has it in its configuration.
  tensors.delete(LORA_SCALING);
  const megabytes = countTensorBytes(tensors, dtype) / 1e6;
  print(
    `wrote ${out}: ${arm === null ? model : `arm ${arm.arm}, seed ${arm.seed}, step ${step}`}, ` +
      `${tensors.size} tensors, ${megabytes.toFixed(1)} MB of ${dtype}`,
  );
}

if (import.meta.main) {
  try {
    // deno task runs in the project's root; it tells where the user stands.
    await exportModel(
      Deno.args,
      Deno.env.get("INIT_CWD") ?? Deno.cwd(),
      (line) => console.log(line),
    );
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(error instanceof UsageError ? 2 : 1);
  }
}
