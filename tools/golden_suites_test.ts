import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { findDifferences, parseGoldenCases, SUITES } from "./golden_suites.ts";

Deno.test("a broken line is named", () => {
  assertThrows(() => parseGoldenCases("{}\n{", "x.jsonl"), SyntaxError, "x.jsonl: line 2");
  assertThrows(() => parseGoldenCases('{"cases":3}', "x.json"), SyntaxError, "cases must be");
});

Deno.test("every case has at most one suite, told from its content", () => {
  const cases: [unknown, number][] = [
    [{ reference_answer: "", prediction: "", expected: {} }, 0],
    [{ kind: "offline", expected: {} }, 0],
    [{ kind: "kl_penalty", inputs: {}, outputs: {} }, 1],
    [{ kind: "kl_penalty" }, -1],
    [null, -1],
    ["text", -1],
    [{}, -1],
  ];
  for (const [caseObject, index] of cases) {
    const owners = SUITES.filter(({ owns }) => owns(caseObject));
    assertEquals(owners, index < 0 ? [] : [SUITES[index]], JSON.stringify(caseObject));
  }
});

Deno.test("a case of no suite, or one that cannot be run, differs and says why", async () => {
  assertStringIncludes((await findDifferences({ id: 1, odd: 2 }))[0]!, "id, odd");
  assertStringIncludes((await findDifferences(7))[0]!, "it is 7");
  const suite = {
    name: "breaks",
    owns: () => true,
    findDifferences: () => {
      throw new Error("broken");
    },
  };
  assertEquals(await findDifferences({}, [suite]), ["broken"]);
});
