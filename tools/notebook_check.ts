/**
 * Checks the code of notebooks as if it stood in files: `deno task notebook:check [NOTEBOOK ...]`.
 * `deno check` and `deno lint` do not read notebooks, and JupyterLab shows no syntax errors.
 *
 * @module
 */

import { basename, dirname, join } from "node:path";
import { type CodeCell, listNotebooks, readCodeCells, ROOT } from "./notebook_cells.ts";

/** All cells as one module, each under a comment with its name. */
export function joinCells(cells: readonly CodeCell[]): string {
  // The kernel runs a cell after the other in one scope, where each may await.
  return cells.map(({ name, source }) => `// cell ${name}\n${source.trimEnd()}\n`).join("\n") +
    "\nexport {};\n";
}

async function deno(...args: string[]): Promise<boolean> {
  const { success } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: ROOT,
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  return success;
}

/**
 * Type-checks, lints and checks the format of a notebook's code.
 *
 * @param path The notebook.
 * @returns Whether all three passed; what did not is printed.
 */
async function checkNotebook(path: string): Promise<boolean> {
  const cells = readCodeCells(await Deno.readTextFile(path), path);
  // Beside the notebook, so that relative imports mean the same.
  const file = join(dirname(path), `.${basename(path, ".ipynb")}_cells.ts`);
  await Deno.writeTextFile(file, joinCells(cells));
  try {
    const passed = [
      await deno("check", file),
      await deno("lint", file),
      await deno("fmt", "--check", file),
    ];
    return passed.every(Boolean);
  } finally {
    await Deno.remove(file);
  }
}

if (import.meta.main) {
  let passed = true;
  for (const path of await listNotebooks(Deno.args)) {
    const good = await checkNotebook(path);
    console.log(`${good ? "ok" : "failed"}   ${path}`);
    passed &&= good;
  }
  Deno.exit(passed ? 0 : 1);
}
