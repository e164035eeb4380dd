import { assertEquals, assertThrows } from "@std/assert";
import { parsePythonLiteral, readNested } from "./python_literal.ts";

Deno.test("Python literals are read as Python would read them", () => {
  // Each value is what Python's ast.literal_eval gives, with tuples as lists.
  const cases: [string, unknown][] = [
    [`{'A': 'x', 'B': "it's"}`, { A: "x", B: "it's" }],
    [`['a', "b",]`, ["a", "b"]],
    [`('17 weeks', '6 days')`, ["17 weeks", "6 days"]],
    [`()`, []],
    [` { } `, {}],
    [`[1, -2.5, 1e3, True, False, None]`, [1, -2.5, 1000, true, false, null]],
    [String.raw`'a\n\t\\\'\x41\u00e9\U0001F600\q'`, "a\n\t\\'A\u00e9\u{1f600}\\q"],
    [`{'a': {'b': [('c',)]}}`, { a: { b: [["c"]] } }],
  ];
  for (const [text, value] of cases) assertEquals(parsePythonLiteral(text), value, text);
  const proto = parsePythonLiteral(`{'__proto__': 'x'}`) as object;
  assertEquals(Object.keys(proto), ["__proto__"]);
});

Deno.test("what is no literal is refused, in time that grows with its length", () => {
  const broken = ["", "{", "['a'", "'a", "[1 2]", "{1: 2}", "__import__('os')", "[nan]", "'a' 'b'"];
  for (const text of [...broken, String.raw`'\xZZ'`, "[".repeat(1e6)]) {
    assertThrows(() => parsePythonLiteral(text), SyntaxError);
    assertEquals(readNested(text), text);
  }
});
