import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { SMALL_CONFIG } from "../train/small_policy.ts";
import { adaptedShapes, adapterShapes, mergeAdapter, startAdapter } from "./adapter.ts";

const settings = { rank: 64, alpha: 16, targetModules: ["q_proj", "down_proj"] } as const;

Deno.test("matrices stand beside every layer's target modules", () => {
  assertEquals([...adaptedShapes(SMALL_CONFIG, ["down_proj"])], [
    ["model.layers.0.mlp.down_proj.weight", [16, 24]],
    ["model.layers.1.mlp.down_proj.weight", [16, 24]],
  ]);
  const shapes = adapterShapes(SMALL_CONFIG, settings);
  assertEquals(shapes.size, 2 * 2 * 2);
  assertEquals(shapes.get("model.layers.1.mlp.down_proj.lora_A.weight"), [64, 24]);
  assertEquals(shapes.get("model.layers.1.mlp.down_proj.lora_B.weight"), [16, 64]);
});

Deno.test("a fresh adapter: B zero, A uniform within 1 / sqrt(inputs), keyed by seed and name", () => {
  const adapter = startAdapter(SMALL_CONFIG, settings, 7);
  assertEquals(adapter.get("lora_scaling"), { shape: [], data: Float32Array.of(0.25) });
  for (const [name, { shape, data }] of adapter) {
    if (name.includes("lora_B")) assert(data.every((value) => value === 0), name);
    if (!name.includes("lora_A")) continue;
    const bound = 1 / Math.sqrt(shape[1]!);
    const mean = data.reduce((a, b) => a + b, 0) / data.length;
    const variance = data.reduce((sum, x) => sum + (x - mean) ** 2, 0) / data.length;
    assert(data.every((value) => Math.abs(value) <= bound), name);
    assert(Math.max(...data) > 0.98 * bound && Math.min(...data) < -0.98 * bound, name);
    // A uniform variable's variance is bound^2 / 3; of a thousand draws it is right to within a tenth.
    assertAlmostEquals(variance / (bound ** 2 / 3), 1, 0.1);
    assertAlmostEquals(mean / bound, 0, 0.06);
  }
  assertEquals(startAdapter(SMALL_CONFIG, settings, 7), adapter);
  const [a, b] = [0, 1].map((layer) =>
    adapter.get(`model.layers.${layer}.self_attn.q_proj.lora_A.weight`)!.data
  );
  assert(a!.some((value, i) => value !== b![i]));
  const other = startAdapter(SMALL_CONFIG, settings, 8);
  const name = "model.layers.0.self_attn.q_proj.lora_A.weight";
  assert(a!.some((value, i) => value !== other.get(name)!.data[i]));
});

Deno.test("merging by hand: W + scaling B A; the other tensors are shared", () => {
  const norm = { shape: [2], data: Float32Array.of(1, 1) };
  const tensors = new Map([
    ["q.weight", { shape: [3, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6) }],
    ["norm.weight", norm],
  ]);
  const adapter = new Map([
    ["q.lora_A.weight", { shape: [2, 2], data: Float32Array.of(1, 0, 0, 2) }],
    ["q.lora_B.weight", { shape: [3, 2], data: Float32Array.of(1, 1, 0, 1, -1, 0) }],
    ["lora_scaling", { shape: [], data: Float32Array.of(0.5) }],
  ]);
  const merged = mergeAdapter(tensors, adapter);
  // B A = [[1, 2], [0, 2], [-1, 0]].
  assertEquals(merged.get("q.weight")!.data, Float32Array.of(1.5, 3, 3, 5, 4.5, 6));
  assert(merged.get("norm.weight") === norm);
  assertEquals([...merged.keys()], [...tensors.keys()]);

  const wrong = new Map(adapter);
  wrong.set("q.lora_A.weight", { shape: [2, 3], data: new Float32Array(6) });
  assertThrows(() => mergeAdapter(tensors, wrong), RangeError, "q.lora_A.weight of shape [2, 3]");
  assertThrows(() => mergeAdapter(new Map(), adapter), RangeError, "current shapes are [none]");
});
