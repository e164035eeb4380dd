/**
 * The work that is done on a chunk of rows, on whichever thread.
 *
 * @module
 */

import { type BadRow, DataError } from "../data_error.ts";
import { terseRecordLayout } from "../loaders/terse_record.ts";
import { hashKey } from "../random.ts";
import type { QuestionRecord } from "../record.ts";
import { ContaminationFinder, type Match } from "./contamination.ts";
import type { EvaluationIndex } from "./evaluation_index.ts";
import { Fingerprinter, type ShingleSets, viewFingerprints } from "./fingerprint.ts";
import { mix32 } from "./hashing.ts";
import { type Chunk, lengthOf, readCells, RECORD_COLUMNS } from "./question_table.ts";
import { KINDS, SPLITS, viewRowColumns } from "./row_columns.ts";

/** Checks rows and writes their columns. */
export interface ScanTask {
  readonly task: "scan";
  readonly chunk: Chunk;
  readonly columns: SharedArrayBuffer;
  readonly count: number;
}

/** What a scan finds besides the columns. */
export interface ScanResult {
  /** Names that the rows' `source` numbers stand for in this chunk. */
  readonly sources: readonly string[];
  readonly licences: readonly string[];
  readonly bad: readonly BadRow[];
}

/** Writes rows' fingerprints. */
export interface PrintTask {
  readonly task: "print";
  readonly chunk: Chunk;
  readonly rows: Uint32Array;
  readonly prints: SharedArrayBuffer;
  readonly sameAnswer: boolean;
}

/** Computes rows' shingle sets. */
export interface ShingleTask {
  readonly task: "shingles";
  readonly chunk: Chunk;
  readonly rows: Uint32Array;
}

/** Looks rows up in the index given last. */
export interface MatchTask {
  readonly task: "match";
  readonly chunk: Chunk;
  readonly rows: Uint32Array;
}

/** Takes an index for the following {@link MatchTask}s. */
export interface IndexTask {
  readonly task: "index";
  readonly index: EvaluationIndex;
}

/** Any work. */
export type Task = ScanTask | PrintTask | ShingleTask | MatchTask | IndexTask;

/** What comes of each kind of work; sets and matches in the order of the task's rows. */
export interface TaskResults {
  readonly scan: ScanResult;
  readonly print: null;
  readonly shingles: readonly ShingleSets[];
  readonly match: readonly (Match | null)[];
  readonly index: null;
}

const printer = new Fingerprinter();
let finder: ContaminationFinder | null = null;

type Options = QuestionRecord["options"];

function readOptions(cell: string | null | undefined): Options {
  return typeof cell === "string" ? JSON.parse(cell) : null;
}

/** Does a piece of work. */
export function runTask(task: Task): TaskResults[Task["task"]] {
  switch (task.task) {
    case "scan":
      return scan(task);
    case "print":
      return print(task);
    case "shingles": {
      const { chunk, rows } = task;
      const cells = readCells(chunk, ["question", "context", "options"]);
      return Array.from(rows, (row) => printer.shingleSets(comparable(cells, row - chunk.first)));
    }
    case "match": {
      const { chunk, rows } = task;
      const cells = readCells(chunk, ["question", "context", "options"]);
      return Array.from(rows, (row) => finder!.find(comparable(cells, row - chunk.first)));
    }
    case "index":
      finder = new ContaminationFinder(task.index);
      return null;
  }
}

/** The fields that are compared, of a row of cells. */
export function comparable(
  cells: Readonly<Record<"question" | "context" | "options", readonly (string | null)[]>>,
  index: number,
): Pick<QuestionRecord, "question" | "context" | "options"> {
  return {
    question: cells.question[index]!,
    context: cells.context[index]!,
    options: readOptions(cells.options[index]),
  };
}

function print({ chunk, rows, prints, sameAnswer }: PrintTask): null {
  const out = viewFingerprints(prints);
  const cells = readCells(chunk, ["question", "context", "options", "gold"]);
  for (const row of rows) {
    const index = row - chunk.first;
    const gold = JSON.parse(cells.gold[index]!) as QuestionRecord["gold"];
    printer.write({ ...comparable(cells, index), gold }, { sameAnswer }, out, row);
  }
  return null;
}

/** The number that stands for a name, which is added if it is new. */
function codeOf(name: string, names: string[]): number {
  const known = names.indexOf(name);
  return known >= 0 ? known : names.push(name) - 1;
}

function scan({ chunk, columns, count }: ScanTask): ScanResult {
  const out = viewRowColumns(columns, count);
  const sources: string[] = [], licences: string[] = [];
  const bad: BadRow[] = [];
  const cells = readCells(chunk, RECORD_COLUMNS);
  for (let index = 0; index < chunk.length; index++) {
    const row = chunk.first + index;
    const where = { path: chunk.path, row: chunk.offset + index + 1 };
    const fields: Record<string, unknown> = {};
    for (const name of RECORD_COLUMNS) fields[name] = cells[name][index];
    let record: QuestionRecord;
    try {
      record = terseRecordLayout.parse(fields, where);
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      bad.push(error.bad);
      continue;
    }
    const key = hashKey(`${record.source}/${record.id}`);
    out.isAlive[row] = 1;
    out.key[row] = key;
    // FNV-1a from another start.
    out.checkKey[row] = mix32(hashKey(`${record.id}/${record.source}`, 0x3c6ef372));
    out.source[row] = codeOf(record.source, sources);
    out.kind[row] = KINDS.indexOf(record.gold.kind);
    out.split[row] = SPLITS.indexOf(record.split);
    out.passRate[row] = record.passRate ?? NaN;
    out.lengthChars[row] = lengthOf(record);
    codeOf(record.licence, licences);
  }
  return { sources, licences, bad };
}
