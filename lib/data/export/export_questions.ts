/**
 * Questions for other trainers: one file and a manifest that says what is in it.
 *
 * @module
 */

import { canonicalJson, type JsonValue, sha256Hex } from "../canonical_json.ts";
import { type NestedSchema, type NestedType, writeNestedParquet } from "../nested_parquet.ts";
import { hashTemplate, type PromptTemplate } from "../prompt_template.ts";
import { replaceFile } from "../replace_file.ts";
import type { ExportedQuestion, ExportLayout } from "./layout.ts";
import { trlLayout } from "./trl.ts";
import { verlLayout } from "./verl.ts";

/** Layouts of other trainers, by trainer and kind of file. */
export const EXPORT_FORMATS = ["verl", "trl-parquet", "trl-jsonl"] as const;

/** A layout of another trainer. */
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

const LAYOUTS: Readonly<Record<ExportFormat, ExportLayout>> = {
  "verl": verlLayout,
  "trl-parquet": trlLayout,
  "trl-jsonl": trlLayout,
};

/** Content of the manifest, which stands beside the file as `<file>.manifest.json`. */
export interface ExportManifest {
  readonly format: ExportFormat;
  readonly rows: number;
  readonly rowsBySource: Readonly<Record<string, number>>;
  /** Rows with a pass rate. */
  readonly rated: number;
  readonly licences: readonly string[];
  readonly template: { readonly name: string; readonly hash: string };
  /** SHA-256 of the rows' canonical JSON, one a line. */
  readonly hash: string;
  /**
   * Types of the columns for Hugging Face's `Features.from_dict`. JSON lines hold no types, and
   * `load_dataset` fails where a column is null in the first 10 MB and not later, unless it is told.
   */
  readonly features: JsonValue;
}

const DTYPES = { string: "string", int: "int64", float: "float64" } as const;

function featureOf(type: NestedType): JsonValue {
  if (typeof type === "string") return { dtype: DTYPES[type], _type: "Value" };
  return "list" in type ? [featureOf(type.list)] : featuresOf(type.fields);
}

function featuresOf(schema: NestedSchema): { readonly [name: string]: JsonValue } {
  return Object.fromEntries(Object.entries(schema).map(([name, type]) => [name, featureOf(type)]));
}

/** Path of an exported file's manifest. */
export function exportManifestPath(path: string): string {
  return `${path}.manifest.json`;
}

/**
 * Writes questions in the layout of another trainer, and the manifest, each atomically.
 *
 * @param path The file to make or replace; its folder must exist.
 * @returns The manifest.
 *
 * @example
 * ```ts
 * import { defaultTemplate, exportQuestions, generateQuestions } from "@terse/data";
 * import { assertEquals } from "@std/assert";
 * const questions = generateQuestions({ seed: 1, split: "ood", count: 3 })
 *   .map((record) => ({ record, budget: { mode: "maximum", tokens: 300 } as const }));
 * const path = `${await Deno.makeTempDir()}/train.jsonl`;
 * await exportQuestions(path, questions, "trl-jsonl", defaultTemplate);
 * const [line] = (await Deno.readTextFile(path)).split("\n");
 * assertEquals(JSON.parse(line!).num_tokens, -300);
 * ```
 */
export async function exportQuestions(
  path: string,
  questions: readonly ExportedQuestion[],
  format: ExportFormat,
  template: PromptTemplate,
): Promise<ExportManifest> {
  const layout = LAYOUTS[format];
  const rows = questions.map((question, i) => layout.makeRow(question, i, template));
  if (format === "trl-jsonl") {
    const lines = rows.map((row) => `${JSON.stringify(row)}\n`);
    await replaceFile(path, (temporary) => Deno.writeTextFile(temporary, lines.join("")));
  } else await writeNestedParquet(path, rows, layout.schema);
  const rowsBySource: Record<string, number> = {};
  for (const { record } of questions) {
    rowsBySource[record.source] = (rowsBySource[record.source] ?? 0) + 1;
  }
  const manifest: ExportManifest = {
    format,
    rows: rows.length,
    rowsBySource,
    rated: questions.filter(({ record }) => record.passRate !== undefined).length,
    licences: [...new Set(questions.map(({ record }) => record.licence))].sort(),
    template: { name: template.name, hash: await hashTemplate(template) },
    hash: await sha256Hex(rows.map((row) => canonicalJson(row)).join("\n")),
    features: featuresOf(layout.schema),
  };
  await replaceFile(
    exportManifestPath(path),
    (temporary) => Deno.writeTextFile(temporary, `${JSON.stringify(manifest, null, 2)}\n`),
  );
  return manifest;
}
