/**
 * Reading a folder that data:prepare has made.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import pl from "nodejs-polars";
import type { Budget } from "../budget.ts";
import { DataError } from "../data_error.ts";
import { terseRecordLayout } from "../loaders/terse_record.ts";
import type { QuestionRecord } from "../record.ts";
import { type Manifest, MANIFEST_FORMAT } from "./manifest.ts";

/** The questions of a prepared folder, split after split, in their order. */
export interface PreparedData {
  readonly records: readonly QuestionRecord[];
  /** One for each record; null if the recipe draws none. */
  readonly budgets: readonly Budget[] | null;
  /** Whether the recipe has put the train questions in order. */
  readonly isOrdered: boolean;
  /** The manifest's hash of all files. */
  readonly hash: string;
}

const MANIFEST = "manifest.json";

/** Whether a path is a folder with a manifest. */
export function isPreparedFolder(path: string): Promise<boolean> {
  return Deno.stat(join(path, MANIFEST)).then(({ isFile }) => isFile, () => false);
}

function refuse(path: string, field: string, found: string, rule: string): never {
  throw new DataError({ path, row: null, field, found, rule });
}

async function readManifest(folder: string): Promise<Manifest> {
  const path = join(folder, MANIFEST);
  let manifest: Manifest;
  try {
    manifest = JSON.parse(await Deno.readTextFile(path));
  } catch (cause) {
    refuse(path, "content", (cause as Error).message, "the whole JSON of a manifest");
  }
  if (manifest?.format !== MANIFEST_FORMAT) {
    refuse(path, "format", JSON.stringify(manifest?.format) ?? "missing", `"${MANIFEST_FORMAT}"`);
  }
  return manifest;
}

function readBudget(row: Readonly<Record<string, unknown>>): Budget {
  const mode = row.budget_mode as Budget["mode"];
  return mode === "none" ? { mode } : { mode, tokens: Number(row.budget_tokens) };
}

/**
 * Reads the questions of a prepared folder.
 *
 * @throws {DataError} if the manifest is missing or of another format, or a file is not the one that the
 *   manifest names.
 */
export async function readPrepared(folder: string): Promise<PreparedData> {
  const manifest = await readManifest(folder);
  const records: QuestionRecord[] = [];
  const budgets: Budget[] = [];
  for (const { name, split, sha256 } of manifest.files) {
    if (split === undefined) continue;
    const path = join(folder, name);
    const bytes = Buffer.from(await Deno.readFile(path));
    const found = createHash("sha256").update(bytes).digest("hex");
    if (found !== sha256) {
      refuse(path, "SHA-256", found, `the manifest's ${sha256}; run data:prepare again`);
    }
    for (const [index, row] of pl.readParquet(bytes).toRecords().entries()) {
      records.push(terseRecordLayout.parse(row, { path, row: index + 1 }));
      budgets.push(readBudget(row));
    }
  }
  const steps = manifest.steps.map(({ step }) => step);
  return {
    records,
    budgets: steps.includes("budgets") ? budgets : null,
    isOrdered: steps.includes("curriculum"),
    hash: manifest.hash,
  };
}
