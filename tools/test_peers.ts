/**
 * `deno task test:peers`: compares tensors, tokens, chats, logits and greedy decoding with transformers,
 * LoRA adapters with PEFT, the GRPO loss, its gradients, a whole training step and the values in
 * lib/rl/model/testdata with PyTorch's; has exported data read back by pandas, pyarrow and Hugging Face
 * datasets. Makes its own virtual environments in .peers/torch (about 2 GB) and .peers/datasets.
 * `deno task test:peers export` runs the parts whose names hold that text. The last line counts:
 * `N passed, N failed, N skipped`.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { tensorflowBindingPath } from "../lib/rl/engine/tensorflow.ts";
import {
  ensureEnvironment,
  environmentProgram,
  type PythonEnvironment,
} from "./python_environment.ts";

const ROOT = new URL("..", import.meta.url).pathname;
const TORCH: PythonEnvironment = {
  name: "torch",
  packages: [
    "torch==2.13.0",
    "transformers==5.23.0",
    "accelerate==1.15.0",
    "gguf==0.19.0",
    "safetensors==0.8.0",
    "peft==0.21.0",
  ],
};
const DATASETS: PythonEnvironment = {
  name: "datasets",
  packages: ["datasets==5.2.0", "pandas==3.1.1", "pyarrow==26.0.1"],
};
const PYTHON = environmentProgram(TORCH, "python");

async function run(command: string, args: readonly string[]): Promise<boolean> {
  const { success } = await new Deno.Command(command, { args: [...args], cwd: ROOT }).spawn()
    .status;
  return success;
}

const SMALL_MODELS = join(ROOT, "lib/rl/model/testdata/small_models.json");
const LOSSES = join(ROOT, "lib/rl/grpo/testdata/losses.json");
const SMALL_ADAPTERS = join(ROOT, "lib/rl/lora/testdata/small_adapters.json");

/** Whether a script of tools/peers computes the numbers of a committed file, to 1e-5. */
async function numbersAgree(
  out: string,
  committed: string,
  script: string,
  ...inputs: string[]
): Promise<boolean> {
  const path = join(out, basename(committed));
  if (!await run(PYTHON, [join(ROOT, "tools/peers", script), ...inputs, path])) return false;
  const numbers = async (file: string) =>
    (await Deno.readTextFile(file)).match(/-?\d+(\.\d+)?(e[-+]\d+)?/gi)!.map(Number);
  const [ours, theirs] = [await numbers(committed), await numbers(path)];
  return ours.length === theirs.length &&
    ours.every((value, i) => Math.abs(value - theirs[i]!) <= 1e-5 * Math.max(1, Math.abs(value)));
}

const out = await Deno.makeTempDir();
const deno = (...args: string[]) => run(Deno.execPath(), ["run", "-A", ...args]);
const grpo = async (which: string) =>
  await deno("tools/peers/grpo_check.ts", PYTHON, join(out, which), which) &&
  await run(PYTHON, [join(ROOT, "tools/peers/grpo_reference.py"), "compare", join(out, which)]);
const hasData = existsSync(join(ROOT, "../shared/data"));
type Part = [name: string, environment: PythonEnvironment, run: (() => Promise<boolean>) | null];
const parts: Part[] = [
  ["small models equal PyTorch", TORCH, () => numbersAgree(out, SMALL_MODELS, "small_models.py")],
  [
    "every loss equals PyTorch's values",
    TORCH,
    () => numbersAgree(out, LOSSES, "loss_reference.py"),
  ],
  [
    "gradients of small LoRA adapters equal PEFT's",
    TORCH,
    () => numbersAgree(out, SMALL_ADAPTERS, "small_adapters.py", SMALL_MODELS),
  ],
  [
    "LoRA adapters loaded and saved by PEFT are equal",
    TORCH,
    () => deno("tools/peers/lora_check.ts", PYTHON, join(out, "lora")),
  ],
  ["a GRPO step of small Llama and Qwen2 models equals PyTorch's", TORCH, () => grpo("small")],
  ["SmolLM2 is fetched", TORCH, () => deno("tools/model_fetch.ts", "smollm2")],
  [
    "a GRPO step of SmolLM2 equals PyTorch's (needs the tensorflow engine)",
    TORCH,
    existsSync(tensorflowBindingPath()) ? () => grpo("smollm2") : null,
  ],
  [
    "exported data is read back by pandas, pyarrow and datasets",
    DATASETS,
    () =>
      deno(
        "tools/peers/export_check.ts",
        environmentProgram(DATASETS, "python"),
        join(out, "export"),
      ),
  ],
  [
    "exported models loaded by transformers are equal",
    TORCH,
    () => deno("tools/peers/model_export_check.ts", PYTHON, join(out, "exported")),
  ],
  [
    "tensors, tokens and chats equal transformers (reads ../shared)",
    TORCH,
    hasData ? () => deno("tools/peers/model_check.ts", PYTHON, join(out, "model")) : null,
  ],
  [
    "logits and greedy decoding equal transformers (reads ../shared)",
    TORCH,
    hasData
      ? () =>
        deno("tools/peers/logits_check.ts", PYTHON, join(out, "model/hf"), join(out, "logits"))
      : null,
  ],
];
let passed = 0, failed = 0, skipped = 0;
for (const [name, environment, check] of parts) {
  if (Deno.args.some((text) => !name.includes(text))) continue;
  if (check !== null) await ensureEnvironment(environment);
  const result = check === null ? null : await check();
  console.log(`${result === null ? "skipped" : result ? "ok     " : "FAILED "} ${name}`);
  if (result === null) skipped++;
  else if (result) passed++;
  else failed++;
}
await Deno.remove(out, { recursive: true });
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
if (failed > 0) Deno.exit(1);
