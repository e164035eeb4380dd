import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { DataError } from "./data_error.ts";
import { writeParquet } from "./parquet.ts";
import { joinPassRates, readPassRates } from "./pass_rate.ts";
import type { QuestionRecord } from "./record.ts";

const RECORD: QuestionRecord = {
  id: "q1",
  source: "MedQA",
  question: "Why?",
  context: "",
  options: null,
  gold: { kind: "open", answer: "So." },
  split: "train",
  licence: "MIT",
  tags: [],
};

const folder = await Deno.makeTempDir();
let files = 0;

async function makeFile(text: string, ending: string): Promise<string> {
  const path = `${folder}/rates-${files++}.${ending}`;
  await Deno.writeTextFile(path, text);
  return path;
}

Deno.test("parquet, JSON lines, JSON and CSV give the same rates", async () => {
  const parquet = `${folder}/rates.parquet`;
  await writeParquet(
    parquet,
    { id: ["q1", "7"], pass_rate: [0.25, 1] },
    { id: "string", pass_rate: "float" },
  );
  const paths = [
    parquet,
    await makeFile('{"id":"q1","pass_rate":0.25}\n{"id":7,"pass_rate":1}\n', "jsonl"),
    await makeFile('[{"id":"q1","pass_rate":0.25},{"id":7,"pass_rate":1}]', "json"),
    await makeFile("id,pass_rate\nq1,0.25\n7,1\n", "csv"),
  ];
  for (const path of paths) {
    const { rates, hasSources } = await readPassRates(path);
    assertEquals([...rates], [["q1", 0.25], ["7", 1]], path);
    assertEquals(hasSources, false);
  }
});

Deno.test("rates are joined by id, or by source and id; others stay as they were", async () => {
  const records = [RECORD, { ...RECORD, id: "q2", passRate: 0.5 }, { ...RECORD, id: "q3" }];
  const byId = await readPassRates(
    await makeFile("id,pass_rate\nq1,0.125\nq2,0\nnone,1\n", "csv"),
  );
  assertEquals(joinPassRates(records, byId), {
    records: [{ ...RECORD, passRate: 0.125 }, { ...RECORD, id: "q2", passRate: 0 }, records[2]!],
    rated: 2,
    unused: 1,
  });
  const bySource = await readPassRates(
    await makeFile("source,id,pass_rate\nMedQA,q1,0.75\nMedIQ,q1,0.5\n", "csv"),
  );
  const two = [RECORD, { ...RECORD, source: "MedIQ" }];
  assertEquals(joinPassRates(two, bySource).records.map((one) => one.passRate), [0.75, 0.5]);
  assertThrows(
    () => joinPassRates(two, byId),
    RangeError,
    "must have a column source where ids come from several sets: current id q1 is in MedQA and in",
  );
});

Deno.test("rates that break a rule are refused with row, field and value", async () => {
  const cases: [string, string][] = [
    [
      "id,pass_rate\nq1,1.5\n",
      'row 1: pass_rate must be a number from 0 to 1: current value is "1.5"',
    ],
    ["id,pass_rate\nq1,\n", "row 1: pass_rate must be a number from 0 to 1"],
    ["id,pass_rate\nq1,half\n", "row 1: pass_rate must be a number from 0 to 1"],
    ["id,rate\nq1,0\n", "row 1: pass_rate must be a number from 0 to 1: current value is missing"],
    [
      "name,pass_rate\nq1,0\n",
      "row 1: id must be a whole number or a text: current value is missing",
    ],
    ["id,pass_rate\nq1,0\nq1,1\n", "row 2: id must be used once"],
  ];
  for (const [text, message] of cases) {
    const path = await makeFile(text, "csv");
    await assertRejects(() => readPassRates(path), DataError, message);
  }
  await assertRejects(() => readPassRates(`${folder}/none.csv`), DataError, "none.csv");
});
