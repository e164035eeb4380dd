import { assertEquals, assertThrows } from "@std/assert";
import { readCodeCells } from "./notebook_cells.ts";
import { joinCells } from "./notebook_check.ts";

Deno.test("code cells are read in order, whether their source is one text or lines", () => {
  const cells = [
    { cell_type: "markdown", id: "a", source: ["# Title"] },
    { cell_type: "code", id: "b", source: ["const x = 1;\n", "x;"] },
    { cell_type: "code", source: "await 2;" },
  ];
  assertEquals(readCodeCells(JSON.stringify({ nbformat: 4, cells }), "n.ipynb"), [
    { name: "b", source: "const x = 1;\nx;" },
    { name: "2", source: "await 2;" },
  ]);
});

Deno.test("cells become one module, each under its name", () => {
  assertEquals(
    joinCells([{ name: "a", source: "const x = 1;" }, { name: "b", source: "x;\n" }]),
    "// cell a\nconst x = 1;\n\n// cell b\nx;\n\nexport {};\n",
  );
});

Deno.test("a file that is no notebook is refused by name", () => {
  assertThrows(() => readCodeCells("{", "n.ipynb"), TypeError, "n.ipynb");
  assertThrows(() => readCodeCells('{"nbformat":3}', "n.ipynb"), TypeError, "nbformat must be 4");
});
