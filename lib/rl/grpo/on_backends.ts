/**
 * Registering a test once for each tfjs backend that needs no installation.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { loadEngine } from "../engine/engine.ts";

/** Runs a test on plain JavaScript and on WebAssembly, which differ in kernels and in rounding. */
export function testOnBackends(name: string, run: () => void | Promise<void>): void {
  Deno.test(`${name} (cpu)`, async () => {
    await tf.setBackend("cpu");
    await run();
  });
  Deno.test(`${name} (wasm)`, async () => {
    await loadEngine("wasm");
    await run();
  });
}

/** How many tensors an action leaves behind. */
export async function tensorsLeftBy(action: () => void | Promise<void>): Promise<number> {
  const before = tf.memory().numTensors;
  await action();
  return tf.memory().numTensors - before;
}
