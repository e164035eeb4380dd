/**
 * Folders that are there whole or not at all.
 *
 * @module
 */

import { basename, dirname, join } from "node:path";

/**
 * Lets `write` fill a folder under a temporary name beside `folder` and renames it when it is complete.
 *
 * @param folder Must not exist or be empty; the folder that it lies in must exist.
 * @throws {Error} if the folder has files, or whatever `write` throws; nothing is left behind then.
 */
export async function writeNewFolder(
  folder: string,
  write: (part: string) => Promise<void>,
): Promise<void> {
  const isFree = await Deno.stat(folder).then(
    (info) => info.isDirectory && [...Deno.readDirSync(folder)].length === 0,
    () => true,
  );
  if (!isFree) {
    throw new Error(
      `Cannot write a model to ${folder}: it must be a new folder: current value has files. Choose ` +
        `another folder`,
    );
  }
  const part = join(dirname(folder), `.${basename(folder)}.${crypto.randomUUID()}.part`);
  await Deno.mkdir(part);
  try {
    await write(part);
    await Deno.rename(part, folder);
  } catch (cause) {
    await Deno.remove(part, { recursive: true }).catch(() => {});
    throw cause;
  }
}
