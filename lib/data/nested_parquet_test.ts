import { assertEquals, assertRejects } from "@std/assert";
import pl from "nodejs-polars";
import { type NestedRow, type NestedSchema, writeNestedParquet } from "./nested_parquet.ts";

const SCHEMA: NestedSchema = {
  id: "string",
  count: "int",
  chat: { list: { fields: { role: "string", content: "string" } } },
  gold: { fields: { answer: "string", lower: "float", tokens: "int" } },
};

const ROWS: readonly NestedRow[] = [
  {
    id: "a",
    count: null,
    chat: [{ role: "system", content: '\u0000 "\\ \n\u00e9 \ud83d\ude00 \u2028' }, {
      role: "user",
      content: "x".repeat(100_000),
    }],
    gold: { answer: "('1 week', '2 days')", lower: null, tokens: -1 },
  },
  { id: "b", count: 3, chat: [], gold: { answer: null, lower: 0.1 + 0.2, tokens: null } },
  { id: "c", count: -7, chat: null, gold: { answer: "", lower: 1e-300, tokens: 2000 } },
];

const folder = await Deno.makeTempDir();

async function writeAndRead(rows: readonly NestedRow[]) {
  const path = `${folder}/nested.parquet`;
  await writeNestedParquet(path, rows, SCHEMA);
  return pl.readParquet(path);
}

Deno.test("lists and objects come back as they were written, nulls in their places", async () => {
  const read: unknown = (await writeAndRead(ROWS)).toRecords();
  assertEquals(read, ROWS);
});

Deno.test("a table without rows, or with nulls alone, keeps its types", async () => {
  const types = (table: pl.DataFrame) => JSON.stringify(table.schema);
  const full = types(await writeAndRead(ROWS));
  assertEquals(types(await writeAndRead([])), full);
  const nulls = { id: null, count: null, chat: null, gold: null };
  assertEquals(types(await writeAndRead([nulls])), full);
});

Deno.test("lone surrogates become U+FFFD, nested or not", async () => {
  const chat = [{ role: "user", content: "\ud800x" }];
  // nodejs-polars 0.25.2 cannot convert structs of a table with a single row.
  const rows = [{ ...ROWS[1]!, id: "\udc00", chat }, ROWS[2]!];
  const [row] = (await writeAndRead(rows)).toRecords();
  assertEquals<unknown>([row!.id, row!.chat], ["\ufffd", [{ role: "user", content: "\ufffdx" }]]);
});

Deno.test("a value that does not fit is refused with column, row and rule, and nothing is written", async () => {
  const path = `${folder}/refused.parquet`;
  const gold = { answer: "", lower: 1, tokens: 1 };
  const cases: [Partial<NestedRow>, string][] = [
    [{ count: 1.5 }, "count, row 1 must be a whole number or null: current value is 1.5"],
    [{ id: 3 }, "id, row 1 must be a text or null: current value is 3"],
    [{ chat: "x" }, "chat, row 1 must be a list or null"],
    [
      { chat: [{ role: "user" }] },
      "chat, row 1 must be an object with the fields role, content: current value is " +
      '[{"role":"user"}]',
    ],
    [{ gold: { ...gold, lower: NaN } }, "gold, row 1 must be a finite number or null"],
    [{ gold: { ...gold, more: 1 } }, "an object with the fields answer, lower, tokens"],
    [{ gold: [] }, "gold, row 1 must be an object or null"],
  ];
  for (const [wrong, message] of cases) {
    await assertRejects(
      () => writeNestedParquet(path, [ROWS[0]!, { ...ROWS[1]!, ...wrong } as NestedRow], SCHEMA),
      TypeError,
      message,
    );
  }
  const { gold: _, ...without } = ROWS[1]!;
  await assertRejects(
    () => writeNestedParquet(path, [without], SCHEMA),
    TypeError,
    "gold, row 0 must be given: current value is missing",
  );
  await assertRejects(() => Deno.stat(path), Deno.errors.NotFound);
});
