import { assertEquals } from "@std/assert";
import { uniformInteger } from "@terse/data";
import { normalizedWords, textWords } from "./words.ts";

Deno.test("textWords keeps signs, decimals, symbols and runs of brackets, and drops punctuation", () => {
  const cases: [string, string[]][] = [
    ["The beta-blocker: 1,000.5 mg.", ["the", "beta", "blocker", "1000.5", "mg"]],
    ["1,23 4,5678 9,876,543", ["1", "23", "4", "5678", "9876543"]],
    ["-5 x -5 x-5 2-5 (-5)", ["-5", "x", "-5", "x", "5", "2", "5", "-5"]],
    ["B12 5e3 3rd .5", ["b", "12", "5", "e", "3", "3", "rd", "5"]],
    ["<5% >5", ["<", "5", "%", ">", "5"]],
    ["{{{({[ ]}) ()", ["{{{({[", "]})"]],
    ["1.5,000", ["1.5000"]],
    ["\u22125\u00a0m\u00b2 \u2265 \uff12", ["-5", "m", "2", "\u2265", "2"]],
    ["\u60a3\u8005 caf\u00e9", ["\u60a3", "\u8005", "caf\u00e9"]],
    ["", []],
  ];
  for (const [text, words] of cases) assertEquals(textWords(text), words, text);
  assertEquals(normalizedWords("The pain of a knee"), ["pain", "of", "knee"]);
});

Deno.test("a text of ASCII has the same words alone and with a character beyond it, 3,000 texts", () => {
  const characters = "aB1 234,..--%<({[)]}\n\t";
  for (let trial = 0; trial < 3000; trial++) {
    const text = Array.from(
      { length: uniformInteger(0, 24, "length", trial) },
      (_, i) => characters[uniformInteger(0, characters.length - 1, "character", trial, i)],
    ).join("");
    assertEquals([...textWords(text), "\u00e9"], textWords(`${text} \u00e9`), JSON.stringify(text));
  }
});
