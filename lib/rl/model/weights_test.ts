import { assertEquals } from "@std/assert";
import { giveMemoryBack } from "../engine/free_memory.ts";
import { loadEngine } from "../engine/engine.ts";
import { TEST_ENGINE } from "../engine/test_engine.ts";
import type { TensorData } from "./files/tensor_data.ts";
import { disposeWeights, downloadWeights, moveWeights, uploadWeights } from "./weights.ts";

await loadEngine(TEST_ENGINE);

const file = () =>
  new Map<string, TensorData>([
    ["model.embed_tokens.weight", { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }],
    ["model.layers.0.mlp.up_proj.weight", { shape: [2, 2], data: Float32Array.of(7, 8, 9, 10) }],
  ]);

Deno.test("weights that are moved are those that are uploaded, linear ones transposed", async () => {
  const moved = moveWeights(file()), uploaded = uploadWeights(file());
  // What is given back must be nobody's.
  giveMemoryBack();
  const linear = "model.layers.0.mlp.up_proj.weight";
  assertEquals(await moved[linear]!.array(), [[7, 9], [8, 10]]);
  assertEquals(await downloadWeights(moved), await downloadWeights(uploaded));
  assertEquals(await downloadWeights(moved), file());
  disposeWeights(moved);
  disposeWeights(uploaded);
});

Deno.test("a part of a larger array leaves the rest of it alone", async () => {
  const all = Float32Array.of(1, 2, 3, 4);
  const moved = moveWeights(
    new Map([["model.norm.weight", { shape: [2], data: all.subarray(2) }]]),
  );
  assertEquals(await moved["model.norm.weight"]!.array(), [3, 4]);
  assertEquals([...all], [1, 2, 3, 4]);
  disposeWeights(moved);
});
