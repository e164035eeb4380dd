/**
 * Registering a test once for each tfjs backend that needs no installation.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { loadEngine } from "../engine/engine.ts";
import { TEST_ENGINE } from "../engine/test_engine.ts";

/**
 * Runs a test on plain JavaScript and on WebAssembly, which differ in kernels and in rounding, and where the
 * tests' engine is another on that.
 */
export function testOnBackends(name: string, run: () => void | Promise<void>): void {
  Deno.test(`${name} (cpu)`, async () => {
    await tf.setBackend("cpu");
    await run();
  });
  Deno.test(`${name} (wasm)`, async () => {
    await loadEngine("wasm");
    await run();
  });
  if (TEST_ENGINE === "wasm") return;
  Deno.test(`${name} (${TEST_ENGINE})`, async () => {
    await loadEngine(TEST_ENGINE);
    await run();
  });
}

/** How many tensors an action leaves behind. */
export async function tensorsLeftBy(action: () => void | Promise<void>): Promise<number> {
  const before = tf.memory().numTensors;
  await action();
  return tf.memory().numTensors - before;
}
