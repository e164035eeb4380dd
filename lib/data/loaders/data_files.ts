/**
 * The data files that a path stands for.
 *
 * @module
 */

import { join } from "node:path";

/** Files that describe a folder's data and hold none. */
const ABOUT = /^(?:manifest|fetch)\.json$|^removed\.jsonl$|\.manifest\.json$/;

/**
 * The path itself, or of a folder its Parquet, JSON lines, JSON and CSV files in the order of their
 * names, without what describes them: `manifest.json`, `fetch.json`, `removed.jsonl`.
 *
 * @throws {RangeError} if a folder holds no such file. A path that does not exist is given back, for
 *   its reader to refuse.
 *
 * @example
 * ```ts
 * import { findDataFiles } from "@terse/data";
 * import { assertEquals } from "@std/assert";
 * const folder = await Deno.makeTempDir();
 * for (const name of ["b.jsonl", "a.parquet", "manifest.json", "notes.txt"]) {
 *   await Deno.writeTextFile(`${folder}/${name}`, "");
 * }
 * assertEquals(await findDataFiles(folder), [`${folder}/a.parquet`, `${folder}/b.jsonl`]);
 * assertEquals(await findDataFiles("x.csv"), ["x.csv"]);
 * ```
 */
export async function findDataFiles(path: string): Promise<string[]> {
  const isFolder = await Deno.stat(path).then((info) => info.isDirectory, () => false);
  if (!isFolder) return [path];
  const names: string[] = [];
  for await (const { name, isFile } of Deno.readDir(path)) {
    const isData = /\.(?:parquet|jsonl|ndjson|json|csv)$/i.test(name);
    if (isFile && isData && !name.startsWith(".") && !ABOUT.test(name)) names.push(name);
  }
  if (names.length === 0) {
    throw new RangeError(
      `Cannot read ${path}: a folder must hold .parquet, .jsonl, .json or .csv files: current number ` +
        `is 0`,
    );
  }
  return names.sort().map((name) => join(path, name));
}
