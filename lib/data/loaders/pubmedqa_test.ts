import { assertEquals, assertThrows } from "@std/assert";
import { DataError } from "../data_error.ts";
import { pubmedqaLayout } from "./pubmedqa.ts";

const WHERE = { path: "p.json", row: 1 };
const ROW = { id: "123", QUESTION: "Does it?", CONTEXTS: ["One.", "Two."], final_decision: "no" };

Deno.test("a decision becomes a choice of yes, no and maybe", () => {
  const record = pubmedqaLayout.parse(ROW, WHERE);
  assertEquals([record.id, record.context], ["123", "One.\nTwo."]);
  assertEquals(record.options, { A: "yes", B: "no", C: "maybe" });
  assertEquals(record.gold, { kind: "choice", letter: "B" });
});

Deno.test("other decisions and contexts are refused", () => {
  assertThrows(
    () => pubmedqaLayout.parse({ ...ROW, final_decision: "No" }, WHERE),
    DataError,
    'final_decision must be yes, no or maybe: current value is "No"',
  );
  assertThrows(() => pubmedqaLayout.parse({ ...ROW, CONTEXTS: {} }, WHERE), DataError, "a list");
});
