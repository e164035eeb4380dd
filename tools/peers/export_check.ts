/**
 * Writes questions in every export format and has pandas, pyarrow and Hugging Face datasets read them
 * back: every value must be the one that was written.
 *
 * deno run -A tools/peers/export_check.ts PYTHON OUT_DIR
 *
 * PYTHON has datasets, pandas and pyarrow.
 *
 * @module
 */
import {
  type Budget,
  defaultTemplate,
  EXPORT_FORMATS,
  exportQuestions,
  generateQuestions,
} from "@terse/data";
import { join } from "node:path";
import type { ExportedQuestion } from "../../lib/data/export/layout.ts";
import { trlLayout } from "../../lib/data/export/trl.ts";
import { verlLayout } from "../../lib/data/export/verl.ts";

const [python, out] = Deno.args;
if (python === undefined || out === undefined) {
  console.error("Usage: deno run -A tools/peers/export_check.ts PYTHON OUT_DIR");
  Deno.exit(2);
}
await Deno.mkdir(out, { recursive: true });

const BUDGETS: readonly Budget[] = [
  { mode: "none" },
  { mode: "exact", tokens: 300 },
  { mode: "maximum", tokens: 1200 },
];

/** All kinds, outputs and budgets; some rated; limits only after so many rows that guessing has ended. */
const questions: ExportedQuestion[] = ["train", "ood"].flatMap((split) =>
  generateQuestions({ seed: 1, split: split as "train" | "ood", count: 20_000 })
).sort((a, b) => Number(a.gold.kind === "calculation") - Number(b.gold.kind === "calculation"))
  .map((record, i) => ({
    record: i < 30_000 ? record : {
      ...record,
      id: `${record.id} "\u00e9\ud83d\ude00"`,
      context: `${record.context}\n\u2028\t\\ "quoted"`,
      passRate: (i % 9) / 8,
    },
    budget: BUDGETS[i % BUDGETS.length]!,
  }));

let failed = 0;
for (const format of EXPORT_FORMATS) {
  const path = join(out, format === "trl-jsonl" ? "trl.jsonl" : `${format}.parquet`);
  const manifest = await exportQuestions(path, questions, format, defaultTemplate);
  const layout = format === "verl" ? verlLayout : trlLayout;
  const expected = join(out, `${format}.expected.jsonl`);
  await Deno.writeTextFile(
    expected,
    questions.map((question, i) =>
      `${JSON.stringify(layout.makeRow(question, i, defaultTemplate))}\n`
    ).join(""),
  );
  console.log(`${format}: ${manifest.rows} rows`);
  const { success } = await new Deno.Command(python, {
    args: [join(import.meta.dirname!, "export_readback.py"), path, expected],
    env: { HF_HUB_OFFLINE: "1", HF_DATASETS_DISABLE_PROGRESS_BARS: "1" },
  }).spawn().status;
  if (!success) failed++;
}
Deno.exit(failed === 0 ? 0 : 1);
