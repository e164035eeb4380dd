/**
 * Experiments from their files.
 *
 * @module
 */

import { sha256Hex } from "@terse/data";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { defineExperiment, type Experiment } from "./experiment.ts";

/** An experiment and the file that declares it. */
export interface LoadedExperiment {
  readonly experiment: Experiment;
  /** Absolute path. */
  readonly path: string;
  /** SHA-256 of the file's text. */
  readonly sha256: string;
}

/** `mixtures` is the experiment of that name in this folder, anything else a path. */
export function experimentPath(value: string, cwd: string): string {
  if (!/^[a-z][a-z0-9_]*$/.test(value)) return resolve(cwd, value);
  return fileURLToPath(new URL(`${value}.ts`, import.meta.url));
}

/**
 * Imports the file of an experiment and checks what it exports.
 *
 * @param path Absolute path of a module whose default export is made by `defineExperiment`.
 * @throws {Error} if the file is missing, does not load, or exports no experiment.
 */
export async function loadExperiment(path: string): Promise<LoadedExperiment> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new Error(
      `Cannot load the experiment: EXPERIMENT must be a file: current value is ${path}, which does ` +
        `not exist`,
      { cause },
    );
  }
  let module: { readonly default?: Experiment };
  try {
    module = await import(pathToFileURL(path).href);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Cannot load the experiment ${path}: ${message}`, { cause });
  }
  if (module.default === undefined) {
    throw new Error(
      `Cannot load the experiment ${path}: its default export must be an experiment: current value ` +
        `is missing. Write: export default defineExperiment({ ... })`,
    );
  }
  return { experiment: defineExperiment(module.default), path, sha256: await sha256Hex(text) };
}
