/**
 * Jupyter for the notebooks: a virtual environment below the project, and variables that keep all that
 * Jupyter writes below it, too.
 *
 * @module
 */

import { delimiter, dirname, join } from "node:path";
import { NOTEBOOKS, ROOT } from "./notebook_cells.ts";

/** Packages from PyPI; the versions that the notebooks are tested with. */
const PACKAGES = ["jupyterlab==4.6.6", "nbclient==0.11.0", "nbconvert==7.17.2"];

const VENV = join(ROOT, ".peers", "jupyter");

/** Written last, so that a venv whose installation was interrupted is made anew. */
const MARKER = join(VENV, "installed.txt");

/** Path of a program of the virtual environment. */
export function venvProgram(name: string): string {
  return Deno.build.os === "windows"
    ? join(VENV, "Scripts", `${name}.exe`)
    : join(VENV, "bin", name);
}

async function run(program: string, args: readonly string[], advice: string): Promise<void> {
  let output: Deno.CommandOutput;
  try {
    output = await new Deno.Command(program, { args: [...args], stdin: "null" }).output();
  } catch (cause) {
    throw new Error(`Cannot install Jupyter: ${advice}: ${(cause as Error).message}`, { cause });
  }
  if (output.success) return;
  const lines = new TextDecoder().decode(output.stderr).trim().split("\n");
  throw new Error(
    `Cannot install Jupyter: ${advice}. ${program} ended with\n${lines.slice(-8).join("\n")}`,
  );
}

/** Whether Jupyter is installed in the right versions. */
export async function hasJupyter(): Promise<boolean> {
  return await Deno.readTextFile(MARKER).catch(() => "") === PACKAGES.join("\n");
}

/**
 * Installs Jupyter into `.peers/jupyter` unless it is there in the right versions (240 MB).
 *
 * @throws {Error} if python3 or the registry is missing, with the installer's last lines.
 */
export async function ensureJupyter(): Promise<void> {
  if (await hasJupyter()) return;
  console.error(`installing ${PACKAGES.join(", ")} into ${VENV}`);
  await run(
    Deno.build.os === "windows" ? "python" : "python3",
    ["-m", "venv", "--clear", VENV],
    "python3 with its venv module must be on PATH (Debian: apt-get install python3-venv)",
  );
  await run(
    venvProgram("python"),
    ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...PACKAGES],
    "PyPI must be reachable",
  );
  await Deno.writeTextFile(MARKER, PACKAGES.join("\n"));
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
