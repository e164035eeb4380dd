/**
 * Jupyter for the notebooks: a virtual environment below the project, and variables that keep all that
 * Jupyter writes below it, too.
 *
 * @module
 */

import { delimiter, dirname, join } from "node:path";
import { NOTEBOOKS } from "./notebook_cells.ts";
import {
  ensureEnvironment,
  environmentProgram,
  hasEnvironment,
  type PythonEnvironment,
} from "./python_environment.ts";

/** The versions that the notebooks are tested with (240 MB). */
const JUPYTER: PythonEnvironment = {
  name: "jupyter",
  packages: ["jupyterlab==4.6.6", "nbclient==0.11.0", "nbconvert==7.17.2"],
};

/** Path of a program of Jupyter's environment. */
export function venvProgram(name: string): string {
  return environmentProgram(JUPYTER, name);
}

/** Whether Jupyter is installed in the right versions. */
export function hasJupyter(): Promise<boolean> {
  return hasEnvironment(JUPYTER);
}

/**
 * Installs Jupyter into `.peers/jupyter` unless it is there in the right versions.
 *
 * @throws {Error} if python3 or the registry is missing, with the installer's last lines.
 */
export function ensureJupyter(): Promise<void> {
  return ensureEnvironment(JUPYTER);
}

/** Variables for any of Jupyter's programs. */
export function jupyterEnvironment(): Record<string, string> {
  const state = join(NOTEBOOKS, ".jupyter-state");
  return {
    JUPYTER_PATH: join(NOTEBOOKS, ".jupyter"),
    JUPYTER_CONFIG_DIR: join(state, "config"),
    JUPYTER_DATA_DIR: join(state, "data"),
    JUPYTER_RUNTIME_DIR: join(state, "runtime"),
    IPYTHONDIR: join(state, "ipython"),
    // The kernel is this Deno, whichever stands on PATH.
    PATH: `${dirname(Deno.execPath())}${delimiter}${Deno.env.get("PATH") ?? ""}`,
  };
}

/** Keeps JupyterLab from asking for news and updates over the network. */
const LAB_SETTINGS = {
  "@jupyterlab/apputils-extension:notification": {
    fetchNews: "false",
    checkForUpdates: false,
  },
};

/** Makes the folders that {@linkcode jupyterEnvironment} names, with JupyterLab's settings. */
export async function makeStateFolders(): Promise<void> {
  const { JUPYTER_CONFIG_DIR, JUPYTER_DATA_DIR, JUPYTER_RUNTIME_DIR, IPYTHONDIR } =
    jupyterEnvironment();
  for (const folder of [JUPYTER_CONFIG_DIR, JUPYTER_DATA_DIR, JUPYTER_RUNTIME_DIR, IPYTHONDIR]) {
    await Deno.mkdir(folder!, { recursive: true });
  }
  const labConfig = join(JUPYTER_CONFIG_DIR!, "labconfig");
  await Deno.mkdir(labConfig, { recursive: true });
  await Deno.writeTextFile(
    join(labConfig, "default_setting_overrides.json"),
    JSON.stringify(LAB_SETTINGS),
  );
}
