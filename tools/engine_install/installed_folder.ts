import { existsSync } from "node:fs";
import { join } from "node:path";

/** The record that an installed folder keeps of itself, written last. */
export interface InstallRecord {
  readonly libtensorflow: string;
  readonly build: string;
  /** The version of @tensorflow/tfjs-node-gpu whose binding was compiled. */
  readonly tfjsNode: string;
  /** SHA-256 of the wheels that were unpacked, by file name. */
  readonly wheels: Readonly<Record<string, string>>;
  /** Sizes in bytes of every file, by path in the folder. */
  readonly files: Readonly<Record<string, number>>;
}

const RECORD_NAME = "installed.json";

/** The sizes in bytes of all files under a folder, by their paths in it. */
export function fileSizes(folder: string, under = ""): Record<string, number> {
  const sizes: Record<string, number> = {};
  for (const { name, isDirectory } of Deno.readDirSync(join(folder, under))) {
    const path = join(under, name);
    if (isDirectory) Object.assign(sizes, fileSizes(folder, path));
    else sizes[path] = Deno.statSync(join(folder, path)).size;
  }
  return sizes;
}

/** Writes a folder's record into it. */
export function writeRecord(folder: string, record: Omit<InstallRecord, "files">): void {
  const complete: InstallRecord = { ...record, files: fileSizes(folder) };
  Deno.writeTextFileSync(join(folder, RECORD_NAME), JSON.stringify(complete, null, 2) + "\n");
}

/**
 * Whether a folder holds what its record says: every file with its size, and the binding of the
 * present tfjs-node.
 */
export function isInstalled(folder: string, tfjsNode: string): boolean {
  const path = join(folder, RECORD_NAME);
  if (!existsSync(path)) return false;
  const record = JSON.parse(Deno.readTextFileSync(path)) as InstallRecord;
  if (record.tfjsNode !== tfjsNode) return false;
  const present = fileSizes(folder);
  return Object.entries(record.files).every(([file, bytes]) => present[file] === bytes);
}
