import { assert, assertEquals, assertGreater } from "@std/assert";
import { DataError } from "../data_error.ts";
import { uniformInteger } from "../random.ts";
import { loadRecords } from "./load_records.ts";

const LINES = [
  { id: 1, question: "Which?\nAnswer Choices: (A) x (B) y", label: ["A"] },
  { id: 2, question: "Which?", options: { A: "x", B: "y" }, answer: "y", answer_idx: "B" },
  { id: 3, problem: "How much?", answer: "4.5", "Lower Limit": "4", "Upper Limit": "5" },
  { Source: "Demo", problem: "Why?", answer: "<answer>So.</answer>" },
  { id: "4", QUESTION: "Is it?", CONTEXTS: ["x"], final_decision: "yes" },
];

const SHAPES: ((row: unknown) => string)[] = [
  (row) => `${JSON.stringify(row)}\n`.repeat(3),
  (row) => JSON.stringify([row, row], null, 1),
  (row) => JSON.stringify({ a: row, b: row }),
];

/** Cuts, doubles or overwrites bytes at places that the number of the trial decides. */
function damage(bytes: Uint8Array, trial: number): Uint8Array {
  const at = uniformInteger(0, bytes.length - 1, "place", 1, trial);
  const kind = uniformInteger(0, 2, "kind", 1, trial);
  if (kind === 0) return bytes.slice(0, at);
  if (kind === 1) return Uint8Array.of(...bytes.slice(0, at), ...bytes.slice(at >> 1));
  const changed = bytes.slice();
  const marks = '"{}[],:\\\n0x';
  const index = uniformInteger(0, marks.length, "mark", 1, trial);
  changed[at] = index === marks.length ? 0xff : marks.charCodeAt(index);
  return changed;
}

Deno.test("damaged files end in records, listed rows or a DataError, never in another error", async () => {
  const path = `${await Deno.makeTempDir()}/damaged`;
  let refused = 0, skips = 0, loads = 0, trial = 0;
  for (const row of LINES) {
    for (const write of SHAPES) {
      const bytes = new TextEncoder().encode(write(row));
      for (let i = 0; i < 40; i++) {
        await Deno.writeFile(path, damage(bytes, trial++));
        try {
          const { records, skipped } = await loadRecords(path, { onBadRow: "skip" });
          for (const record of records) assert(record.id !== "" && record.question.trim() !== "");
          if (skipped.length > 0) skips++;
          else loads++;
        } catch (error) {
          assert(error instanceof DataError, String(error));
          refused++;
        }
      }
    }
  }
  assertEquals(refused + skips + loads, trial);
  for (const count of [refused, skips, loads]) assertGreater(count, 10);
});
