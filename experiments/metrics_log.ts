/**
 * `metrics.jsonl`: one JSON object for each training step, in order, on disk before the step counts.
 *
 * @module
 */

import { dirname } from "node:path";
import { syncFolder, writeText } from "./run_folder.ts";

/** What a training step reports: `step` (from 1) and numbers under TRL's names; null = not finite. */
export type MetricsRow = Readonly<Record<string, number | null>> & { readonly step: number };

/** A step's metrics as their file holds them: numbers that are not finite are null. */
export function metricsRow(step: number, metrics: Readonly<Record<string, number>>): MetricsRow {
  const row: Record<string, number | null> = {};
  for (const [name, value] of Object.entries(metrics)) {
    row[name] = Number.isFinite(value) ? value : null;
  }
  return { ...row, step };
}

/** Appends a row and flushes it. */
export async function appendMetrics(path: string, row: MetricsRow): Promise<void> {
  const bytes = new TextEncoder().encode(JSON.stringify(row) + "\n");
  {
    using file = await Deno.open(path, { append: true, create: true });
    for (let sent = 0; sent < bytes.length;) sent += await file.write(bytes.subarray(sent));
    await file.sync();
  }
  if (row.step === 1) await syncFolder(dirname(path));
}

/**
 * Reads the rows of steps 1, 2, ... up to the first line that is torn, not JSON, or out of order: a
 * process killed while it appends leaves at most such an end.
 *
 * @returns No rows if the file does not exist.
 */
export async function readMetrics(path: string): Promise<MetricsRow[]> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
  const rows: MetricsRow[] = [];
  const complete = text.slice(0, text.lastIndexOf("\n") + 1);
  for (const line of complete.split("\n")) {
    const row = parseRow(line);
    if (row?.step !== rows.length + 1) break;
    rows.push(row);
  }
  return rows;
}

function parseRow(line: string): MetricsRow | null {
  try {
    return JSON.parse(line) as MetricsRow | null;
  } catch {
    return null;
  }
}

/** Keeps the rows of steps 1 .. step and drops the rest, replacing the file as a whole. */
export async function truncateMetrics(path: string, step: number): Promise<void> {
  const rows = (await readMetrics(path)).slice(0, step);
  await writeText(path, rows.map((row) => JSON.stringify(row) + "\n").join(""));
}
