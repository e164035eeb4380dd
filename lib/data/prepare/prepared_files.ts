/**
 * Writing the chosen questions in their order: text moves from file to file, never all at once.
 *
 * @module
 */

import { join } from "node:path";
import pl, { type LazyDataFrame } from "nodejs-polars";
import { type BudgetSpec, drawBudget } from "../budget.ts";
import { orderByKey } from "./key_order.ts";
import type { Entries } from "./mix.ts";
import { ID_JOINTS, type QuestionSet, type Workshop } from "./question_set.ts";
import { type Chunk, RECORD_COLUMNS } from "./question_table.ts";
import { KINDS, SPLITS } from "./row_columns.ts";

/** Most rows in a file. Fixed, as the characters are, so that nothing depends on the machine. */
const SHARD_ROWS = 100_000;

/** Characters of text from which a file is full before it has all its rows. */
const SHARD_CHARS = 128 * 2 ** 20;

/** Budget modes by the number that stands for them. */
const MODES = ["none", "exact", "maximum"] as const;

/** Columns of the files, in their order. */
const OUTPUT_COLUMNS = [
  "id",
  "source",
  "kind",
  "question",
  "context",
  "options",
  "gold",
  "split",
  "licence",
  "tags",
  "passRate",
  "budget_mode",
  "budget_tokens",
  "repeat",
  "stage",
] as const;

/** A file that is written. */
interface Shard {
  readonly name: string;
  readonly split: string;
  readonly rows: number;
}

/** Where every entry goes, E over all splits; columns of shape (E). */
interface Plan {
  readonly shards: readonly Shard[];
  readonly row: Uint32Array;
  readonly shard: Uint32Array;
  readonly position: Uint32Array;
  readonly split: Uint32Array;
  readonly renamed: Uint32Array;
  readonly kind: Uint32Array;
  readonly mode: Uint32Array;
  readonly tokens: Uint32Array;
  readonly repeat: Uint32Array;
  readonly stage: Uint32Array;
}

/** Budgets of the entries: none for all, or drawn with a seed. */
export interface BudgetPlan {
  readonly spec: BudgetSpec;
  readonly seed: number;
}

/** Positions after the last row of each file. */
export function fileEnds(row: Uint32Array, lengthChars: Uint32Array): number[] {
  const ends: number[] = [];
  let start = 0, chars = 0;
  for (let position = 0; position < row.length; position++) {
    chars += lengthChars[row[position]!]!;
    if (position + 1 - start < SHARD_ROWS && chars < SHARD_CHARS) continue;
    ends.push(position + 1);
    start = position + 1;
    chars = 0;
  }
  if (start < row.length) ends.push(row.length);
  return ends;
}

/** Makes the plan of all splits' entries, ordered by row. */
function makePlan(
  entriesBySplit: readonly Entries[],
  { columns, renamed }: QuestionSet,
  { spec, seed }: BudgetPlan,
): Plan {
  const count = entriesBySplit.reduce((sum, { row }) => sum + row.length, 0);
  const column = () => new Uint32Array(count);
  const plan = {
    row: column(),
    shard: column(),
    position: column(),
    split: column(),
    renamed: column(),
    kind: column(),
    mode: column(),
    tokens: column(),
    repeat: column(),
    stage: column(),
  };
  const shards: Shard[] = [];
  let at = 0;
  entriesBySplit.forEach(({ row, repeat, stage }, split) => {
    const firstShard = shards.length;
    const ends = fileEnds(row, columns.lengthChars);
    const number = (n: number) => String(n).padStart(5, "0");
    ends.forEach((end, file) => {
      shards.push({
        name: `${SPLITS[split]}-${number(file)}-of-${number(ends.length)}.parquet`,
        split: SPLITS[split]!,
        rows: end - (ends[file - 1] ?? 0),
      });
    });
    let file = 0;
    for (let position = 0; position < row.length; position++, at++) {
      if (position === ends[file]) file++;
      const source = row[position]!;
      const budget = drawBudget(spec, seed, columns.key[source]!, repeat[position]!);
      plan.row[at] = source;
      plan.shard[at] = firstShard + file;
      plan.position[at] = position;
      plan.split[at] = split;
      plan.renamed[at] = renamed[source]!;
      plan.kind[at] = columns.kind[source]!;
      plan.mode[at] = MODES.indexOf(budget.mode);
      plan.tokens[at] = budget.mode === "none" ? 0 : budget.tokens;
      plan.repeat[at] = repeat[position]!;
      plan.stage[at] = stage[position]!;
    }
  });
  const order = orderByKey(plan.row, Uint32Array.from(plan.row.keys()));
  const sorted = { ...plan };
  for (const name of Object.keys(plan) as (keyof typeof plan)[]) {
    const values = plan[name];
    sorted[name] = order.map((i) => values[i]!);
  }
  return { shards, ...sorted };
}

/** A table that says which text a number stands for. */
function codeTable(code: string, text: string, texts: readonly string[]): LazyDataFrame {
  return pl.DataFrame([
    pl.Series(code, Uint32Array.from(texts.keys()) as unknown as number[]),
    pl.Series(text, [...texts], pl.Utf8),
  ]).lazy();
}

/** The plan's part for a chunk, as a table. */
function planTable({ shards: _, ...columns }: Plan, start: number, end: number): LazyDataFrame {
  return pl.DataFrame(
    Object.entries(columns).map(([name, values]) =>
      pl.Series(
        name === "row" ? "row" : `plan_${name}`,
        values.slice(start, end) as unknown as number[],
      )
    ),
  ).lazy();
}

/** A chunk's rows with the plan's columns in place. */
function planned(chunk: Chunk, plan: LazyDataFrame, names: readonly string[]): LazyDataFrame {
  const suffixes = ["", ...names.map((name) => `${ID_JOINTS.source}${name}`)];
  const repeat = pl.col("plan_repeat");
  return pl.scanParquet(chunk.path)
    .select(...RECORD_COLUMNS)
    .slice(chunk.offset, chunk.length)
    .withRowIndex("row", chunk.first)
    .drop("split")
    .join(plan, { on: "row" })
    .join(codeTable("plan_split", "split", SPLITS), { on: "plan_split" })
    .join(codeTable("plan_kind", "kind", KINDS), { on: "plan_kind" })
    .join(codeTable("plan_mode", "budget_mode", MODES), { on: "plan_mode" })
    .join(codeTable("plan_renamed", "suffix", suffixes), { on: "plan_renamed" })
    .withColumns(
      pl.concatString([
        pl.col("id"),
        pl.col("suffix"),
        pl.when(repeat.gt(0))
          .then(
            pl.concatString(
              [pl.lit(ID_JOINTS.repeat), repeat.add(1).cast(pl.Int64).cast(pl.Utf8)],
              "",
            ),
          )
          .otherwise(pl.lit("")),
      ], "").alias("id"),
      pl.when(pl.col("plan_tokens").gt(0)).then(pl.col("plan_tokens")).otherwise(pl.lit(null))
        .cast(pl.Int64).alias("budget_tokens"),
      repeat.cast(pl.Int64).alias("repeat"),
      pl.col("plan_stage").cast(pl.Int64).alias("stage"),
    )
    .select(...OUTPUT_COLUMNS, "plan_shard", "plan_position");
}

/**
 * Writes Parquet files of at most 100,000 rows, named as Hugging Face names them. Two passes:
 * each chunk is cut into pieces by file, then each file's pieces are put in order. In memory stand one
 * chunk or one file at a time.
 *
 * @param entriesBySplit Entries in the order of `SPLITS`.
 * @param names Names of the recipe's sources.
 * @param folder Takes the files.
 * @param pieces A folder for the pieces.
 */
export async function writePrepared(
  entriesBySplit: readonly Entries[],
  set: QuestionSet,
  budgets: BudgetPlan,
  names: readonly string[],
  folder: string,
  pieces: string,
  { signal, onProgress }: Workshop,
): Promise<readonly Shard[]> {
  const plan = makePlan(entriesBySplit, set, budgets);
  const total = plan.row.length;
  const piecesOf: string[][] = plan.shards.map(() => []);
  const pause = () => new Promise((resolve) => setTimeout(resolve, 0));
  let start = 0;
  for (const chunk of set.chunks) {
    await pause();
    signal.throwIfAborted();
    let end = start;
    while (end < total && plan.row[end]! < chunk.first + chunk.length) end++;
    if (end === start) continue;
    const table = await planned(chunk, planTable(plan, start, end), names).collect();
    for (const shard of [...new Set(plan.shard.subarray(start, end))].sort((a, b) => a - b)) {
      const path = join(pieces, `piece-${shard}-${piecesOf[shard]!.length}.parquet`);
      table.filter(pl.col("plan_shard").eq(pl.lit(shard))).writeParquet(path, {
        compression: "lz4",
      });
      piecesOf[shard]!.push(path);
    }
    start = end;
    onProgress("writing", Math.round(end / 2), total);
  }
  let written = 0;
  for (const [index, shard] of plan.shards.entries()) {
    await pause();
    signal.throwIfAborted();
    const parts = piecesOf[index]!.map((path) => pl.scanParquet(path));
    const table = await pl.concat(parts).sort("plan_position").select(...OUTPUT_COLUMNS).collect();
    table.writeParquet(join(folder, shard.name), { compression: "zstd" });
    for (const path of piecesOf[index]!) await Deno.remove(path);
    written += shard.rows;
    onProgress("writing", Math.round((total + written) / 2), total);
  }
  return plan.shards;
}
