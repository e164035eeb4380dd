import { assertEquals } from "@std/assert";
import { NormalText } from "./normal_text.ts";

function normal(text: string): string {
  const form = new NormalText();
  form.set([text]);
  return form.toString(0);
}

Deno.test("case, punctuation and white space do not count", () => {
  assertEquals(
    normal("  What's the BEST\n\ttest -- for gout?!  "),
    "what s the best test for gout",
  );
  assertEquals(normal(""), "");
  assertEquals(normal(" .,;: "), "");
});

Deno.test("the point in a number, the sign before one, and comparisons count", () => {
  assertEquals(normal("pH 7.35, base excess -2.5."), "ph 7.35 base excess -2.5");
  assertEquals(normal("5-10 mg"), "5 10 mg");
  assertEquals(normal("\u22123 <4 \u22655"), "-3 <4 \u22655");
});

Deno.test("compatible writings of Unicode are the same", () => {
  assertEquals(normal("\ufb01bre \uff21\u2460"), "fibre a1");
  assertEquals(normal("E\u0301TUDE \u4e2d\u6587\uff1f"), "\u00e9tude \u4e2d\u6587");
  assertEquals(normal("a\u{1f600}b"), "a\u{1f600}b");
});

Deno.test("parts stand apart and a buffer that has grown holds the next question, too", () => {
  const form = new NormalText();
  form.set(["x".repeat(10_000), "B"]);
  assertEquals([form.toString(0).length, form.toString(1)], [10_000, "b"]);
  form.set(["A", "", "C!"]);
  assertEquals([0, 1, 2].map((part) => form.toString(part)), ["a", "", "c"]);
});
