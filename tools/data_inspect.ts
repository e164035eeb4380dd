/**
 * Looks at a data set: counts, lengths, answer letters, duplicates, overlaps, licences, samples.
 *
 * deno task data:inspect FILE|RECIPE [--out page.html]
 *
 * @module
 */

import {
  type BadRow,
  findDataFiles,
  type InspectedFile,
  type Inspection,
  inspectRecords,
  type LoadedData,
  loadRecipe,
  loadRecords,
  type Part,
  type Split,
} from "@terse/data";
import { validateGold } from "@terse/rewards";
import { modelPath, readModel } from "@terse/rl";
import { basename, dirname, join, parse, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseDataArguments, UsageError } from "./data_arguments.ts";
import { formatInspection } from "./data_inspect/format_inspection.ts";

const HELP = `Looks at a data set and writes what it finds as a page.

Usage: deno task data:inspect FILE... | RECIPE [options]

  FILE              data in any layout that terse reads, or a folder of them, e.g. a prepared one;
                    several are looked at together
  RECIPE            a recipe (.ts): its sources before any step, in the splits that it gives them
  --source NAME=PATH  the file of one of the recipe's sources; may be repeated
  --out PAGE        the page to write (runs/inspect/<name of the first file>.html)
  --model NAME      count lengths in tokens of tiny, smollm2, or a .gguf file or model folder (words)
  --on-bad-row HOW  fail (default): stop at the first bad row; skip: count and list bad rows
  -h, --help        this text

Parts must not share questions: splits, in the order train, validation, test, ood, or files where none has
splits; the training file comes first. Exit status: 0, 1 if the data cannot be read, 2 for a wrong
command line. Warnings do not change it.
`;

/** Bad rows that are listed on the page. */
const LISTED_ROWS = 50;

const WRITER = fileURLToPath(new URL("../reports/write_inspection.ts", import.meta.url));

/** Records by split, or by file where no file has splits; one part where there is nothing to part. */
function toParts(loaded: readonly LoadedData[]): Part[] {
  const records = loaded.flatMap((file) => file.records);
  const splits = ["train", "validation", "test", "ood"].map((name) => ({
    name,
    records: records.filter(({ split }) => split === name),
  })).filter((part) => part.records.length > 0);
  if (splits.length > 1 || loaded.length === 1) return splits;
  const names = loaded.map(({ path }) => basename(path));
  const areNames = new Set(names).size === names.length;
  return loaded.map(({ path, records }, i) => ({ name: areNames ? names[i]! : path, records }));
}

function toFile({ path, layout, sha256, records, skipped }: LoadedData): InspectedFile {
  return { path, layout, sha256, rows: records.length, skipped: skipped.length };
}

/** Bad rows without the values of sets that must not be shown. */
function toShownRows({ layout, skipped }: LoadedData): BadRow[] {
  return layout === "EHRNoteQA"
    ? skipped.map((bad) => ({ ...bad, found: "not shown" }))
    : [...skipped];
}

/** A file to be read, and the split of all its questions where a recipe gives one. */
interface Source {
  readonly path: string;
  readonly split: Split | null;
}

function toGiven(sources: readonly string[]): Record<string, string> {
  return Object.fromEntries(sources.map((source) => {
    const [, name, path] = /^([^=]+)=(.+)$/s.exec(source) ?? [];
    if (name === undefined || path === undefined) {
      throw new UsageError(
        `Cannot start: --source must be NAME=PATH: current value is ${JSON.stringify(source)}`,
      );
    }
    return [name, resolve(path)];
  }));
}

/** The files that the command line names, folders and recipes replaced by theirs. */
async function findSources(
  paths: readonly string[],
  given: Readonly<Record<string, string>>,
): Promise<Source[]> {
  const sources: Source[] = [];
  for (const path of paths) {
    if (path.endsWith(".ts")) {
      const { recipe, sourcePaths } = await loadRecipe(resolve(path), given);
      recipe.sources.forEach(({ split = null }, i) =>
        sources.push({ path: sourcePaths[i]!, split })
      );
    } else {
      const found = await findDataFiles(path);
      sources.push(...found.map((file) => ({ path: file, split: null })));
    }
  }
  return sources;
}

async function loadSource({ path, split }: Source, onBadRow: "fail" | "skip"): Promise<LoadedData> {
  const loaded = await loadRecords(path, { onBadRow });
  return split === null
    ? loaded
    : { ...loaded, records: loaded.records.map((record) => ({ ...record, split })) };
}

/**
 * Inspects files.
 *
 * @param paths Files in known layouts, folders of them, or recipes.
 * @param given Files of the recipes' sources, by name.
 * @param note Takes what is being done.
 * @param model Whose tokens lengths are counted in; null for words.
 * @throws {DataError} if a file cannot be read, or a row of it cannot where rows are not skipped.
 */
export async function inspectFiles(
  paths: readonly string[],
  onBadRow: "fail" | "skip",
  model: string | null = null,
  given: Readonly<Record<string, string>> = {},
  note: (doing: string) => void = () => {},
): Promise<Inspection> {
  const loaded: LoadedData[] = [];
  for (const source of await findSources(paths, given)) {
    note(`reading ${source.path}`);
    loaded.push(await loadSource(source, onBadRow));
  }
  const tokenizer = model === null ? null : (await readModel(modelPath(model))).tokenizer;
  const rows = loaded.reduce((sum, { records }) => sum + records.length, 0);
  note(`measuring and comparing ${rows.toLocaleString("en")} questions`);
  const found = inspectRecords({
    parts: toParts(loaded),
    checkGold: validateGold,
    ...(tokenizer === null ? {} : {
      length: {
        unit: `tokens of ${basename(model!)}`,
        count: (text: string) => tokenizer.encode(text).length,
      },
    }),
  });
  const first = basename(paths[0]!);
  return {
    title: paths.length === 1 ? first : `${first} and ${paths.length - 1} more`,
    files: loaded.map(toFile),
    skipped: loaded.flatMap(toShownRows).slice(0, LISTED_ROWS),
    notices: loaded.flatMap(({ notices }) => notices),
    ...found,
  };
}

/** Has the page written by reports/, which nothing imports. */
async function writePage(inspection: Inspection, path: string): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  const writer = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", WRITER, path],
    stdin: "piped",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const input = writer.stdin.getWriter();
  await input.write(new TextEncoder().encode(JSON.stringify(inspection)));
  await input.close();
  const { success, stderr } = await writer.output();
  if (!success) throw new Error(`Cannot write ${path}: ${new TextDecoder().decode(stderr).trim()}`);
}

/** One line on standard error that the next one replaces, if that is a terminal. */
function noteOnTerminal(doing: string): void {
  if (!Deno.stderr.isTerminal()) return;
  Deno.stderr.writeSync(new TextEncoder().encode(`\r\x1b[K${doing === "" ? "" : `${doing} ...`}`));
}

/**
 * Runs the command.
 *
 * @returns The exit status.
 * @throws {UsageError} for a command line that cannot be followed.
 * @throws {DataError} if the data cannot be read.
 */
export async function runInspection(
  args: readonly string[],
  print: (line: string) => void,
): Promise<number> {
  const parsed = parseDataArguments(args, {
    out: "text",
    model: "text",
    source: "texts",
    "on-bad-row": ["fail", "skip"],
  });
  if (parsed === "help") {
    print(HELP);
    return 0;
  }
  const { positionals: paths, options, lists } = parsed;
  if (paths.length === 0) {
    throw new UsageError("Cannot start: FILE must be given at least once: current number is 0");
  }
  const onBadRow = options["on-bad-row"] === "skip" ? "skip" : "fail";
  const model = typeof options.model === "string" ? options.model : null;
  const given = toGiven(lists.source ?? []);
  const inspection = await inspectFiles(paths, onBadRow, model, given, noteOnTerminal);
  noteOnTerminal("");
  for (const line of formatInspection(inspection)) print(line);
  const page = typeof options.out === "string"
    ? resolve(options.out)
    : resolve(join("runs", "inspect", `${parse(paths[0]!).name}.html`));
  await writePage(inspection, page);
  print(`page     ${page}`);
  return 0;
}

if (import.meta.main) {
  try {
    Deno.exitCode = await runInspection(Deno.args, console.log);
  } catch (error) {
    console.error((error as Error).message);
    Deno.exitCode = error instanceof UsageError ? 2 : 1;
  }
}
