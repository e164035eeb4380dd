import { assertEquals, assertStringIncludes } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { checkArithmetic } from "./engine_checks.ts";
import { loadEngine } from "./engine.ts";

Deno.test("loadEngine: wasm computes values and gradients as worked by hand", async () => {
  const engine = await loadEngine("wasm");
  assertEquals(tf.getBackend(), "wasm");
  assertEquals([engine.name, engine.threads, engine.hint], ["wasm", 1, null]);
  assertStringIncludes(engine.version, "tfjs-backend-wasm");
  checkArithmetic();
});
