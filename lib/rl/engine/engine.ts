import "@tensorflow/tfjs";
import { useGraphs } from "../graph/compile.ts";
import { chooseEngine, ENGINE_NAMES, type EngineFinders, type EngineName } from "./choice.ts";
import type { StartedEngine } from "./started_engine.ts";
import { DEFAULT_ENGINE_SETTINGS, type EngineSettings } from "./settings.ts";
import { findTensorflow, startTensorflow, tensorflowMessages } from "./tensorflow.ts";
import { findWasm, startWasm } from "./wasm.ts";
import { findWebgpu, startWebgpu } from "./webgpu.ts";

/** The engine that computes, loaded and set as the tfjs backend. */
export interface Engine extends StartedEngine {
  readonly name: EngineName;
  /** One line: why this engine was taken. */
  readonly reason: string;
  /** One line: how to get a faster one; null when there is nothing to say. */
  readonly hint: string | null;
}

/** How to look for each engine on this machine. */
export const ENGINE_FINDERS: EngineFinders = {
  tensorflow: findTensorflow,
  webgpu: findWebgpu,
  wasm: findWasm,
};

/**
 * Loads an engine and makes it the tfjs backend of this process.
 *
 * @param choice an engine's name, or "auto" for the fastest one present (see
 *   {@linkcode chooseEngine})
 * @param settings how it computes
 * @throws {Error} when `choice` is no engine's name, or when the engine asked for is missing or
 *   does not start; says what is missing and how to install it
 *
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * import { loadEngine } from "@terse/rl";
 * const engine = await loadEngine("wasm");
 * console.log(engine.version, tf.tensor1d([1, 2]).sum().arraySync()); // ..., 3
 * ```
 */
export async function loadEngine(
  choice: EngineName | "auto",
  settings: EngineSettings = DEFAULT_ENGINE_SETTINGS,
): Promise<Engine> {
  if (choice !== "auto" && !ENGINE_NAMES.includes(choice)) {
    throw new Error(
      `Cannot load an engine: --engine must be auto, ${ENGINE_NAMES.join(", ")}: ` +
        `current value is ${JSON.stringify(choice)}`,
    );
  }
  const chosen = await chooseEngine(choice, ENGINE_FINDERS);
  if (settings.compile === "on" && chosen.name !== "tensorflow") {
    throw new Error(
      `Cannot compile: the engine must be tensorflow: current value is ${chosen.name}. Take ` +
        `--engine tensorflow or --compile auto`,
    );
  }
  const started = await startEngine(chosen.name, settings);
  const compiles = started.compiles && settings.compile !== "off";
  useGraphs(compiles || settings.compile === "on" ? tensorflowMessages() : null);
  return { ...chosen, ...started, compiles };
}

function startEngine(name: EngineName, settings: EngineSettings): Promise<StartedEngine> {
  switch (name) {
    case "tensorflow":
      return startTensorflow(settings);
    case "webgpu":
      return startWebgpu();
    case "wasm":
      return startWasm();
  }
}
