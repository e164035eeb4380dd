/**
 * Opens the notebooks in JupyterLab: `deno task notebook:lab [arguments of jupyter lab]`. Installs it
 * into `.peers/jupyter` first if need be.
 *
 * @module
 */

import { NOTEBOOKS } from "./notebook_cells.ts";
import {
  ensureJupyter,
  jupyterEnvironment,
  makeStateFolders,
  venvProgram,
} from "./notebook_environment.ts";

if (import.meta.main) {
  await ensureJupyter();
  await makeStateFolders();
  const child = new Deno.Command(venvProgram("jupyter-lab"), {
    args: [
      ...(Deno.uid() === 0 ? ["--allow-root"] : []),
      `--ServerApp.root_dir=${NOTEBOOKS}`,
      "--LabApp.default_url=/lab/tree/quickstart.ipynb",
      ...Deno.args,
    ],
    env: jupyterEnvironment(),
    cwd: NOTEBOOKS,
    stdin: "inherit",
  }).spawn();
  // Ctrl-C reaches Lab by itself, which asks, and ends this by ending.
  Deno.addSignalListener("SIGINT", () => {});
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", () => child.kill("SIGTERM"));
  Deno.exit((await child.status).code);
}
