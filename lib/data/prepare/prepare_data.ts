/**
 * From a recipe to a folder of Parquet files with a manifest.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { basename, dirname, join } from "node:path";
import { canonicalJson, type JsonValue, sha256Hex } from "../canonical_json.ts";
import { CREDENTIALED_SOURCES } from "../loaders/terms.ts";
import { checkSteps } from "./check_steps.ts";
import { orderEntries } from "./curriculum.ts";
import { type Manifest, MANIFEST_FORMAT, type RowCounts, type StepReport } from "./manifest.ts";
import { entriesOf, mixRows } from "./mix.ts";
import { chunksOf, readCells } from "./question_table.ts";
import { type OnProgress, type QuestionSet, scanSources, type Workshop } from "./question_set.ts";
import { writePrepared } from "./prepared_files.ts";
import type { RecipeStep } from "./recipe.ts";
import type { LoadedRecipe } from "./recipe_file.ts";
import { aliveRows, KINDS, SPLITS } from "./row_columns.ts";
import {
  type CountTokens,
  decontaminate,
  filterRows,
  PrintCache,
  type Removal,
  removeExact,
  removeNear,
  splitTrain,
} from "./row_steps.ts";
import { type StagedSource, stageSource } from "./stage.ts";
import { TaskPool } from "./task_pool.ts";

/** How a recipe is carried out. */
export interface PrepareOptions {
  /** The folder to make; it must not exist. */
  readonly out: string;
  readonly onBadRow: "fail" | "skip";
  readonly onProgress: OnProgress;
  readonly signal: AbortSignal;
  /** Threads; 1 works in the caller's. */
  readonly threads: number;
  /** Loads the tokenizer of a model named in a filter. */
  readonly loadTokenizer: (model: string) => Promise<CountTokens>;
}

/** Name of the file that lists removed rows with their matches. */
const REMOVED = "removed.jsonl";

async function hashFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  using file = await Deno.open(path);
  for await (const chunk of file.readable) hash.update(chunk);
  return hash.digest("hex");
}

async function syncFile(path: string): Promise<void> {
  using file = await Deno.open(path, { read: true, write: true });
  await file.sync();
}

function countSplits({ columns }: QuestionSet): Record<string, number> {
  const counts = Object.fromEntries(SPLITS.map((name) => [name, 0]));
  for (const row of aliveRows(columns)) counts[SPLITS[columns.split[row]!]!]!++;
  return counts;
}

/** Carries out the steps that take rows out or move them. */
async function takeRows(
  set: QuestionSet,
  steps: readonly RecipeStep[],
  seed: number,
  tokenizers: ReadonlyMap<string, CountTokens>,
  workshop: Workshop,
): Promise<{ reports: StepReport[]; removals: { index: number; list: readonly Removal[] }[] }> {
  const cache = new PrintCache();
  const reports: StepReport[] = [];
  const removals: { index: number; list: readonly Removal[] }[] = [];
  for (const [index, step] of steps.entries()) {
    const before = countSplits(set);
    let list: readonly Removal[] | null = null;
    let otherAnswer: number | null = null;
    switch (step.step) {
      case "filter": {
        const model = step.lengthTokens?.model;
        filterRows(set, step, model === undefined ? null : tokenizers.get(model)!, workshop);
        break;
      }
      case "exact_duplicates": {
        list = await removeExact(set, cache, workshop);
        const { answers } = await cache.get(set, workshop);
        otherAnswer = list.filter(({ row, match }) => answers[row] !== answers[match]).length;
        break;
      }
      case "near_duplicates":
        list = await removeNear(set, step, cache, workshop);
        break;
      case "split":
        await splitTrain(set, step, seed, workshop);
        break;
      case "decontaminate":
        list = await decontaminate(set, step, workshop);
        break;
      default:
        continue;
    }
    const removed: Record<string, number> = {};
    for (const { rule } of list ?? []) removed[rule] = (removed[rule] ?? 0) + 1;
    if (list !== null) removals.push({ index, list });
    reports.push({
      step: step.step,
      in: before,
      out: countSplits(set),
      ...(list === null ? {} : { removed }),
      ...(otherAnswer === null ? {} : { otherAnswer }),
    });
  }
  return { reports, removals };
}

const PREVIEW_CHARS = 160;

/** Writes what was removed, a line each, with its match. */
async function writeRemoved(
  path: string,
  set: QuestionSet,
  steps: readonly RecipeStep[],
  removals: readonly { readonly index: number; readonly list: readonly Removal[] }[],
): Promise<number> {
  const wanted = removals.flatMap(({ list }) => list.flatMap(({ row, match }) => [row, match]));
  const rows = Uint32Array.from(new Set(wanted)).sort();
  const shown = new Map<number, JsonValue>();
  for (const part of chunksOf(set.chunks, rows)) {
    const cells = readCells(part.chunk, ["id", "source", "question"]);
    for (const row of part.rows) {
      const index = row - part.chunk.first;
      shown.set(row, {
        id: cells.id[index]!,
        source: cells.source[index]!,
        split: SPLITS[set.columns.split[row]!]!,
        question: CREDENTIALED_SOURCES.has(cells.source[index]!)
          ? "not shown"
          : cells.question[index]!.slice(0, PREVIEW_CHARS),
      });
    }
  }
  await Deno.writeTextFile(path, "", { createNew: true });
  let lines: string[] = [];
  let count = 0;
  for (const { index, list } of removals) {
    for (const { row, match, rule, similarity } of list) {
      const step = `${index + 1} ${steps[index]!.step}`;
      const removed = shown.get(row)!, kept = shown.get(match)!;
      lines.push(`${JSON.stringify({ step, rule, similarity, removed, match: kept })}\n`);
      count++;
      if (lines.length < 10_000) continue;
      await Deno.writeTextFile(path, lines.join(""), { append: true });
      lines = [];
    }
  }
  await Deno.writeTextFile(path, lines.join(""), { append: true });
  return count;
}

/** Removes what prepared folders of killed processes have left beside one. */
async function removeLeftovers(out: string): Promise<void> {
  const prefix = `.${basename(out)}.`;
  for await (const { name, isDirectory } of Deno.readDir(dirname(out))) {
    if (!isDirectory || !name.startsWith(prefix) || !name.endsWith(".part")) continue;
    const folder = join(dirname(out), name);
    using lock = await Deno.open(join(folder, "lock"), { write: true, create: true });
    if (await lock.tryLock(true)) await Deno.remove(folder, { recursive: true });
  }
}

/**
 * Carries out a recipe. The folder appears whole or not at all: everything is written in a folder beside
 * it, flushed, and renamed at the end.
 *
 * @returns The manifest, which the folder holds as manifest.json.
 * @throws {DataError} for a bad row or file, unless bad rows are skipped.
 * @throws {RangeError} if a step cannot be carried out, or no question is left.
 * @throws {Error} if the folder exists; the signal's reason if it aborts.
 */
export async function prepareData(
  loaded: LoadedRecipe,
  options: PrepareOptions,
): Promise<Manifest> {
  const { out } = options;
  if (await Deno.stat(out).then(() => true, () => false)) {
    throw new Error(
      `Cannot prepare ${loaded.recipe.name}: the folder must not exist: current value is ${out}. ` +
        `Remove it, or give another one by --out DIR`,
    );
  }
  await Deno.mkdir(dirname(out), { recursive: true });
  await removeLeftovers(out);
  const work = join(dirname(out), `.${basename(out)}.${crypto.randomUUID()}.part`);
  const [folder, pieces] = [join(work, "folder"), join(work, "pieces")];
  for (const path of [work, folder, pieces]) await Deno.mkdir(path);
  using lock = await Deno.open(join(work, "lock"), { write: true, create: true });
  await lock.lock(true);
  try {
    const manifest = await carryOut(loaded, options, folder, pieces);
    await Deno.rename(folder, out);
    return manifest;
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

async function carryOut(
  { recipe, sourcePaths }: LoadedRecipe,
  { onBadRow, onProgress, signal, threads, loadTokenizer }: PrepareOptions,
  folder: string,
  pieces: string,
): Promise<Manifest> {
  const tokenizers = await loadTokenizers(recipe.steps, loadTokenizer);
  const staged: StagedSource[] = [];
  let pool: TaskPool | null = null;
  try {
    let first = 0;
    for (const [index, path] of sourcePaths.entries()) {
      signal.throwIfAborted();
      const progress = { signal, onProgress };
      const source = await stageSource(path, index, first, pieces, onBadRow, progress);
      staged.push(source);
      first += source.rows;
    }
    pool = new TaskPool(first > PARALLEL_ROWS ? threads : 1);
    const workshop: Workshop = { pool, signal, onProgress };
    const names = recipe.sources.map(({ name }) => name);
    const splits = recipe.sources.map(({ split }) => split);
    const set = await scanSources(staged, names, splits, onBadRow, workshop);
    checkSteps(recipe, set);
    const { reports, removals } = await takeRows(
      set,
      recipe.steps,
      recipe.seed,
      tokenizers,
      workshop,
    );
    const removed = await writeRemoved(join(folder, REMOVED), set, recipe.steps, removals);
    return await writeSet({ recipe, set, staged, reports, removed, folder, pieces, workshop });
  } finally {
    pool?.close();
    // A rejected hash must not be left without anybody to hear of it.
    await Promise.allSettled(staged.map(({ sha256 }) => sha256));
  }
}

/** The tokenizers of the models that filters name. */
async function loadTokenizers(
  steps: readonly RecipeStep[],
  loadTokenizer: PrepareOptions["loadTokenizer"],
): Promise<ReadonlyMap<string, CountTokens>> {
  const tokenizers = new Map<string, CountTokens>();
  for (const step of steps) {
    const model = step.step === "filter" ? step.lengthTokens?.model : undefined;
    if (model === undefined || tokenizers.has(model)) continue;
    tokenizers.set(model, await loadTokenizer(model));
  }
  return tokenizers;
}

/** Rows from which threads are worth their start. */
const PARALLEL_ROWS = 20_000;

async function writeSet(
  { recipe, set, staged, reports, removed, folder, pieces, workshop }: {
    readonly recipe: LoadedRecipe["recipe"];
    readonly set: QuestionSet;
    readonly staged: readonly StagedSource[];
    readonly reports: readonly StepReport[];
    readonly removed: number;
    readonly folder: string;
    readonly pieces: string;
    readonly workshop: Workshop;
  },
): Promise<Manifest> {
  const { columns, sources } = set;
  const rows = aliveRows(columns);
  const entries = SPLITS.map((_, split) =>
    entriesOf(rows.filter((row) => columns.split[row] === split))
  );
  const steps = [...reports];
  const report = (step: RecipeStep["step"], before: number) =>
    steps.push({ step, in: { train: before }, out: { train: entries[0]!.row.length } });
  let budgets = { spec: { kind: "none" } as const, seed: recipe.seed } as Parameters<
    typeof writePrepared
  >[2];
  for (const step of recipe.steps) {
    const before = entries[0]!.row.length;
    if (step.step === "mix") {
      entries[0] = mixRows(entries[0]!.row, columns, sources, step, recipe.seed);
      report("mix", before);
    } else if (step.step === "curriculum") {
      entries[0] = orderEntries(entries[0]!, columns, sources, step, recipe.seed);
      report("curriculum", before);
    } else if (step.step === "budgets") {
      budgets = { spec: step.budgets, seed: recipe.seed };
      report("budgets", before);
    }
  }
  if (entries.every(({ row }) => row.length === 0)) {
    throw new RangeError(
      `Cannot prepare ${recipe.name}: at least one question must be left: current number is 0. ` +
        `The steps left ${
          steps.map(({ step, out }) => `${step} ${JSON.stringify(out)}`).join(", ")
        }`,
    );
  }
  const names = recipe.sources.map(({ name }) => name);
  const shards = await writePrepared(entries, set, budgets, names, folder, pieces, workshop);
  const described: Manifest["files"][number][] = [];
  for (const { name, split, rows } of [...shards, { name: REMOVED, split: "", rows: removed }]) {
    const path = join(folder, name);
    await syncFile(path);
    const sha256 = await hashFile(path);
    described.push({ name, ...(split === "" ? {} : { split }), rows, sha256 });
  }
  const sourceHashes = await Promise.all(staged.map(({ sha256 }) => sha256));
  const plain = JSON.parse(JSON.stringify(recipe)) as { sources: Record<string, JsonValue>[] };
  const declared = {
    ...plain,
    // Where a file stands changes nothing; what it holds does.
    sources: plain.sources.map(({ path: _, ...source }) => source),
  } as unknown as JsonValue;
  const manifest: Manifest = {
    format: MANIFEST_FORMAT,
    recipe: declared,
    recipeHash: await sha256Hex(canonicalJson({ recipe: declared, files: sourceHashes })),
    seed: recipe.seed,
    sources: staged.map(({ path, layout, rows, notices }, i) => ({
      name: names[i]!,
      file: basename(path),
      sha256: sourceHashes[i]!,
      layout,
      rows,
      licences: set.licences[i]!,
      skipped: set.skipped[i]!,
      notices,
    })),
    steps,
    rows: countRowsBySource(entries, set),
    files: described,
    hash: await sha256Hex(described.map(({ name, sha256 }) => `${name} ${sha256}`).join("\n")),
  };
  const path = join(folder, "manifest.json");
  await Deno.writeTextFile(path, `${JSON.stringify(manifest, null, 2)}\n`);
  await syncFile(path);
  return manifest;
}

function countRowsBySource(
  entriesBySplit: readonly { readonly row: Uint32Array }[],
  { columns, sources }: QuestionSet,
): Record<string, RowCounts> {
  const counts: Record<string, Record<string, Record<string, number>>> = {};
  entriesBySplit.forEach(({ row }, split) => {
    for (const index of row) {
      const bySource = counts[SPLITS[split]!] ??= {};
      const byKind = bySource[sources[columns.source[index]!]!] ??= {};
      const kind = KINDS[columns.kind[index]!]!;
      byKind[kind] = (byKind[kind] ?? 0) + 1;
    }
  });
  return counts;
}
