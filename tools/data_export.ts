/**
 * Writes questions for other trainers, and joins pass rates to them.
 *
 * deno task data:export FILE|DIR --format FORMAT --out PATH
 *
 * @module
 */

import {
  defaultTemplate,
  EXPORT_FORMATS,
  type ExportFormat,
  exportQuestions,
  hashTemplate,
  joinPassRates,
  loadTemplate,
  type QuestionRecord,
  readPassRates,
  readQuestions,
  type Split,
  writeRecords,
} from "@terse/data";
import { type DataArguments, parseDataArguments, UsageError } from "./data_arguments.ts";

/** The project's own records, e.g. for a recipe whose curriculum goes by pass rates. */
const OWN_FORMAT = "terse-jsonl";
const FORMATS = [...EXPORT_FORMATS, OWN_FORMAT] as const;
const SPLITS: readonly Split[] = ["train", "validation", "test", "ood"];

const HELP = `Writes questions in the layout of another trainer, with a manifest beside the file.

Usage: deno task data:export FILE|DIR --format FORMAT --out PATH [options]

  FILE|DIR            a data file in any layout that terse reads, or a folder of such files, e.g. what
                      data:prepare wrote; questions keep the budgets that they have there
  --format FORMAT     verl         parquet: data_source, prompt, ability, reward_model, extra_info
                      trl-parquet  parquet: prompt, and columns that TRL hands to the rewards
                      trl-jsonl    the same as JSON lines
                      terse-jsonl  the project's own records as JSON lines, without prompts
  --out PATH          the file to write
  --template FILE     wording of the prompts, a JSON file (the project's own)
  --pass-rate FILE    joins pass rates: columns id and pass_rate, and source where ids need it
  --split NAME        only questions of this split: train, validation, test or ood
  --on-bad-row HOW    fail: stop at the first row that does not load (fail); skip: list them and go on
  -h, --help          this text

Examples:
  deno task data:export prepared --split train --format verl --out train.parquet
  deno task data:export medqa.jsonl --pass-rate rates.csv --format terse-jsonl --out rated.jsonl

Exit status: 0 if the file is written, 1 if it cannot be, 2 for a wrong command line.
`;

/** Rows that do not load and are shown one by one. */
const SHOWN_BAD_ROWS = 20;

function requireText(options: DataArguments["options"], name: string): string {
  const value = options[name];
  if (typeof value === "string") return value;
  throw new UsageError(
    `Cannot start: --${name} must be given: current value is nothing. See --help`,
  );
}

function optionalText(options: DataArguments["options"], name: string): string | null {
  const value = options[name];
  return typeof value === "string" ? value : null;
}

/**
 * Runs the command.
 *
 * @param print Takes a line of the result.
 * @returns The exit status.
 * @throws {UsageError} for a command line that cannot be followed, and Error for files that cannot be
 *   used; nothing is written then.
 */
export async function runExport(
  args: readonly string[],
  print: (line: string) => void,
): Promise<number> {
  const parsed = parseDataArguments(args, {
    "format": FORMATS,
    "out": "text",
    "template": "text",
    "pass-rate": "text",
    "split": SPLITS,
    "on-bad-row": ["fail", "skip"],
  });
  if (parsed === "help") {
    print(HELP);
    return 0;
  }
  const { positionals, options } = parsed;
  const [path] = positionals;
  if (path === undefined || positionals.length > 1) {
    throw new UsageError(
      `Cannot start: FILE|DIR must be given once: current number is ${positionals.length}. See --help`,
    );
  }
  const format = requireText(options, "format") as (typeof FORMATS)[number];
  const out = requireText(options, "out");
  const templatePath = optionalText(options, "template");
  const template = templatePath === null ? defaultTemplate : await loadTemplate(templatePath);
  const ratesPath = optionalText(options, "pass-rate");
  const rates = ratesPath === null ? null : await readPassRates(ratesPath);
  const split = optionalText(options, "split");

  const read = await readQuestions(path, options["on-bad-row"] === "skip" ? "skip" : "fail");
  for (const notice of read.notices) print(`note: ${notice}`);
  for (const bad of read.skipped.slice(0, SHOWN_BAD_ROWS)) {
    print(`left out ${bad.path}, row ${bad.row}: ${bad.field} must be ${bad.rule}: ${bad.found}`);
  }
  if (read.skipped.length > 0) print(`left out ${read.skipped.length} rows that do not load`);
  let questions = read.questions.filter(({ record }) => split === null || record.split === split);
  if (questions.length === 0) {
    throw new RangeError(
      `Cannot write ${out}: there must be at least one question: current number is 0` +
        (split === null ? "" : `. ${read.questions.length} are of other splits than ${split}`),
    );
  }
  if (rates !== null) {
    const joined = joinPassRates(questions.map(({ record }) => record), rates);
    questions = questions.map(({ budget }, i) => ({ budget, record: joined.records[i]! }));
    print(
      `pass rates: ${joined.rated} of ${questions.length} questions have one; ` +
        `${joined.unused} of the file's rates belong to none of them`,
    );
  }
  if (format === OWN_FORMAT) {
    await writeRecords(out, questions.map(({ record }): QuestionRecord => record));
    print(`${out}: ${questions.length} records`);
    return 0;
  }
  const manifest = await exportQuestions(out, questions, format satisfies ExportFormat, template);
  const hash = (await hashTemplate(template)).slice(0, 12);
  print(
    `${out} (${format}): ${manifest.rows} rows, template "${template.name}" (sha256 ${hash}), ` +
      `rows sha256 ${manifest.hash.slice(0, 12)}`,
  );
  return 0;
}

if (import.meta.main) {
  try {
    Deno.exitCode = await runExport(Deno.args, console.log);
  } catch (error) {
    console.error((error as Error).message);
    Deno.exitCode = error instanceof UsageError ? 2 : 1;
  }
}
