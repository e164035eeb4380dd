import { assertEquals } from "@std/assert";
import { OPTIONS } from "../testdata/records.ts";
import { readChoice } from "./choice.ts";

Deno.test("readChoice reads a letter in the usual writings", () => {
  const writings = [
    "C",
    "c",
    "(C)",
    "(c).",
    "[C]",
    "C.",
    "C)",
    "C:",
    "C!",
    '"C"',
    "**C**",
    "*C*",
    "`C`",
    "\uff23",
    "C\u0000",
    "\\boxed{C}",
    "$\\boxed{\\text{C}}$",
    "\\(\\mathbf{C}\\)",
    "C: Insulin vials",
    "C) Insulin vials",
    "(C) Insulin vials.",
    "C. insulin vials",
    "**C.** Insulin vials",
    "C - insulin vials",
    "C insulin vials",
    "C, because they spoil in the heat",
    "option C",
    "Option (C)",
    "Answer: C",
    "The answer is C.",
    "The correct answer is C because the rest keeps",
    "The answer is: **C) Insulin vials**",
    "C. C",
    "C<|im_end|>",
    "<b>C</b>",
    "\u0421",
    "(\u0441)",
    "\u2102",
    "\u24b8",
    "\u200eC\u200f",
    "\u3010C\u3011",
    "C\u3002",
    "_C_",
    "- C",
    "\\boldsymbol{C}",
    "C.Insulin vials",
    "C \u2014 insulin vials",
    "C- Insulin vials",
    "C = insulin vials",
    "Insulin vials (C)",
    "insulin vials - option C",
    "I choose C",
    "I think that the answer is C",
    "Therefore, the answer is C.",
    "My answer: C",
    "It is C.",
    "C is correct",
    "C is the answer",
    "C because the rest keeps",
  ];
  for (const text of writings) assertEquals(readChoice(text, OPTIONS), "C", text);
});

Deno.test("readChoice reads an option's own text", () => {
  assertEquals(readChoice("Insulin vials", OPTIONS), "C");
  assertEquals(readChoice("the insulin vials.", OPTIONS), "C");
  assertEquals(readChoice("The answer is insulin vials", OPTIONS), "C");
  assertEquals(readChoice("Vitamin C", OPTIONS), "D");
  assertEquals(readChoice("hepatitis B vaccine", OPTIONS), "B");
  assertEquals(readChoice("B. Hepatitis B vaccine", OPTIONS), "B");
  assertEquals(readChoice("D) vitamin c", OPTIONS), "D");
  assertEquals(readChoice("(D) Vitamin C, as it prevents scurvy", OPTIONS), "D");
  assertEquals(readChoice("E. coli", OPTIONS), "E");
  assertEquals(readChoice("-5", { A: "+5", B: "-5" }), "B");
});

Deno.test("readChoice never takes an answer that names two options", () => {
  const hedges = [
    "C or D",
    "C, D",
    "A,C",
    "C and D",
    "C) or D)",
    "(C) (D)",
    "C. D",
    "C: d",
    "C) Vitamin C",
    "C. Insulin vials, or D",
    "C) Insulin vials or vitamin C",
    "The answer is C and not A",
    "\\boxed{C} \\boxed{D}",
    "CD",
    "A B C D E",
    "Insulin vials or salt tablets",
    "C/D",
    "C|D",
    "C-D",
    "C\u3001D",
    "C<br>D",
    "C is wrong",
    "C is correct, or D",
    "I think C or D",
    "Salt tablets (C)",
    "C. Salt tablets",
    "C because D keeps",
    "\u0421 \u0438\u043b\u0438 \u0410",
  ];
  for (const text of hedges) assertEquals(readChoice(text, OPTIONS), null, text);
});

Deno.test("readChoice reads no letter out of words", () => {
  for (
    const text of [
      "",
      "chalk",
      "C-reactive protein",
      "Cold",
      "a rash",
      "the answer is a guess",
      "?",
    ]
  ) {
    assertEquals(readChoice(text, OPTIONS), null, text);
  }
});

Deno.test("readChoice without options reads letters only", () => {
  assertEquals(readChoice("(h) anything", null), "H");
  assertEquals(readChoice("H or J", null), null);
  assertEquals(readChoice("anything", null), null);
});

Deno.test("readChoice gives no letter to a text that two options share", () => {
  assertEquals(readChoice("same", { A: "Same", B: "same", C: "other" }), null);
});
