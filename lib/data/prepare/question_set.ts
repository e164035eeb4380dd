/**
 * The questions of a recipe while its steps go over them: texts stay in their files, numbers in memory.
 *
 * @module
 */

import type { BadRow } from "../data_error.ts";
import { hashKey } from "../random.ts";
import { orderByKey } from "./key_order.ts";
import { type Chunk, chunksOf, readCells } from "./question_table.ts";
import { makeRowColumns, type RowColumns, SPLITS } from "./row_columns.ts";
import { setAside, type StagedSource } from "./stage.ts";
import type { TaskPool } from "./task_pool.ts";

/** Takes the state of some work: `done` of `total` rows, null while nobody knows how many there are. */
export type OnProgress = (what: string, done: number, total: number | null) => void;

/** How steps work. */
export interface Workshop {
  readonly pool: TaskPool;
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}

/** All rows of all sources. */
export interface QuestionSet {
  readonly columns: RowColumns;
  readonly chunks: readonly Chunk[];
  /** Names of the records' sources, by their number. */
  readonly sources: readonly string[];
  /** Licences of each source of the recipe. */
  readonly licences: readonly (readonly string[])[];
  /** Bad rows of each source of the recipe. */
  readonly skipped: readonly (readonly BadRow[])[];
  /**
   * 1 + index of the recipe's source for rows whose id is taken by a row of an earlier source, which
   * the prepared id then names; 0 for others. Shape (N).
   */
  readonly renamed: Uint8Array;
}

/** What joins an id to the name of its source in the recipe, and to its number when it is repeated. */
export const ID_JOINTS = { source: "@", repeat: "#" } as const;

/**
 * Reads and checks all rows once.
 *
 * @param splits Split of each source; undefined where the rows have their own.
 * @throws {DataError} for a bad row, unless they are skipped.
 */
export async function scanSources(
  staged: readonly StagedSource[],
  names: readonly string[],
  splits: readonly (string | undefined)[],
  onBadRow: "fail" | "skip",
  { pool, signal, onProgress }: Workshop,
): Promise<QuestionSet> {
  const chunks = staged.flatMap((source) => source.chunks);
  const count = staged.reduce((sum, { rows }) => sum + rows, 0);
  const columns = makeRowColumns(count);
  const sources: string[] = [];
  const licences = staged.map(() => new Set<string>());
  const skipped = staged.map((source) => [...source.skipped]);
  const buffer = columns.key.buffer as SharedArrayBuffer;
  await pool.run(
    chunks.map((chunk) => ({ task: "scan", chunk, columns: buffer, count })),
    (result, index) => {
      const { source, first, length } = chunks[index]!;
      for (const bad of result.bad) setAside(bad, onBadRow, skipped[source]!);
      const codes = result.sources.map((name) => {
        const known = sources.indexOf(name);
        return known >= 0 ? known : sources.push(name) - 1;
      });
      const split = splits[source];
      for (let row = first; row < first + length; row++) {
        columns.source[row] = codes[columns.source[row]!] ?? 0;
        if (split !== undefined) columns.split[row] = SPLITS.indexOf(split as never);
      }
      for (const licence of result.licences) licences[source]!.add(licence);
      onProgress("reading", first + length, count);
    },
    signal,
  );
  const set = {
    columns,
    chunks,
    sources,
    licences: licences.map((found) => [...found].sort()),
    skipped,
    renamed: new Uint8Array(count),
  };
  settleIds(set, names, onBadRow);
  return set;
}

/** The chunk that holds a row. */
export function chunkOf(chunks: readonly Chunk[], row: number): Chunk {
  return chunksOf(chunks, Uint32Array.of(row)).next().value!.chunk;
}

/** Refuses ids that a source uses twice; renames those that an earlier source has. */
function settleIds(
  { columns, chunks, renamed, skipped }: {
    readonly columns: RowColumns;
    readonly chunks: readonly Chunk[];
    readonly renamed: Uint8Array;
    readonly skipped: BadRow[][];
  },
  names: readonly string[],
  onBadRow: "fail" | "skip",
): void {
  const { key, checkKey, isAlive, count } = columns;
  const rows = Uint32Array.from({ length: count }, (_, row) => row).filter((row) =>
    isAlive[row] === 1
  );
  const ordered = orderByKey(key, rows);
  const repeated: [row: number, first: number][] = [];
  for (let i = 1; i < ordered.length; i++) {
    const row = ordered[i]!;
    for (let j = i - 1; j >= 0 && key[ordered[j]!] === key[row]; j--) {
      if (checkKey[ordered[j]!] === checkKey[row]) {
        repeated.push([row, ordered[j]!]);
        break;
      }
    }
  }
  for (const [row, first] of repeated.sort(([a], [b]) => a - b)) {
    const chunk = chunkOf(chunks, row), other = chunkOf(chunks, first);
    if (chunk.source !== other.source) {
      renamed[row] = chunk.source + 1;
      key[row] = hashKey(ID_JOINTS.source + names[chunk.source]!, key[row]!);
      continue;
    }
    const offset = chunk.offset + row - chunk.first;
    const cells = readCells({ path: chunk.path, offset, length: 1 }, ["id", "source"]);
    const rule = `used once in ${cells.source[0]}, but row ${
      other.offset + first - other.first + 1
    } has it too`;
    const found = JSON.stringify(cells.id[0]);
    setAside(
      { path: chunk.path, row: offset + 1, field: "id", found, rule },
      onBadRow,
      skipped[chunk.source]!,
    );
    isAlive[row] = 0;
  }
}
