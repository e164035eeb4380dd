import { assert, assertEquals, assertLess, assertMatch, assertRejects } from "@std/assert";
import pl from "nodejs-polars";
import { sha256Hex } from "../canonical_json.ts";
import { DataError } from "../data_error.ts";
import { loadRecords } from "./load_records.ts";

const folder = await Deno.makeTempDir();
let files = 0;

async function makeFile(content: string | Uint8Array, name = "data"): Promise<string> {
  const path = `${folder}/${++files}-${name}`;
  if (typeof content === "string") await Deno.writeTextFile(path, content);
  else await Deno.writeFile(path, content);
  return path;
}

const choice = (id: string | null, question = "Which?") =>
  JSON.stringify({
    ...(id === null ? {} : { id }),
    question: `${question}\nAnswer Choices: (A) x (B) y`,
    label: ["A"],
  });

async function failure(content: string | Uint8Array, name?: string): Promise<DataError> {
  const path = await makeFile(content, name);
  return await assertRejects(() => loadRecords(path), DataError, path);
}

Deno.test("a bad row fails by default and is listed when asked for", async () => {
  const text = [choice("a"), '{"id":"b","question":"cut', "", "[1]", choice("c"), choice("a")]
    .join("\r\n");
  const path = await makeFile(text);
  const error = await assertRejects(() => loadRecords(path), DataError, `${path}, row 2: line`);
  assertEquals(error.bad.row, 2);
  assertMatch(error.message, /current value is .*question.*cut/);
  const loaded = await loadRecords(path, { onBadRow: "skip" });
  assertEquals(loaded.records.map((record) => record.id), ["a", "c"]);
  assertEquals(loaded.skipped.map(({ row, field }) => [row, field]), [
    [2, "line"],
    [4, "line"],
    [6, "id"],
  ]);
  assertEquals(loaded.skipped[2]?.rule, "used once in MedQA, but row 1 has it too");
  assertEquals([loaded.path, loaded.sha256], [path, await sha256Hex(text)]);
});

Deno.test("values in errors are cut short", async () => {
  const error = await failure(`${choice("a")}\n{"id":"b","question":"${"q".repeat(5000)}"}`);
  assertEquals(error.bad.field, "question");
  assertLess(error.bad.found.length, 210);
  const nested = await failure(
    `${choice("a")}\n{"question":${"[".repeat(4000)}${"]".repeat(4000)}}`,
  );
  assertLess(nested.bad.found.length, 210);
});

Deno.test("a line of 100 MB is a bad row and does not fill the memory", async () => {
  const path = await makeFile(`${choice("a")}\n{"question":"`);
  const file = await Deno.open(path, { append: true });
  const chunk = new Uint8Array(2 ** 20).fill(120);
  for (let i = 0; i < 100; i++) await file.write(chunk);
  await file.write(new TextEncoder().encode(`"}\n${choice("b")}\n`));
  file.close();
  const loaded = await loadRecords(path, { onBadRow: "skip" });
  await Deno.remove(path);
  assertEquals(loaded.records.map((record) => record.id), ["a", "b"]);
  assertEquals(loaded.skipped[0]?.row, 2);
  assertMatch(loaded.skipped[0]!.rule, /^at most 8388608 bytes long, not 1048576\d\d$/);
  assertLess(loaded.skipped[0]!.found.length, 210);
});

Deno.test("deep nesting, bytes that are no UTF-8 and bare NaN are bad rows", async () => {
  const deep = `{"id":"d","question":${"[".repeat(1e6)}${"]".repeat(1e6)},"label":["A"]}`;
  const parts = [`${choice("a")}\n${deep}\n{"id":"`, "\n", '{"Lower Limit": NaN}\n'];
  const encoder = new TextEncoder();
  const bytes = [
    ...parts.slice(0, 1).map((part) => encoder.encode(part)),
    Uint8Array.of(0xff, 0xfe),
    ...parts.slice(1).map((part) => encoder.encode(part)),
  ];
  const path = await makeFile(new Uint8Array(await new Blob(bytes).arrayBuffer()));
  const loaded = await loadRecords(path, { onBadRow: "skip" });
  assertEquals(loaded.skipped.map(({ row, field }) => [row, field]), [
    [2, "line"],
    [3, "line"],
    [4, "question"],
  ]);
  assertEquals(loaded.skipped.map(({ rule }) => rule), [
    "nested at most 64 levels deep, not 1000001",
    "UTF-8 text, which byte 8 of the row, ff in hexadecimal, is not",
    "a text",
  ]);
});

Deno.test("a byte order mark and blank lines are passed over", async () => {
  const path = await makeFile(`\ufeff\n${choice("a")}\n\n`);
  assertEquals((await loadRecords(path)).records.length, 1);
  const marked = await makeFile(`\ufeff${choice("a")}`);
  assertEquals((await loadRecords(marked)).records.length, 1);
  const list = await makeFile(`\ufeff[${choice("a")}]`);
  assertEquals((await loadRecords(list)).records.length, 1);
});

Deno.test("rows without ids are named by content, the second copy with a number", async () => {
  const path = await makeFile([choice(null), choice(null, "Why?"), choice(null)].join("\n"));
  const [first, second, third] = (await loadRecords(path)).records.map((record) => record.id);
  assertMatch(first!, /^[0-9a-f]{16}$/);
  assertMatch(second!, /^[0-9a-f]{16}$/);
  assertEquals(third, `${first}-2`);
  const turned = await makeFile([choice(null, "Why?"), choice(null)].join("\n"));
  assertEquals((await loadRecords(turned)).records.map((record) => record.id), [second!, first!]);
});

Deno.test("the kind of file is told from its content, whatever its name", async () => {
  const entry = { QUESTION: "Is it?", CONTEXTS: ["x"], final_decision: "yes" };
  const contents = [
    choice("a"),
    `[${choice("a")}]`,
    JSON.stringify({ a: entry }),
    JSON.stringify({ a: entry }, null, 1),
  ];
  for (const content of contents) {
    const loaded = await loadRecords(await makeFile(content, "x.csv"));
    assertEquals(loaded.records.map((record) => record.id), ["a"]);
  }
});

Deno.test("MedCalc-Bench loads from CSV and from Parquet alike", async () => {
  const names = ["Row Number", "Patient Note", "Question", "Ground Truth Answer"];
  const limits = ["Lower Limit", "Upper Limit"];
  const rows = [
    ["1", 'Says "\n, and more', "How much?", "4.5", "4", "5"],
    ["2", "Note", "When?", "05/02/2019", "05/02/2019", "05/02/2019"],
  ];
  const quote = (cell: string) => `"${cell.replaceAll('"', '""')}"`;
  const csv = await makeFile(
    [[...names, ...limits], ...rows].map((row) => row.map(quote).join(",")).join("\n"),
  );
  const parquet = `${folder}/medcalc.bin`;
  pl.DataFrame([...names, ...limits].map((name, i) => pl.Series(name, rows.map((row) => row[i]!))))
    .writeParquet(parquet);
  const loaded = await loadRecords(csv);
  assertEquals(loaded.records[0]?.context, 'Says "\n, and more');
  assertEquals(loaded.records.map((record) => record.gold), [
    { kind: "calculation", answer: "4.5", lower: 4, upper: 5, output: "decimal" },
    { kind: "calculation", answer: "05/02/2019", lower: null, upper: null, output: "date" },
  ]);
  assertEquals((await loadRecords(parquet)).records, loaded.records);
});

Deno.test("files that cannot be used at all are refused by name, skipping or not", async () => {
  const cases: [string | Uint8Array, string, string][] = [
    ["", "a.jsonl", "content must be at least one row"],
    [" \n", "a.json", "content must be at least one row"],
    [`[${choice("a")},`, "a.json", "content must be whole JSON"],
    ['[{"Lower Limit": NaN}]', "a.json", "columns must be those of a known layout"],
    ['{"a":{"QUESTION":"x"', "a.json", "content must be whole JSON"],
    ['{"foo":1,"bar":2}', "a.jsonl", "current value is foo, bar"],
    ["foo,bar\n1,2\n", "a.csv", "columns must be those of a known layout"],
    ["PAR1 and no more", "a.parquet", "content must be a whole Parquet table"],
  ];
  for (const [content, name, message] of cases) {
    const path = await makeFile(content, name);
    for (const onBadRow of ["fail", "skip"] as const) {
      const error = await assertRejects(() => loadRecords(path, { onBadRow }), DataError, message);
      assert(error.message.includes(path));
      assertEquals(error.bad.row, null);
    }
  }
  await assertRejects(() => loadRecords(`${folder}/none`), DataError, "a file that can be read");
  await assertRejects(() => loadRecords(folder), DataError, folder);
});
