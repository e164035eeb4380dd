/**
 * Files that are there whole or not at all.
 *
 * @module
 */

import { basename, dirname, join } from "node:path";

/**
 * Writes a file through a temporary one in the same folder: write, flush to disk, rename. A reader
 * sees the old file or the new one, never a part; on an error the old file stays and the temporary
 * one is removed.
 *
 * @param path Where the finished file stands. Its folder must exist.
 * @param write Writes the content to the temporary path that it is given.
 * @throws Whatever `write` or the file system throws.
 *
 * @example
 * ```ts
 * import { replaceFile } from "@terse/data";
 * import { assertEquals } from "@std/assert";
 * const path = `${await Deno.makeTempDir()}/status.json`;
 * await replaceFile(path, (temporary) => Deno.writeTextFile(temporary, "{}"));
 * assertEquals(await Deno.readTextFile(path), "{}");
 * ```
 */
export async function replaceFile(
  path: string,
  write: (temporary: string) => void | Promise<void>,
): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${crypto.randomUUID()}.part`);
  try {
    await write(temporary);
    const file = await Deno.open(temporary, { read: true, write: true });
    try {
      await file.sync();
    } finally {
      file.close();
    }
    await Deno.rename(temporary, path);
  } catch (cause) {
    await Deno.remove(temporary).catch(() => {});
    throw cause;
  }
}
