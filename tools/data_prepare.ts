/**
 * `deno task data:prepare RECIPE`: carries out a recipe of questions.
 *
 * @module
 */

import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import {
  countSummary,
  loadRecipe,
  type Manifest,
  prepareData,
  type StepReport,
} from "../lib/data/mod.ts";
import { modelPath, readModel } from "../lib/rl/mod.ts";
import { UsageError } from "./data_arguments.ts";
import { rowProgress } from "./row_progress.ts";

const HELP =
  `Makes a data set from a recipe: Parquet files by split, removed.jsonl and manifest.json.

Usage: deno task data:prepare RECIPE [options]

  RECIPE                a file that exports defineRecipe(...) as its default
                        (experiments/recipes holds some)
  --source NAME=PATH    the file of one of the recipe's sources; may be repeated
  --out DIR             the folder to make (runs/data/<name of the recipe>)
  --on-bad-row WHAT     fail at the first bad row, or skip such rows and list them (fail)
  -h, --help            this text

Examples:
  deno task data:prepare experiments/recipes/sample.ts
  deno task data:prepare experiments/recipes/med_u1.ts --source train=train.json ...
  deno task ablate --data runs/data/med_u1

Ctrl-C stops and leaves nothing behind. Exit status: 0 if the folder is made, 1 if not, 2 for a wrong
command line, 130 if interrupted.
`;

/** Exit status of an interrupted command. */
const INTERRUPTED = 130;

interface Options {
  readonly recipe: string;
  readonly sources: Readonly<Record<string, string>>;
  readonly out: string | null;
  readonly onBadRow: "fail" | "skip";
}

/** Reads the arguments; null if help is asked for. */
function parseOptions(args: readonly string[], cwd: string): Options | null {
  const refuse = (what: string, must: string, found: string): never => {
    throw new UsageError(
      `Cannot start: ${what} must be ${must}: current value is ${found}. See --help`,
    );
  };
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        source: { type: "string", multiple: true },
        out: { type: "string" },
        "on-bad-row": { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new UsageError(`Cannot start: ${(error as Error).message}. See --help`);
  }
  const { values, positionals } = parsed;
  if (values.help) return null;
  const [recipe] = positionals;
  if (recipe === undefined || positionals.length > 1) {
    return refuse("RECIPE", "one file", positionals.join(" ") || "none");
  }
  const sources: Record<string, string> = {};
  for (const given of values.source ?? []) {
    const parts = /^([^=]+)=(.+)$/s.exec(given);
    if (parts === null) return refuse("--source", "NAME=PATH", JSON.stringify(given));
    sources[parts[1]!] = resolve(cwd, parts[2]!);
  }
  const onBadRow = values["on-bad-row"] ?? "fail";
  if (onBadRow !== "fail" && onBadRow !== "skip") {
    return refuse("--on-bad-row", "fail or skip", JSON.stringify(onBadRow));
  }
  return {
    recipe: resolve(cwd, recipe),
    sources,
    out: values.out === undefined ? null : resolve(cwd, values.out),
    onBadRow,
  };
}

/** Counts as `5 train, 2 test`; splits without questions are left out. */
function describeCounts(counts: Readonly<Record<string, number>>): string {
  const parts = Object.entries(counts).filter(([, count]) => count > 0);
  return parts.map(([split, count]) => `${count.toLocaleString("en")} ${split}`).join(", ") ||
    "none";
}

function describeStep({ step, in: before, out, removed, otherAnswer }: StepReport): string {
  const causes = Object.entries(removed ?? {}).map(([rule, count]) => `${count} ${rule}`);
  const why = causes.length === 0 ? "" : `; removed ${causes.join(", ")}`;
  const other = otherAnswer === undefined || otherAnswer === 0
    ? ""
    : ` (${otherAnswer} with another gold answer)`;
  return `${step.padEnd(18)} ${describeCounts(before)} -> ${describeCounts(out)}${why}${other}`;
}

function describe(manifest: Manifest, out: string): string[] {
  const skipped = manifest.sources.flatMap(({ skipped }) => skipped);
  return [
    ...manifest.sources.map(({ name, file, rows, layout, sha256 }) =>
      `source ${name}: ${file}, ${rows.toLocaleString("en")} rows, ${layout}, sha256 ${
        sha256.slice(0, 12)
      }`
    ),
    ...manifest.sources.flatMap(({ notices }) => notices),
    ...(skipped.length === 0 ? [] : [
      `left out ${skipped.length} bad rows; the first: ${skipped[0]!.path}, row ${
        skipped[0]!.row
      }: ` +
      `${skipped[0]!.field} must be ${skipped[0]!.rule}: current value is ${skipped[0]!.found}`,
    ]),
    ...manifest.steps.map(describeStep),
    ...countSummary(manifest),
    `recipe   ${manifest.recipeHash}`,
    `data     ${manifest.hash}`,
    `folder   ${out}`,
  ];
}

/** Tells tokens of texts by the tokenizer of a model, whose path is from the recipe's folder. */
async function loadTokenizer(model: string, folder: string): Promise<(text: string) => number> {
  const known = modelPath(model);
  const { tokenizer } = await readModel(known === model ? resolve(folder, model) : known);
  return (text) => tokenizer.encode(text).length;
}

async function main(): Promise<number> {
  // deno task runs in the project's root; it tells where the user stands.
  const cwd = Deno.env.get("INIT_CWD") ?? Deno.cwd();
  const controller = new AbortController();
  const stop = () => controller.abort(new DOMException("interrupted", "AbortError"));
  Deno.addSignalListener("SIGINT", stop);
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", stop);
  const progress = rowProgress();
  try {
    const options = parseOptions(Deno.args, cwd);
    if (options === null) {
      console.log(HELP);
      return 0;
    }
    const loaded = await loadRecipe(options.recipe, options.sources);
    const out = options.out ?? join(cwd, "runs", "data", loaded.recipe.name);
    const manifest = await prepareData(loaded, {
      out,
      onBadRow: options.onBadRow,
      onProgress: progress.show,
      signal: controller.signal,
      threads: navigator.hardwareConcurrency,
      loadTokenizer: (model) => loadTokenizer(model, dirname(loaded.path)),
    });
    progress.close();
    for (const line of describe(manifest, out)) console.log(line);
    return 0;
  } catch (error) {
    progress.close();
    if (controller.signal.aborted) {
      console.error("interrupted: nothing was written. The same command starts again");
      return INTERRUPTED;
    }
    console.error(error instanceof Error ? error.message : error);
    return error instanceof UsageError ? 2 : 1;
  }
}

if (import.meta.main) Deno.exit(await main());
