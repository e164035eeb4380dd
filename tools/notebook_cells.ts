/**
 * Notebooks as data: their code cells, and their errors.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { join } from "node:path";

/** The project's root. */
export const ROOT: string = fileURLToPath(new URL("../", import.meta.url));

/** The folder of the notebooks. */
export const NOTEBOOKS: string = join(ROOT, "notebooks");

interface Cell {
  readonly cell_type: string;
  readonly id?: string;
  readonly source: string | readonly string[];
}

/** One code cell. */
export interface CodeCell {
  /** The cell's id, or its number from 0. */
  readonly name: string;
  readonly source: string;
}

/**
 * The code cells of a notebook, in order.
 *
 * @param json The notebook's text.
 * @param path The notebook's path, for errors.
 * @throws {TypeError} if the text is no notebook of format 4.
 *
 * @example
 * ```ts
 * import { readCodeCells } from "./notebook_cells.ts";
 * import { assertEquals } from "@std/assert";
 * const cells = [{ cell_type: "code", id: "sum", source: ["1 +\n", "1"] }];
 * assertEquals(readCodeCells(JSON.stringify({ nbformat: 4, cells }), "a.ipynb"), [
 *   { name: "sum", source: "1 +\n1" },
 * ]);
 * ```
 */
export function readCodeCells(json: string, path: string): CodeCell[] {
  let notebook: { readonly nbformat?: unknown; readonly cells?: unknown } | null;
  try {
    notebook = JSON.parse(json);
  } catch (cause) {
    throw new TypeError(
      `Cannot read ${path}: the content must be JSON: ${(cause as Error).message}`,
      {
        cause,
      },
    );
  }
  if (notebook?.nbformat !== 4 || !Array.isArray(notebook.cells)) {
    throw new TypeError(
      `Cannot read ${path}: nbformat must be 4, with a list of cells: current value is ` +
        `${notebook?.nbformat}. Open and save it in JupyterLab`,
    );
  }
  return (notebook.cells as Cell[]).flatMap(({ cell_type, id, source }, index) =>
    cell_type === "code"
      ? [{
        name: id ?? String(index),
        source: typeof source === "string" ? source : source.join(""),
      }]
      : []
  );
}

/** All notebooks of the project, or those that the command line names. */
export async function listNotebooks(args: readonly string[]): Promise<string[]> {
  if (args.length > 0) return [...args];
  const entries = await Array.fromAsync(Deno.readDir(NOTEBOOKS));
  return entries.filter(({ name }) => name.endsWith(".ipynb"))
    .map(({ name }) => join(NOTEBOOKS, name)).sort();
}
