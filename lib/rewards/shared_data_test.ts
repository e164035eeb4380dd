import { assert, assertGreater } from "@std/assert";
import type { CalculationOutput, QuestionRecord } from "@terse/data";
import { goldCompletion, isCorrect, validateGold } from "./corrected/grade.ts";
import { hasFormat } from "./corrected/tags.ts";
import { calculationRecord, makeRecord } from "./testdata/records.ts";

const DATA = new URL("../../../shared/data/", import.meta.url);

function read(name: string): string | null {
  try {
    return Deno.readTextFileSync(new URL(name, DATA));
  } catch {
    return null;
  }
}

const medqa = read("medqa.jsonl");
const medcalc = read("medu1_medcalc.json");

function requireFullMarks(record: QuestionRecord): void {
  validateGold(record);
  assert(hasFormat(goldCompletion(record)));
  assert(isCorrect(goldCompletion(record), record));
}

Deno.test({
  name: "every MedQA gold letter and option text is right (ignored without ../shared/data)",
  ignore: medqa === null,
  fn() {
    let count = 0;
    for (const line of medqa!.trim().split("\n")) {
      const row = JSON.parse(line) as { question: string; label: [string] };
      const [, choices] = row.question.split("Answer Choices: ");
      const parts = choices!.split(/(?:^| )\(([A-Z])\) /).slice(1);
      const options: Record<string, string> = {};
      for (let i = 0; i < parts.length; i += 2) options[parts[i]!] = parts[i + 1]!.trim();
      const record = makeRecord({ kind: "choice", letter: row.label[0] }, options);
      requireFullMarks(record);
      count++;
      const text = options[row.label[0]]!;
      // Some questions ask for a letter of a drawing; such a text is read as an option's letter.
      if (text.length === 1) continue;
      for (const answer of [text, `(${row.label[0]}) ${text}`, `${row.label[0]}. ${text}`]) {
        assert(isCorrect(`<answer>${answer}</answer>`, record), `${answer} of ${choices}`);
      }
      for (const [letter, wrong] of Object.entries(options)) {
        if (letter !== row.label[0]) assert(!isCorrect(`<answer>${wrong}</answer>`, record), wrong);
      }
    }
    assertGreater(count, 500);
  },
});

Deno.test({
  name: "every MedCalc gold answer is right (ignored without ../shared/data)",
  ignore: medcalc === null,
  fn() {
    const rows = JSON.parse(medcalc!) as Record<string, string>[];
    for (const row of rows) {
      const answer = row["answer"]!;
      const output: CalculationOutput = answer.includes("/")
        ? "date"
        : answer.includes("weeks")
        ? "weeks_days"
        : "decimal";
      const limits = output === "decimal"
        ? [Number(row["Lower Limit"]), Number(row["Upper Limit"])] as const
        : [null, null] as const;
      requireFullMarks(calculationRecord(answer, output, ...limits));
    }
    assertGreater(rows.length, 500);
  },
});
