import { assertEquals } from "@std/assert";
import type { QuestionRecord } from "../record.ts";
import { assignSplits } from "../split.ts";
import { loadRecords } from "./load_records.ts";

const FOLDER = new URL("../../../../shared/data/", import.meta.url).pathname;

function isThere(): boolean {
  try {
    return Deno.statSync(`${FOLDER}README.md`).isFile;
  } catch {
    return false;
  }
}

// Rows as the folder's README counts them; no row of any file is left out.
const FILES: [name: string, source: string, kind: QuestionRecord["gold"]["kind"], rows: number][] =
  [
    ["medqa.jsonl", "MedQA", "choice", 621],
    ["medmcqa.jsonl", "MedMCQA", "choice", 2078],
    ["mmlu_medical.jsonl", "MMLU-medical", "choice", 550],
    ["medxpertqa_text.jsonl", "MedXpertQA", "choice", 719],
    ["medbullets_op5.jsonl", "MedBullets", "choice", 158],
    ["mediq.jsonl", "MediQ", "choice", 617],
    ["pubmedqa.json", "PubMedQA", "choice", 522],
    ["medu1_medcalc.json", "MedCalc-Bench", "calculation", 517],
    ["medu1_huatuo.json", "medical-o1-reasoning-SFT", "open", 483],
  ];

for (const [name, source, kind, rows] of FILES) {
  Deno.test({
    name: `../shared/data/${name}: all ${rows} rows load (ignored where the folder is absent)`,
    ignore: !isThere(),
    async fn() {
      const { records, skipped } = await loadRecords(`${FOLDER}${name}`);
      assertEquals(skipped, []);
      assertEquals(records.length, rows);
      assertEquals(new Set(records.map((record) => record.source)), new Set([source]));
      assertEquals(new Set(records.map((record) => record.gold.kind)), new Set([kind]));
      assertEquals(new Set(records.map((record) => record.id)).size, rows);
    },
  });
}

Deno.test({
  name: "../shared/data: options, notes and outputs are as published (ignored where absent)",
  ignore: !isThere(),
  async fn() {
    const medqa = (await loadRecords(`${FOLDER}medqa.jsonl`)).records;
    for (const record of medqa) {
      assertEquals(Object.keys(record.options!), ["A", "B", "C", "D"]);
      assertEquals(record.question.includes("Answer Choices"), false);
    }
    const medcalc = (await loadRecords(`${FOLDER}medu1_medcalc.json`)).records;
    const outputs: Record<string, number> = {};
    for (const { gold, context, question } of medcalc) {
      if (gold.kind === "calculation") outputs[gold.output] = (outputs[gold.output] ?? 0) + 1;
      assertEquals([context === "", question.includes("<")], [false, false]);
    }
    assertEquals([outputs.date, outputs.weeks_days], [7, 3]);
  },
});

Deno.test({
  name: "../shared/data/mmlu_medical.jsonl: repeated questions share a side (ignored where absent)",
  ignore: !isThere(),
  async fn() {
    const { records } = await loadRecords(`${FOLDER}mmlu_medical.jsonl`);
    const sides = new Map<string, string>();
    let repeats = 0;
    for (const { question, split } of assignSplits(records, { seed: 1, test: 0.5 })) {
      if (sides.has(question)) repeats++;
      assertEquals(sides.get(question) ?? split, split, question);
      sides.set(question, split);
    }
    assertEquals(repeats > 0, true);
  },
});
