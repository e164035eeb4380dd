import { assertEquals, assertRejects } from "@std/assert";
import pl from "nodejs-polars";
import { type Cell, readParquet, type TableSchema, writeParquet } from "./parquet.ts";

const makePath = async () => `${await Deno.makeTempDir()}/table.parquet`;

async function roundTrip(
  columns: Record<string, Cell[]>,
  schema: TableSchema,
): Promise<Record<string, Cell>[]> {
  const path = await makePath();
  await writeParquet(path, columns, schema);
  return await readParquet(path);
}

Deno.test("Parquet keeps nulls, NaN, infinities, large integers and both booleans", async () => {
  const columns = {
    text: ["", null, "null"],
    count: [Number.MAX_SAFE_INTEGER, null, -1],
    value: [NaN, null, -Infinity],
    flag: [true, null, false],
  };
  const rows = await roundTrip(columns, {
    text: "string",
    count: "int",
    value: "float",
    flag: "bool",
  });
  assertEquals(rows, [
    { text: "", count: Number.MAX_SAFE_INTEGER, value: NaN, flag: true },
    { text: null, count: null, value: null, flag: null },
    { text: "null", count: -1, value: -Infinity, flag: false },
  ]);
});

Deno.test("Parquet keeps Unicode, control characters and texts of 100,000 characters", async () => {
  const texts = ["h\u00e9\u4e2d\u{1f600}\u202e", "a\u0000b\r\n\t\"'", "\u00e9".repeat(100_000)];
  const rows = await roundTrip({ text: texts }, { text: "string" });
  assertEquals(rows.map((row) => row.text), texts);
});

Deno.test("a Parquet file may have any name", async () => {
  const path = `${await Deno.makeTempDir()}/step 1 (copy)`;
  await writeParquet(path, { a: [1] }, { a: "int" });
  assertEquals(await readParquet(path), [{ a: 1 }]);
});

Deno.test("Parquet turns a lone surrogate into U+FFFD", async () => {
  const rows = await roundTrip({ text: ["a\ud83d"] }, { text: "string" });
  assertEquals(rows, [{ text: "a\ufffd" }]);
});

Deno.test("columns keep their types when all cells are null, are whole, or there are none", async () => {
  const schema = { a: "string", b: "int", c: "float", d: "bool" } as const;
  for (
    const columns of [
      { a: [null], b: [null], c: [null], d: [null] },
      { a: [], b: [], c: [], d: [] },
      { a: ["1"], b: [1], c: [1], d: [true] },
    ]
  ) {
    const path = await makePath();
    await writeParquet(path, columns, schema);
    assertEquals(
      Object.values(pl.readParquet(path).schema).map(String),
      [pl.String, pl.Int64, pl.Float64, pl.Bool].map(String),
    );
    assertEquals((await readParquet(path)).length, columns.a.length);
  }
});

Deno.test("writeParquet refuses cells that do not fit and leaves the old file", async () => {
  const path = await makePath();
  await writeParquet(path, { a: [1] }, { a: "int" });
  const refused: [Record<string, Cell[]>, TableSchema, string][] = [
    [{ a: [1.5] }, { a: "int" }, "column a, row 0 must be an integer"],
    [
      { a: [1, "2"] },
      { a: "float" },
      'column a, row 1 must be a number or null: current value is "2"',
    ],
    [{ a: [1], b: [1, 2] }, { a: "int", b: "int" }, "column b must be 1 cells long"],
    [{ a: [1] }, { a: "int", b: "int" }, "column b must be an array of cells"],
    [{ a: [1], b: [2] }, { a: "int" }, 'columns must be among a: current value is "b"'],
    [{}, {}, "schema must be at least one column"],
  ];
  for (const [columns, schema, message] of refused) {
    await assertRejects(() => writeParquet(path, columns, schema), TypeError, message);
  }
  assertEquals(await readParquet(path), [{ a: 1 }]);
});

Deno.test("readParquet names the file when it is missing, no table, cut short or nested", async () => {
  const path = await makePath();
  await assertRejects(() => readParquet(path), Deno.errors.NotFound);
  await Deno.writeTextFile(path, "no table");
  await assertRejects(() => readParquet(path), TypeError, path);
  await writeParquet(path, { a: ["x".repeat(1000)] }, { a: "string" });
  await Deno.writeFile(path, (await Deno.readFile(path)).slice(0, -20));
  await assertRejects(() => readParquet(path), TypeError, "must be a whole Parquet table");
  pl.DataFrame([pl.Series("list", [["a"], ["b"]])]).writeParquet(path);
  await assertRejects(() => readParquet(path), TypeError, "column list, row 0");
});
