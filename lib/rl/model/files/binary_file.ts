/**
 * Reading parts of a large file.
 *
 * @module
 */

import { createHash } from "node:crypto";

/** A file open for reading at any offset. Closed by its `Symbol.dispose`. */
export interface BinaryFile extends Disposable {
  readonly path: string;
  readonly sizeBytes: number;
  /**
   * The bytes from `offset` on.
   *
   * @param what Names what is read, for the error.
   * @throws {Error} if the file is shorter.
   */
  read(offset: number, lengthBytes: number, what: string): Promise<Uint8Array<ArrayBuffer>>;
}

/**
 * Opens a file for reading by offset.
 *
 * @throws {Error} naming the path if it is missing, unreadable or not a file.
 */
export async function openBinaryFile(path: string): Promise<BinaryFile> {
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path, { read: true });
  } catch (cause) {
    throw new Error(`Cannot read ${path}: ${(cause as Error).message}`, { cause });
  }
  const info = await file.stat();
  if (!info.isFile) {
    file.close();
    throw new Error(`Cannot read ${path}: it must be a file`);
  }
  return {
    path,
    sizeBytes: info.size,
    [Symbol.dispose]: () => file.close(),
    read: async (offset, lengthBytes, what) => {
      if (offset + lengthBytes > info.size) {
        throw new Error(
          `Cannot read ${what} from ${path}: the file must be at least ${
            offset + lengthBytes
          } bytes long: current value is ${info.size}. It seems cut off; fetch or save it again`,
        );
      }
      const bytes = new Uint8Array(lengthBytes);
      await file.seek(offset, Deno.SeekMode.Start);
      for (let filled = 0; filled < lengthBytes;) {
        const count = await file.read(bytes.subarray(filled));
        if (count === null) throw new Error(`Cannot read ${what} from ${path}: the file shrank`);
        filled += count;
      }
      return bytes;
    },
  };
}

/**
 * SHA-256 in hex over the bytes of the files, one after another in the given order.
 *
 * @throws {Error} naming the path of a file that cannot be read.
 */
export async function sha256OfFiles(paths: readonly string[]): Promise<string> {
  const chunkBytes = 1 << 22;
  const hash = createHash("sha256");
  for (const path of paths) {
    using file = await openBinaryFile(path);
    for (let offset = 0; offset < file.sizeBytes; offset += chunkBytes) {
      const length = Math.min(chunkBytes, file.sizeBytes - offset);
      hash.update(await file.read(offset, length, "a part"));
    }
  }
  return hash.digest("hex");
}
