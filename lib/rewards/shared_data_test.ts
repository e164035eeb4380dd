import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { loadRecords, type QuestionRecord } from "@terse/data";
import { fileURLToPath } from "node:url";
import { goldCompletion, isCorrect, scoreCorrected, validateGold } from "./corrected/grade.ts";
import { hasFormat } from "./corrected/tags.ts";
import { textWords } from "./corrected/words.ts";
import { answerReward, formatReward } from "./profile_rewards.ts";
import { scoreBatch } from "./score_batch.ts";
import { makeBatch, tagged } from "./testdata/records.ts";

const DATA = new URL("../../../shared/data/", import.meta.url);

/** Files, the least number of rows, and the rows that cannot earn full marks, by id with the reason. */
const FILES: readonly (readonly [name: string, rows: number])[] = [
  ["medqa.jsonl", 500],
  ["medmcqa.jsonl", 1500],
  ["mmlu_medical.jsonl", 400],
  ["medxpertqa_text.jsonl", 500],
  ["medbullets_op5.jsonl", 100],
  ["mediq.jsonl", 400],
  ["pubmedqa.json", 400],
  ["medu1_medcalc.json", 400],
  ["medu1_huatuo.json", 400],
];

function exists(name: string): boolean {
  try {
    Deno.statSync(new URL(name, DATA));
    return true;
  } catch {
    return false;
  }
}

async function load(name: string): Promise<readonly QuestionRecord[]> {
  const { records, skipped } = await loadRecords(fileURLToPath(new URL(name, DATA)), {
    onBadRow: "skip",
  });
  assertEquals(skipped, [], name);
  return records;
}

for (const [name, rows] of FILES) {
  Deno.test({
    name: `every gold answer of ${name} earns full marks (ignored without ../shared/data)`,
    ignore: !exists(name),
    async fn() {
      const records = await load(name);
      assertGreater(records.length, rows);
      records.forEach(validateGold);
      const completions = records.map(goldCompletion);
      const scored = await scoreBatch([
        { name: "format", weight: 1, reward: formatReward() },
        { name: "answer", weight: 1, reward: answerReward() },
      ], makeBatch(completions, records));
      assertEquals(scored.failures, []);
      records.forEach((record, i) => assertEquals(scored.rewards[i], 2, record.id));
      completions.forEach((completion, i) =>
        assert(hasFormat(completion) && isCorrect(completion, records[i]!))
      );
    },
  });
}

for (const [name] of FILES.slice(0, 7)) {
  Deno.test({
    name: `every wrong option of ${name} scores the least (ignored without ../shared/data)`,
    ignore: !exists(name),
    async fn() {
      const sharing: string[] = [];
      for (const record of await load(name)) {
        const options = record.options!;
        const gold = record.gold.kind === "choice" ? record.gold.letter : "";
        for (const [letter, text] of Object.entries(options)) {
          const expected = letter === gold ? 1 : -1;
          const writings = [letter, letter.toLowerCase(), `(${letter})`, `${letter}. ${text}`];
          for (const answer of writings) {
            const score = scoreCorrected(tagged(answer), record);
            if (score !== expected) sharing.push(`${record.id}: ${answer}: ${score}`);
          }
          if (letter !== gold && text.length > 1) {
            assertEquals(scoreCorrected(tagged(text), record), -1, `${record.id}: ${text}`);
          }
        }
      }
      assertEquals(sharing, []);
    },
  });
}

Deno.test({
  name:
    "of Med-U1's open answers a copy earns full marks, no part does (ignored without ../shared/data)",
  ignore: !exists("medu1_huatuo.json"),
  async fn() {
    let parts = 0;
    for (const record of await load("medu1_huatuo.json")) {
      const reference = record.gold.kind === "open" ? record.gold.answer : "";
      for (const copy of [reference, reference.toUpperCase(), ` ${reference}\n`]) {
        // A capital sharp s or dotless i has another lower case than it came from.
        if (copy.toLowerCase().trim() !== reference.toLowerCase()) continue;
        assertEquals(scoreCorrected(tagged(copy), record), 1, record.id);
        assert(isCorrect(tagged(copy), record));
      }
      const words = reference.split(/\s+/);
      const half = Math.ceil(words.length / 2);
      const cuts = [
        words.slice(1),
        words.slice(0, -1),
        words.slice(0, half),
        words.slice(half),
        // A dash or bullet alone is punctuation, and a text without it is the whole text.
        ...words.flatMap((word, i) => textWords(word).length === 0 ? [] : [words.toSpliced(i, 1)]),
        ...words.map((word) => [word]),
        ...words.map((_, i) => words.slice(i, i + 5)),
      ];
      for (const cut of cuts) {
        if (cut.length === 0 || cut.length === words.length) continue;
        parts++;
        const part = cut.join(" ");
        assertLess(scoreCorrected(tagged(part), record), 1, `${record.id}: ${part}`);
      }
    }
    assertGreater(parts, 50_000);
  },
});
