import { assertEquals } from "@std/assert";
import { EXAMINED_CHARACTERS, extractAnswer, hasFormat, thinkingText } from "./tags.ts";

Deno.test("hasFormat takes the four tags once each and in order, with free text around them", () => {
  assertEquals(hasFormat("<think>x</think><answer>C</answer>"), true);
  assertEquals(hasFormat("Well. <think>\nx\n</think> so \n<answer> C </answer> Bye."), true);
});

Deno.test("hasFormat rejects missing, repeated, misordered and blank parts", () => {
  const wrong = [
    "",
    "<answer>C</answer>",
    "<think>x<answer>C</answer>",
    "<think>x</think><answer>C",
    "<think>x</think></think><answer>C</answer>",
    "<think>x</think><answer>D</answer><answer>C</answer>",
    "<answer>C</answer><think>x</think>",
    "<think>x<answer>C</answer></think>",
    "<think>x<answer></think>C</answer>",
    "<think></think><answer>C</answer>",
    "<think>x</think><answer> \n\u200b </answer>",
    "<THINK>x</THINK><ANSWER>C</ANSWER>",
    "<think>use <answer></think><answer>C</answer>",
  ];
  for (const text of wrong) assertEquals(hasFormat(text), false, text);
});

Deno.test("extractAnswer takes the last pair after the thinking", () => {
  const cases: [string, string | null][] = [
    ["<think>x</think><answer> C\n</answer>", "C"],
    ["<think>write <answer> tags</think><answer>C</answer>", "C"],
    ["<think>Is it <answer>A</answer>?</think><answer>C</answer>", "C"],
    ["<think>x</think><answer>A</answer><answer>C</answer>", "C"],
    ["<answer><answer>C</answer></answer>", "C"],
    ["<think>x</think><answer>C</answer> and <answer>", "C"],
    ["<think>x</think><answer>C</answer> Assistant: done", "C"],
    ["<think>x</think><answer>C</answer><answer></answer>", null],
    ["<think>x <answer>C</answer></think>", null],
    ["<think>x</think></answer>C<answer>", null],
    ["<think>x</think><answer>C", null],
    ["C", null],
  ];
  for (const [text, answer] of cases) assertEquals(extractAnswer(text), answer, text);
});

Deno.test("extractAnswer looks at the last 20,000 characters only", () => {
  const padding = "x".repeat(EXAMINED_CHARACTERS);
  assertEquals(extractAnswer(`<think>${padding}</think><answer>C</answer>`), "C");
  assertEquals(extractAnswer(`<answer>C</answer>${padding}`), null);
});

Deno.test("thinkingText is bounded by the outermost tags or the text's ends", () => {
  assertEquals(thinkingText("<think>a </think> b</think><answer>C</answer>"), "a </think> b");
  assertEquals(thinkingText("a b</think><answer>C</answer>"), "a b");
  assertEquals(thinkingText("</think><think>cut"), "cut");
});
