import * as tf from "@tensorflow/tfjs";
import { setWasmPaths, version_wasm } from "@tensorflow/tfjs-backend-wasm";
import type { EnginePresence } from "./choice.ts";
import { processorName } from "./host.ts";
import type { StartedEngine } from "./started_engine.ts";
import { registerWasmAttention } from "./wasm_attention.ts";
import { registerWasmFusedKernels } from "./wasm_fused_kernels.ts";
import { registerWasmKernels } from "./wasm_kernels.ts";
import { startModule } from "./wasm_module.ts";
import { registerWasmProducts } from "./wasm_products.ts";

/** The wasm engine is part of the project's npm packages, so it is always there. */
export function findWasm(): EnginePresence {
  return { present: true, software: false };
}

/**
 * Makes WebAssembly the tfjs backend: one thread, with 128-bit vectors.
 *
 * @throws {Error} when the .wasm files cannot be loaded, or the runtime has no such vectors
 */
export async function startWasm(): Promise<StartedEngine> {
  // The package looks beside the entry script by default; the files are beside its own module.
  setWasmPaths(new URL(".", import.meta.resolve("@tensorflow/tfjs-backend-wasm")).pathname);
  // The package's threads need a worker file that its build for Node does not ship.
  tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
  if (!await tf.setBackend("wasm")) {
    throw new Error(
      `Cannot start the wasm engine: @tensorflow/tfjs-backend-wasm must load: current value is a ` +
        `failure, printed above. Install the packages again: deno install`,
    );
  }
  const module = startModule();
  registerWasmKernels(module);
  registerWasmProducts(module);
  registerWasmFusedKernels(module);
  registerWasmAttention(module);
  return {
    version: `tfjs-backend-wasm ${version_wasm} with SIMD`,
    devices: [processorName()],
    threads: 1,
    compiles: false,
  };
}
