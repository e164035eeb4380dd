import { assertEquals } from "@std/assert";
import { counts, readFindings } from "./check_docs.ts";

Deno.test("findings are read and weighed", () => {
  const output = [
    "error[missing-jsdoc]: exported symbol is missing JSDoc documentation",
    "  --> /x/a.ts:10:12",
    "   | ",
    "error[private-type-ref]: public type 'A' references private type 'B'",
    "   --> /x/b.ts:7:1",
  ].join("\n");
  const [first, second] = readFindings(output);
  assertEquals(first, { rule: "missing-jsdoc", path: "/x/a.ts", line: 10 });
  assertEquals(second?.rule, "private-type-ref");
  assertEquals(counts(first!, "export function f() {"), true);
  assertEquals(counts(first!, "  readonly step: number;"), false);
  assertEquals(counts(second!, "export interface A {"), false);
});
