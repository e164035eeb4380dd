import { existsSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import nodeUtil from "node:util";
import * as tf from "@tensorflow/tfjs";
import { type EnginePresence, INSTALL_COMMAND } from "./choice.ts";
import { nvidiaCardNames, processorHas, processorName } from "./host.ts";
import { useOneArena } from "./free_memory.ts";
import type { GraphMessages } from "../graph/graph_def.ts";
import type { NativeBackend } from "./native_backend.ts";
import { registerNativeProducts } from "./native_products.ts";
import { loadQuietly } from "./quiet_load.ts";
import type { EngineSettings } from "./settings.ts";
import type { StartedEngine } from "./started_engine.ts";

/**
 * Where the package @tensorflow/tfjs-node-gpu looks for its native half, the file that
 * `deno task engine:install` provides.
 *
 * @throws {Error} when the npm package itself is not installed (`deno install` brings it)
 */
export function tensorflowBindingPath(): string {
  // Deno puts npm packages in the project's node_modules; only Node's own resolution names the
  // folder without running the package, which fails as long as the native half is missing.
  const manifest = createRequire(import.meta.url).resolve(
    "@tensorflow/tfjs-node-gpu/package.json",
  );
  return join(dirname(manifest), "lib", "napi-v8", "tfjs_binding.node");
}

/** Looks whether the native half of tfjs-node and the libtensorflow under it are installed. */
export function findTensorflow(): EnginePresence {
  let path: string;
  try {
    path = tensorflowBindingPath();
  } catch {
    return {
      present: false,
      missing: "the npm package @tensorflow/tfjs-node-gpu is not in node_modules",
      remedy: `Install it: deno install && ${INSTALL_COMMAND}`,
    };
  }
  if (Deno.build.arch === "x86_64" && !processorHas("avx")) {
    return {
      present: false,
      missing: "libtensorflow is built for processors with AVX, which this one lacks",
      remedy: "Take another engine: --engine wasm",
    };
  }
  // The path is a link into the cache folder: a cleared cache leaves it dangling, which
  // existsSync reports as absent.
  if (existsSync(path)) return { present: true, software: false };
  return {
    present: false,
    missing: "libtensorflow and its binding are not installed",
    remedy: `Install them: ${INSTALL_COMMAND} (or ${INSTALL_COMMAND} --cuda for an NVIDIA card)`,
  };
}

/**
 * Loads libtensorflow through tfjs-node and makes it the tfjs backend.
 *
 * @throws {Error} when the libraries are there but do not load
 */
export async function startTensorflow({ tf32 }: EngineSettings): Promise<StartedEngine> {
  useOneArena();
  // Warnings and errors only.
  setUnlessSet("TF_CPP_MIN_LOG_LEVEL", "2");
  // Without it TensorFlow takes a graphics card's whole memory at the start, and two runs cannot
  // share the card.
  setUnlessSet("TF_FORCE_GPU_ALLOW_GROWTH", "true");
  // Products call oneDNN by name instead, without its allocator: see native_products.ts.
  setUnlessSet("TF_ENABLE_ONEDNN_OPTS", "0");
  // cuBLAS and cuDNN read it as they start.
  setUnlessSet("NVIDIA_TF32_OVERRIDE", tf32 ? "1" : "0");
  // tfjs-node calls this function, which Node 23 removed and Deno never had.
  Object.assign(nodeUtil, { isNullOrUndefined: (value: unknown) => value == null });
  try {
    // This part of libtensorflow announces oneDNN as it loads, before any setting is read.
    loadQuietly(join(installedFolder(), "tensorflow", "libtensorflow_framework.so.2"));
    await import("@tensorflow/tfjs-node-gpu");
  } catch (cause) {
    throw new Error(
      `Cannot load the tensorflow engine: ${tensorflowBindingPath()} must load: current value is ` +
        `"${cause instanceof Error ? cause.message : cause}". ` +
        `Install it again: ${INSTALL_COMMAND} --force`,
      { cause },
    );
  }
  await tf.setBackend("tensorflow");
  const backend = tf.backend() as unknown as NativeBackend & {
    readonly binding: { readonly TF_Version: string };
  };
  registerNativeProducts(backend);
  return {
    version: `libtensorflow ${backend.binding.TF_Version} (${
      installedFolder().endsWith("-cuda") ? "CUDA" : "CPU"
    } build)`,
    compiles: !backend.isUsingGpuDevice,
    devices: backend.isUsingGpuDevice ? nvidiaCardNames() : [processorName()],
    threads: Number(Deno.env.get("TF_NUM_INTRAOP_THREADS")) || navigator.hardwareConcurrency,
  };
}

/** The message classes that graphs are written with, from the package's own protocol buffers. */
export function tensorflowMessages(): GraphMessages {
  return createRequire(import.meta.url)("@tensorflow/tfjs-node-gpu/dist/proto/api_pb.js");
}

/** The folder in the cache that the installed binding lies in. */
function installedFolder(): string {
  return dirname(realpathSync(tensorflowBindingPath()));
}

function setUnlessSet(variable: string, value: string): void {
  if (Deno.env.get(variable) === undefined) Deno.env.set(variable, value);
}
