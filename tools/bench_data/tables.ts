/**
 * The bench's tables: train questions of three sources with planted copies, and test questions.
 *
 * @module
 */

import { join } from "node:path";
import pl from "nodejs-polars";
import {
  type BenchRow,
  makeContaminated,
  makeDraw,
  makeNearDuplicate,
  makeNumberVariant,
  makeRow,
} from "./rows.ts";

/** Of the train rows. */
const NEAR_SHARE = 0.05;
const VARIANT_SHARE = 0.05;
const CONTAMINATED_SHARE = 0.01;

/** Test questions for each train question. */
const TEST_SHARE = 0.02;

/** The files, and how many copies are in them. */
export interface BenchTables {
  /** By name. */
  readonly paths: Readonly<Record<string, string>>;
  readonly rows: number;
  readonly nearDuplicates: number;
  readonly contaminated: number;
}

/** Name of the table of a source. */
const TABLES: Readonly<Record<string, string>> = {
  Choices: "choices",
  Calculations: "calculations",
  Open: "open",
};

type Plant = "near" | "variant" | "contaminated" | null;

/** What is planted at a place among the train rows; null for an original. */
function plantAt(index: number): Plant {
  if (index === 0) return null;
  const place = makeDraw("bench plant", index)(0, 9999) / 10_000;
  if (place < NEAR_SHARE) return "near";
  if (place < NEAR_SHARE + VARIANT_SHARE) return "variant";
  return place < NEAR_SHARE + VARIANT_SHARE + CONTAMINATED_SHARE ? "contaminated" : null;
}

/** An original that stands before a place. */
function originalBefore(index: number): BenchRow {
  let original = makeDraw("bench original", index)(0, index - 1);
  while (plantAt(original) !== null) original--;
  return makeRow(original, "train");
}

function trainRow(index: number, tests: number): BenchRow {
  const plant = plantAt(index);
  if (plant === null) return makeRow(index, "train");
  const copy = plant === "near"
    ? makeNearDuplicate(originalBefore(index), index)
    : plant === "variant"
    ? makeNumberVariant(originalBefore(index), index)
    : makeContaminated(makeRow(makeDraw("bench test", index)(0, tests - 1), "test"), index);
  // An original may have several copies.
  return { ...copy, id: `${copy.id}-${index}` };
}

/** Lines kept before they are written. */
const LINES = 20_000;

async function writeTable(path: string, lines: string): Promise<void> {
  await pl.scanJson(lines, { inferSchemaLength: null } as never)
    .withColumns(
      pl.col("options").cast(pl.Utf8),
      pl.lit(null).cast(pl.Float64).alias("passRate"),
    )
    .sinkParquet(path, { compression: "zstd" }).collect();
  await Deno.remove(lines);
}

/** Makes the tables in a folder. */
export async function makeTables(folder: string, rows: number): Promise<BenchTables> {
  const tests = Math.max(100, Math.round(TEST_SHARE * rows));
  const names = [...Object.values(TABLES), "test"];
  const pending = new Map<string, string[]>(names.map((name) => [name, []]));
  const linesPath = (name: string) => join(folder, `${name}.jsonl`);
  const flush = async (name: string) => {
    const lines = pending.get(name)!;
    await Deno.writeTextFile(linesPath(name), lines.join(""), { append: true });
    lines.length = 0;
  };
  let nearDuplicates = 0, contaminated = 0;
  const put = async (name: string, row: BenchRow) => {
    const lines = pending.get(name)!;
    if (lines.push(`${JSON.stringify(row)}\n`) === LINES) await flush(name);
  };
  for (let index = 0; index < rows; index++) {
    const row = trainRow(index, tests);
    if (row.id.includes("-near-")) nearDuplicates++;
    else if (row.id.includes("-leak-")) contaminated++;
    await put(TABLES[row.source]!, row);
  }
  for (let index = 0; index < tests; index++) await put("test", makeRow(index, "test"));
  const paths: Record<string, string> = {};
  for (const name of names) {
    await flush(name);
    paths[name] = join(folder, `${name}.parquet`);
    await writeTable(paths[name], linesPath(name));
  }
  return { paths, rows, nearDuplicates, contaminated };
}
