/**
 * `deno task test:peers`: compares tensors, tokens, chats, logits and greedy decoding with transformers,
 * and the values in lib/rl/model/testdata with PyTorch's. Makes its own virtual environment (about 2 GB)
 * in .peers/torch. The last line counts: `N passed, N failed, N skipped`.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { join } from "node:path";

const ROOT = new URL("..", import.meta.url).pathname;
const ENVIRONMENT = join(ROOT, ".peers/torch");
const PYTHON = join(ENVIRONMENT, "bin/python");
const PACKAGES = ["torch==2.13.0", "transformers==5.23.0", "gguf", "safetensors"];

async function run(command: string, args: readonly string[]): Promise<boolean> {
  const { success } = await new Deno.Command(command, { args: [...args], cwd: ROOT }).spawn()
    .status;
  return success;
}

/** Makes the environment once; the marker is written last. */
async function makeEnvironment(): Promise<void> {
  const marker = join(ENVIRONMENT, "ready");
  if (existsSync(marker)) return;
  console.log(`installing ${PACKAGES.join(", ")} into ${ENVIRONMENT}`);
  const isMade = await run("python3", ["-m", "venv", ENVIRONMENT]) &&
    await run(PYTHON, ["-m", "pip", "install", "-q", ...PACKAGES]);
  if (!isMade) {
    throw new Error(
      `Cannot make ${ENVIRONMENT}: python3 with venv and pip must reach PyPI; see the output above`,
    );
  }
  await Deno.writeTextFile(marker, PACKAGES.join("\n"));
}

/** Whether Python computes what lib/rl/model/testdata/small_models.json holds, to 1e-5. */
async function smallModelsAgree(out: string): Promise<boolean> {
  const path = join(out, "small_models.json");
  if (!await run(PYTHON, [join(ROOT, "tools/peers/small_models.py"), path])) return false;
  const committed = join(ROOT, "lib/rl/model/testdata/small_models.json");
  const numbers = async (file: string) =>
    (await Deno.readTextFile(file)).match(/-?\d+(\.\d+)?(e[-+]\d+)?/gi)!.map(Number);
  const [ours, theirs] = [await numbers(committed), await numbers(path)];
  return ours.length === theirs.length &&
    ours.every((value, i) => Math.abs(value - theirs[i]!) <= 1e-5 * Math.max(1, Math.abs(value)));
}

await makeEnvironment();
const out = await Deno.makeTempDir();
const deno = (...args: string[]) => run(Deno.execPath(), ["run", "-A", ...args]);
const hasData = existsSync(join(ROOT, "../shared/data"));
const parts: [name: string, run: (() => Promise<boolean>) | null][] = [
  ["small models equal PyTorch", () => smallModelsAgree(out)],
  ["SmolLM2 is fetched", () => deno("tools/model_fetch.ts", "smollm2")],
  [
    "exported models loaded by transformers are equal",
    () => deno("tools/peers/model_export_check.ts", PYTHON, join(out, "exported")),
  ],
  [
    "tensors, tokens and chats equal transformers (reads ../shared)",
    hasData ? () => deno("tools/peers/model_check.ts", PYTHON, join(out, "model")) : null,
  ],
  [
    "logits and greedy decoding equal transformers (reads ../shared)",
    hasData
      ? () =>
        deno("tools/peers/logits_check.ts", PYTHON, join(out, "model/hf"), join(out, "logits"))
      : null,
  ],
];
let passed = 0, failed = 0, skipped = 0;
for (const [name, check] of parts) {
  const result = check === null ? null : await check();
  console.log(`${result === null ? "skipped" : result ? "ok     " : "FAILED "} ${name}`);
  if (result === null) skipped++;
  else if (result) passed++;
  else failed++;
}
await Deno.remove(out, { recursive: true });
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
if (failed > 0) Deno.exit(1);
