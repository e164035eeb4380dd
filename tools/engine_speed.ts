/**
 * Loads one engine, multiplies matrices on it for a second and prints a line of JSON: the engine,
 * its speed and the process's peak memory. `doctor` and `engine:install` run it as a process of
 * its own, so that an engine that crashes takes nothing else with it.
 *
 * deno run -A tools/engine_speed.ts tensorflow|webgpu|wasm|auto
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import type { EngineName } from "../lib/rl/engine/choice.ts";
import { type Engine, loadEngine } from "../lib/rl/engine/engine.ts";
import { peakMemoryBytes } from "../lib/rl/engine/memory.ts";

/** What the process prints. */
export interface EngineSpeed {
  readonly engine: Engine;
  /** Billions of floating-point operations a second in float32 products, 1024 x 1024. */
  readonly gflops: number;
  readonly peakBytes: number;
}

/** A measurement that failed: the last lines of what the process said. */
export interface EngineFailure {
  readonly failure: string;
}

/** Measures an engine in a process of its own. */
export async function measureEngine(name: EngineName): Promise<EngineSpeed | EngineFailure> {
  const { success, signal, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--unstable-webgpu", import.meta.url, name],
    stdout: "piped",
    stderr: "piped",
  }).output();
  const decoder = new TextDecoder();
  if (success) return JSON.parse(decoder.decode(stdout).trim().split("\n").at(-1) ?? "");
  const said = decoder.decode(stderr).trim().split("\n").slice(-5).join("\n");
  return { failure: signal === null ? said : `${said}\nended by ${signal}`.trim() };
}

// Several products for each wait, so that an engine that computes on its own need not idle.
const PRODUCTS_PER_ROUND = 4;

/**
 * Multiplies square matrices for a while and checks the product.
 *
 * @returns GFLOPS
 * @throws {Error} when the engine multiplies wrongly
 */
async function matMulSpeed(size: number, milliseconds: number): Promise<number> {
  const left = tf.fill([size, size], 0.5);
  const right = tf.fill([size, size], 0.25);
  const multiplyRound = async () => {
    const products = Array.from({ length: PRODUCTS_PER_ROUND }, () => tf.matMul(left, right));
    const corner = (await products.at(-1)?.data())?.[size * size - 1];
    tf.dispose(products);
    if (corner !== size / 8) {
      throw new Error(
        `Cannot use the ${tf.getBackend()} engine: a product of ${size} x ${size} matrices must ` +
          `hold ${size / 8}: current value is ${corner}`,
      );
    }
  };
  await multiplyRound();
  const start = performance.now();
  let elapsedMs = 0;
  let products = 0;
  while (elapsedMs < milliseconds) {
    await multiplyRound();
    products += PRODUCTS_PER_ROUND;
    elapsedMs = performance.now() - start;
  }
  return 2 * size ** 3 * products / elapsedMs / 1e6;
}

if (import.meta.main) {
  const engine = await loadEngine(Deno.args[0] as EngineName);
  const gflops = await matMulSpeed(1024, 1000);
  const speed: EngineSpeed = { engine, gflops, peakBytes: peakMemoryBytes() };
  console.log(JSON.stringify(speed));
}
