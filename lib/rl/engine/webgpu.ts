import * as tf from "@tensorflow/tfjs";
import type { EnginePresence } from "./choice.ts";
import type { StartedEngine } from "./started_engine.ts";

/** What the driver says of an adapter; a part of the WebGPU standard's GPUAdapterInfo. */
export interface AdapterInfo {
  readonly description: string;
  readonly vendor: string;
  readonly isFallbackAdapter: boolean;
}

/** Whether an adapter computes on the processor (Mesa's llvmpipe, SwiftShader, Windows' WARP). */
export function isSoftwareAdapter(info: AdapterInfo): boolean {
  return info.isFallbackAdapter ||
    /llvmpipe|lavapipe|swiftshader|software|basic render/i.test(info.description);
}

/** Looks for a WebGPU adapter. */
export async function findWebgpu(): Promise<EnginePresence> {
  if (navigator.gpu === undefined) {
    return {
      present: false,
      missing: "this Deno process offers no WebGPU",
      remedy: "Start it with: deno run --unstable-webgpu ...",
    };
  }
  const info = await adapterInfo();
  if (info !== null) return { present: true, software: isSoftwareAdapter(info) };
  return {
    present: false,
    missing: "no graphics driver with Vulkan, Metal or Direct3D 12 was found",
    remedy: "Install the graphics card's driver, or for a slow software adapter on Debian: " +
      "apt-get install mesa-vulkan-drivers",
  };
}

/**
 * Makes WebGPU the tfjs backend.
 *
 * @throws {Error} when the adapter is gone or refuses a device
 */
export async function startWebgpu(): Promise<StartedEngine> {
  await import("@tensorflow/tfjs-backend-webgpu");
  const info = await adapterInfo();
  if (info === null || !await tf.setBackend("webgpu")) {
    throw new Error(
      `Cannot start the webgpu engine: the graphics driver must give a device: current value is ` +
        `${info === null ? "no adapter" : `a refusal by ${info.description}`}. ` +
        `Take another engine: --engine auto`,
    );
  }
  await tf.ready();
  return {
    version: `tfjs-backend-webgpu ${tf.version["tfjs-core"]}`,
    devices: [isSoftwareAdapter(info) ? `${info.description}, software` : info.description],
    threads: 1,
    compiles: false,
  };
}

async function adapterInfo(): Promise<AdapterInfo | null> {
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: "high-performance" });
  return adapter === null ? null : adapter.info as unknown as AdapterInfo;
}
