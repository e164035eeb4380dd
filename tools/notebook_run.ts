/**
 * Runs notebooks without a browser: `deno task notebook:run [--in-place] [NOTEBOOK ...]`. An error in a
 * cell ends it with status 1; the notebook is written with its outputs all the same, to
 * `notebooks/.jupyter-state/executed/`, or over itself with `--in-place`.
 *
 * @module
 */

import { basename, dirname, join, resolve } from "node:path";
import { listNotebooks, NOTEBOOKS } from "./notebook_cells.ts";
import {
  ensureJupyter,
  jupyterEnvironment,
  makeStateFolders,
  venvProgram,
} from "./notebook_environment.ts";

// nbclient's own command writes nothing if a cell fails.
const EXECUTE = `
import sys
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

source, target, folder = sys.argv[1:]
notebook = nbformat.read(source, as_version=4)
client = NotebookClient(
    notebook, timeout=None, kernel_name="terse", resources={"metadata": {"path": folder}}
)
status = 0
try:
    client.execute()
except CellExecutionError as error:
    print(error, file=sys.stderr)
    status = 1
for cell in notebook.cells:
    cell.metadata.pop("execution", None)
nbformat.write(notebook, target)
sys.exit(status)
`;

/**
 * Runs one notebook in the project's kernel.
 *
 * @param source The notebook.
 * @param target Where it is written with its outputs.
 * @returns Whether every cell ran without an error.
 */
export async function runNotebook(source: string, target: string): Promise<boolean> {
  await ensureJupyter();
  await makeStateFolders();
  await Deno.mkdir(dirname(target), { recursive: true });
  const { success } = await new Deno.Command(venvProgram("python"), {
    args: ["-W", "ignore", "-c", EXECUTE, source, target, dirname(source)],
    env: jupyterEnvironment(),
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  return success;
}

if (import.meta.main) {
  const inPlace = Deno.args.includes("--in-place");
  const named = Deno.args.filter((argument) => argument !== "--in-place");
  let passed = true;
  for (const path of (await listNotebooks(named)).map((name) => resolve(name))) {
    const target = inPlace ? path : join(NOTEBOOKS, ".jupyter-state", "executed", basename(path));
    const good = await runNotebook(path, target);
    console.log(`${good ? "ok" : "failed"}   ${target}`);
    passed &&= good;
  }
  Deno.exit(passed ? 0 : 1);
}
