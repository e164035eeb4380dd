/**
 * One file onto the disk: resumed where it was cut, checked, and there whole or not at all.
 *
 * @module
 */

import { createHash, type Hash } from "node:crypto";
import { basename, dirname, join } from "node:path";
import type { HubFile } from "./hub.ts";

/** Longest pause between two pieces of a body. */
const STALL_MS = 60_000;

/** How a download ended. */
export type Outcome = "whole before" | "fetched" | "resumed";

/** A file's bytes are not those that the hub lists. */
export class HashError extends Error {
  /** The class's name. */
  override readonly name = "HashError";
}

function startHash({ hash, sizeBytes }: HubFile): Hash {
  if (hash.kind === "sha256") return createHash("sha256");
  // Git hashes a header before the content.
  return createHash("sha1").update(`blob ${sizeBytes}\0`);
}

async function addFile(hash: Hash, path: string): Promise<number> {
  let sizeBytes = 0;
  using file = await Deno.open(path);
  for await (const chunk of file.readable) {
    hash.update(chunk);
    sizeBytes += chunk.length;
  }
  return sizeBytes;
}

async function sizeOf(path: string): Promise<number | null> {
  return await Deno.stat(path).then((info) => info.isFile ? info.size : null, () => null);
}

/** Whether a file with the listed size and hash stands at a path. */
export async function isWhole(path: string, file: HubFile): Promise<boolean> {
  if (await sizeOf(path) !== file.sizeBytes) return false;
  const hash = startHash(file);
  await addFile(hash, path);
  return hash.digest("hex") === file.hash.hex;
}

/** Reads the next piece, or gives up after a long pause. */
async function readPiece(
  reader: ReadableStreamDefaultReader<Uint8Array>,
): Promise<Uint8Array | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stalled = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new TypeError(`no bytes within ${STALL_MS / 1000} s`)),
      STALL_MS,
    );
  });
  try {
    const { value, done } = await Promise.race([reader.read(), stalled]);
    return done ? null : value;
  } finally {
    clearTimeout(timer);
  }
}

async function append(
  part: string,
  file: HubFile,
  hash: Hash,
  open: (fromByte: number) => Promise<ReadableStream<Uint8Array>>,
  onBytes: (count: number) => void,
): Promise<void> {
  let sizeBytes = await sizeOf(part) === null ? 0 : await addFile(hash, part);
  onBytes(sizeBytes);
  using output = await Deno.open(part, { append: true, create: true });
  if (sizeBytes < file.sizeBytes) {
    const reader = (await open(sizeBytes)).getReader();
    try {
      for (let piece = await readPiece(reader); piece !== null; piece = await readPiece(reader)) {
        for (let at = 0; at < piece.length;) at += await output.write(piece.subarray(at));
        hash.update(piece);
        sizeBytes += piece.length;
        onBytes(piece.length);
        // What ignores the asked range sends more than is missing.
        if (sizeBytes > file.sizeBytes) break;
      }
    } finally {
      await reader.cancel().catch(() => {});
    }
  }
  await output.sync();
  if (sizeBytes < file.sizeBytes) {
    throw new TypeError(`the connection ended after ${sizeBytes} of ${file.sizeBytes} bytes`);
  }
}

/**
 * Downloads a file to a path. What was fetched of it before is kept beside it, under a name with the
 * file's hash, and not fetched again.
 *
 * @param open Opens the file's bytes from a place on.
 * @param onBytes Takes the number of bytes that are there, as they come.
 * @throws {HashError} if the bytes do not have the listed hash; they are removed then, and fetched anew
 *   once if a part of them was kept from before.
 * @throws Whatever `open` throws, and TypeError if the connection is cut; the part is kept then.
 */
export async function download(
  path: string,
  file: HubFile,
  open: (fromByte: number) => Promise<ReadableStream<Uint8Array>>,
  onBytes: (count: number) => void,
): Promise<Outcome> {
  if (await isWhole(path, file)) {
    onBytes(file.sizeBytes);
    return "whole before";
  }
  await Deno.mkdir(dirname(path), { recursive: true });
  const part = join(dirname(path), `.${basename(path)}.${file.hash.hex.slice(0, 16)}.part`);
  const kept = await sizeOf(part) ?? 0;
  const hash = startHash(file);
  await append(part, file, hash, open, onBytes);
  const found = hash.digest("hex");
  if (found !== file.hash.hex) {
    const sizeBytes = await sizeOf(part) ?? 0;
    await Deno.remove(part);
    onBytes(-sizeBytes);
    if (kept > 0) return await download(path, file, open, onBytes);
    const kind = file.hash.kind === "sha256" ? "SHA-256" : "git hash";
    throw new HashError(
      `Cannot use ${file.path}: its ${kind} must be ${file.hash.hex}, as the hub lists it: current ` +
        `value is ${found}. The bytes were removed; fetch again`,
    );
  }
  await Deno.rename(part, path);
  return kept > 0 ? "resumed" : "fetched";
}
