// What a file may do to whoever loads it: each fault ends in an error with the row's name.
import { assert, assertEquals, assertLess, assertMatch, assertRejects } from "@std/assert";
import { DataError } from "../data_error.ts";
import { writeParquet } from "../parquet.ts";
import { loadRecords, streamRecords } from "./load_records.ts";

const folder = await Deno.makeTempDir();
const encoder = new TextEncoder();
let files = 0;

async function makeFile(...parts: (string | Uint8Array)[]): Promise<string> {
  const path = `${folder}/${++files}`;
  using file = await Deno.open(path, { write: true, create: true });
  for (const part of parts) {
    const bytes = typeof part === "string" ? encoder.encode(part) : part;
    for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
  }
  return path;
}

const LIMITS = { "Lower Limit": "4", "Upper Limit": "5" };

const row = (id: number, more: Record<string, unknown> = {}) => ({
  id,
  Source: "MedCalc-Bench",
  problem: `How much is it for ${id}?`,
  answer: "4.5",
  ...LIMITS,
  ...more,
});

/** A row as JSON in which a marked text becomes what JSON cannot write. */
const json = (value: unknown) => JSON.stringify(value).replaceAll('"@NaN"', "NaN");

/** The same rows as lines, as a list, as an object by id and as CSV. */
async function makeFiles(rows: readonly Record<string, unknown>[]): Promise<[string, string][]> {
  const keyed = rows.map((value, i) => `${JSON.stringify(`key ${i}`)}: ${json(value)}`);
  const names = Object.keys(rows[0]!);
  const csv = [names, ...rows.map((value) => names.map((name) => value[name] ?? ""))]
    .map((cells) => cells.map((c) => `"${String(c).replaceAll('"', '""')}"`).join(","));
  return [
    ["lines", await makeFile(rows.map(json).join("\n"))],
    ["list", await makeFile(`[${rows.map(json).join(",\n")}]`)],
    ["object", await makeFile(`{${keyed.join(",\n")}}`)],
    ["csv", await makeFile(csv.join("\n").replaceAll("@NaN", "NaN"))],
  ];
}

Deno.test("limits that are NaN or swapped, and an answer outside them, name row and field", async () => {
  const cases: [Record<string, unknown>, string][] = [
    [{ "Lower Limit": "@NaN" }, "row 2: Lower Limit must be a finite number: current value is"],
    [{ "Upper Limit": "@NaN" }, "row 2: Upper Limit must be a finite number: current value is"],
    [
      { "Lower Limit": "5", "Upper Limit": "4" },
      "row 2: Lower Limit must be at most the Upper Limit 4; the two may be swapped",
    ],
    [{ answer: "9" }, 'row 2: answer must be within the limits 4 and 5: current value is "9"'],
    [
      { id: 1 },
      'row 2: id must be used once in MedCalc-Bench, but row 1 has it too: current value is "1"',
    ],
  ];
  for (const [more, message] of cases) {
    for (const [kind, path] of await makeFiles([row(1), row(2, more), row(3)])) {
      const error = await assertRejects(() => loadRecords(path), DataError, message);
      assert(error.message.startsWith(`Cannot read ${path}, `), kind);
      const { records, rows, skipped } = await loadRecords(path, { onBadRow: "skip" });
      assertEquals([records.map(({ id }) => id), rows], [["1", "3"], [1, 3]], kind);
      assertEquals(skipped.map((bad) => bad.row), [2]);
    }
  }
});

Deno.test("a bare NaN in a field that no layout reads is no fault", async () => {
  for (const [kind, path] of await makeFiles([row(1, { note: "@NaN" }), row(2, { note: "NaN" })])) {
    assertEquals((await loadRecords(path)).records.length, 2, kind);
  }
});

Deno.test("answers outside the options are refused in every kind of file", async () => {
  const choice = { id: 1, question: "Which?", options: '["x", "y"]', answer_idx: "A", note: "" };
  for (const [, path] of await makeFiles([choice, { ...choice, id: 2, answer_idx: "C" }])) {
    const { skipped } = await loadRecords(path, { onBadRow: "skip" });
    assertEquals(skipped.map(({ row, field, found }) => [row, field, found]), [
      [2, "answer_idx", '"C"'],
    ]);
  }
});

Deno.test("a row in another encoding is named, with the byte that is no UTF-8", async () => {
  const latin1 = Uint8Array.from(json(row(2, { problem: "Caf\u00e9?" })), (c) => c.charCodeAt(0));
  const lines = await makeFile(`${json(row(1))}\n`, latin1, `\n${json(row(3))}\n`);
  const list = await makeFile(`[${json(row(1))},`, latin1, `,${json(row(3))}]`);
  const csv = await makeFile(
    "problem,answer,Lower Limit,Upper Limit\na?,4,4,4\n",
    Uint8Array.from("Caf\u00e9?,4,4,4\n", (c) => c.charCodeAt(0)),
    "c?,4,4,4\n",
  );
  for (const path of [lines, list, csv]) {
    const { records, skipped } = await loadRecords(path, { onBadRow: "skip" });
    assertEquals([records.length, skipped.length, skipped[0]?.row], [2, 1, 2]);
    assertMatch(
      skipped[0]!.rule,
      /^UTF-8 text, which byte \d+ of the row, e9 in hexadecimal, is not/,
    );
    assertMatch(skipped[0]!.found, /Caf/);
  }
});

Deno.test("files in UTF-16 and archives are named for what they are", async () => {
  const utf16 = (text: string, bigEndian: boolean) => {
    const view = new DataView(new ArrayBuffer(text.length * 2));
    [...text].forEach((c, i) => view.setUint16(2 * i, c.charCodeAt(0), !bigEndian));
    return new Uint8Array(view.buffer);
  };
  const text = json(row(1));
  const cases: [Uint8Array, string][] = [
    [utf16(`\ufeff${text}`, false), "UTF-16 or UTF-32 text (byte order mark FF FE)"],
    [utf16(`\ufeff${text}`, true), "UTF-16 text (byte order mark FE FF)"],
    [utf16(text, false), "bytes of zero, as in UTF-16 text"],
    [Uint8Array.of(0x1f, 0x8b, 8, 0), "a gzip archive"],
    [encoder.encode("PK\x03\x04"), "a zip archive"],
  ];
  for (const [bytes, found] of cases) {
    const path = await makeFile(bytes);
    for (const onBadRow of ["fail", "skip"] as const) {
      const error = await assertRejects(
        () => loadRecords(path, { onBadRow }),
        DataError,
        `${path}: content must be UTF-8 text or a Parquet table`,
      );
      assertEquals(error.bad.found, JSON.stringify(found));
    }
  }
});

Deno.test("a JSON bomb of nesting is one bad row, wherever it stands", async () => {
  const deep = "[".repeat(300_000) + "]".repeat(300_000);
  const bomb = json(row(2, { note: "@" })).replace('"@"', deep);
  const files = [
    await makeFile(`${json(row(1))}\n${bomb}\n${json(row(3))}`),
    await makeFile(`[${json(row(1))},${bomb},${json(row(3))}]`),
  ];
  for (const path of files) {
    const { records, skipped } = await loadRecords(path, { onBadRow: "skip" });
    assertEquals([records.length, skipped[0]?.row], [2, 2]);
    assertEquals(skipped[0]?.rule, "nested at most 64 levels deep, not 300001");
    assertLess(skipped[0]!.found.length, 300);
  }
  // A file of opening brackets alone, and one with a bomb in a cell that holds Python's text.
  for (const content of ["[".repeat(1e6), `{"a":`.repeat(2e5), `[${"[".repeat(9e6)}`]) {
    await assertRejects(async () => loadRecords(await makeFile(content)), DataError);
  }
  const cell = { question: "Which?", options: "[".repeat(5e5), answer_idx: "A" };
  const path = await makeFile(json(cell));
  await assertRejects(
    () => loadRecords(path),
    DataError,
    "row 1: options must be options by letter",
  );
});

Deno.test("an entry of 100 MB is a bad row of a JSON list and ends a CSV file", async () => {
  const chunk = new Uint8Array(10 * 2 ** 20).fill(120);
  const hundred = Array.from({ length: 10 }, () => chunk);
  const list = await makeFile(
    `[${json(row(1))},{"problem":"`,
    ...hundred,
    `"},${json(row(3))}]`,
  );
  const { records, skipped } = await loadRecords(list, { onBadRow: "skip" });
  assertEquals([records.map(({ id }) => id), skipped[0]?.row], [["1", "3"], 2]);
  assertMatch(skipped[0]!.rule, /^at most 8388608 bytes long, not 10485\d{4}$/);
  await Deno.remove(list);
  const csv = await makeFile("problem,answer\na,b\n", ...hundred, "\n");
  await assertRejects(
    () => loadRecords(csv, { onBadRow: "skip" }),
    DataError,
    `${csv}: row 2 must be at most 8388608 bytes long`,
  );
  await Deno.remove(csv);
});

Deno.test("CSV that can no longer be cut into rows is refused at the row; a short row is a bad row", async () => {
  const head = "problem,answer,Lower Limit,Upper Limit\n";
  const short = await makeFile(`${head}a?,4,4,4\nb?,4\nc?,4,4,4,4\nd?,4,4,4\n`);
  const { records, skipped } = await loadRecords(short, { onBadRow: "skip" });
  assertEquals(records.length, 2);
  assertEquals(skipped.map(({ row, found }) => [row, found]), [[2, "2 cells"], [3, "5 cells"]]);
  assertEquals(skipped[0]?.rule, "4 cells, like the header");
  const open = await makeFile(`${head}a?,4,4,4\n"b?,4,4,4\n`);
  await assertRejects(() => loadRecords(open), DataError, "row 2 must be quoted to its end");
});

Deno.test("JSON that is cut short names the entry at which it ends", async () => {
  const whole = `[${json(row(1))},${json(row(2))},${json(row(3))}]`;
  const path = await makeFile(whole.slice(0, -30));
  const error = await assertRejects(() => loadRecords(path, { onBadRow: "skip" }), DataError);
  assertEquals(error.bad.rule, "whole JSON; the file ends inside entry 3");
  for (const tail of ["]", "{}", ",1"]) {
    const longer = await makeFile(whole + tail);
    await assertRejects(() => loadRecords(longer), DataError, "with nothing after its end");
  }
  const comma = await makeFile(`[${json(row(1))},]`);
  await assertRejects(() => loadRecords(comma), DataError, "row 2: row must be a JSON object");
});

Deno.test("Parquet that is cut short or changed is refused by name or loads, and never crashes", async () => {
  const path = `${folder}/table.parquet`;
  const rows = Array.from({ length: 300 }, (_, i) => row(i));
  const columns = Object.fromEntries(
    Object.keys(rows[0]!).map((name) => [
      name,
      rows.map((value) => String((value as Record<string, unknown>)[name])),
    ]),
  );
  const schema = Object.fromEntries(Object.keys(columns).map((name) => [name, "string"] as const));
  await writeParquet(path, columns, schema);
  assertEquals((await loadRecords(path)).records.length, 300);
  const bytes = await Deno.readFile(path);
  for (const keep of [5, 12, bytes.length >> 1, bytes.length - 1, bytes.length - 9]) {
    const cut = await makeFile(bytes.slice(0, keep));
    for (const onBadRow of ["fail", "skip"] as const) {
      await assertRejects(
        () => loadRecords(cut, { onBadRow }),
        DataError,
        `Cannot read ${cut}: content must be a whole Parquet table`,
      );
    }
  }
  for (let at = 4; at < bytes.length; at += 97) {
    const changed = bytes.slice();
    changed[at] = changed[at]! ^ 0xff;
    const file = await makeFile(changed);
    await loadRecords(file, { onBadRow: "skip" }).catch((error) =>
      assert(error instanceof DataError)
    );
    await Deno.remove(file);
  }
});

Deno.test("a stream that is left early closes its file", async () => {
  for (const [kind, path] of await makeFiles([row(1), row(2), row(3)])) {
    for await (const { record } of streamRecords(path)) {
      assertEquals(record.id, "1", kind);
      break;
    }
    await Deno.remove(path);
  }
});
