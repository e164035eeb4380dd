import { assertEquals, assertThrows } from "@std/assert";
import { PythonTypeError, PythonValueError } from "./python_error.ts";
import { parsePythonFloat, roundPython4, splitPython, stripPython } from "./python_text.ts";

Deno.test("parsePythonFloat reads what float() reads", () => {
  const cases: [string, number][] = [
    ["25", 25],
    [" \u00a025\u2009\n", 25],
    ["+25.", 25],
    ["-.25e2", -25],
    ["2_5.2_0", 25.2],
    ["025", 25],
    ["\uff12\uff15", 25],
    ["\u0662\u0665", 25],
    ["\u{1d7ee}\u{1d7f1}", 25],
    ["1e400", Infinity],
    ["inf", Infinity],
    ["-Infinity", -Infinity],
    ["NaN", NaN],
    ["1E-3", 0.001],
    ["\x8525\u3000\v", 25],
    ["1_0e1_0", 1e11],
  ];
  for (const [text, value] of cases) assertEquals(parsePythonFloat(text), value, text);
  assertEquals(parsePythonFloat(true), 1);
});

Deno.test("parsePythonFloat refuses what float() refuses", () => {
  for (
    const text of [
      "",
      " ",
      "25%",
      "2__5",
      "25_",
      "_25",
      "1_.5",
      "1e",
      "0x19",
      "2 5",
      "1,000",
      "\u221225",
      "e1",
      ".",
      "\x1c25",
      "25\x1f",
      "\u200b25",
      "\ufeff25",
      "25\u00b2",
    ]
  ) assertThrows(() => parsePythonFloat(text), PythonValueError);
  assertThrows(() => parsePythonFloat(null), PythonTypeError);
});

Deno.test("stripPython and splitPython know Python's white space", () => {
  assertEquals(stripPython("\x1c\x85 C \u3000"), "C");
  assertEquals(stripPython("\ufeffC\u200b"), "\ufeffC\u200b");
  assertEquals(splitPython(" a\x1fb \n c "), ["a", "b", "c"]);
  assertEquals(splitPython(" "), []);
});

Deno.test("roundPython4 takes exact ties to the even digit", () => {
  assertEquals(roundPython4(0.03125), 0.0312);
  assertEquals(roundPython4(0.09375), 0.0938);
  assertEquals(roundPython4(0.42435), 0.4244);
  assertEquals(roundPython4(2 / 3), 0.6667);
});
