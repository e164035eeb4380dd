import { assertRejects } from "@std/assert";
import type { EngineName } from "./choice.ts";
import { loadEngine } from "./engine.ts";

Deno.test("loadEngine: an unknown name is an error that lists the names", async () => {
  await assertRejects(
    () => loadEngine("cuda" as EngineName),
    Error,
    'must be auto, tensorflow, webgpu, wasm: current value is "cuda"',
  );
});
