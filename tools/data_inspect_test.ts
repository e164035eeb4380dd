import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { DataError, type QuestionRecord, writeRecords } from "@terse/data";
import { inspectFiles, runInspection } from "./data_inspect.ts";

const folder = await Deno.makeTempDir();

function record(id: string, more: Partial<QuestionRecord> = {}): QuestionRecord {
  return {
    id,
    source: "Demo",
    question: `Which of the many vitamins is it that question number ${id} asks for?`,
    context: "",
    options: { A: `x ${id}`, B: `y ${id}` },
    gold: { kind: "choice", letter: "A" },
    split: "train",
    licence: "MIT",
    tags: [],
    ...more,
  };
}

const HOSTILE = `</script><script>alert(1)</script><img src=x onerror=alert(2)>`;

Deno.test("a file with splits is printed and becomes a page that runs nothing", async () => {
  const path = `${folder}/a.jsonl`;
  await writeRecords(path, [
    ...Array.from({ length: 60 }, (_, i) => record(`${i}`)),
    record(HOSTILE, { question: HOSTILE, source: HOSTILE, licence: HOSTILE, tags: [HOSTILE] }),
    record("leak", { question: record("7").question, options: record("7").options, split: "test" }),
  ]);
  const lines: string[] = [];
  assertEquals(await runInspection([path, "--out", `${folder}/a.html`], (l) => lines.push(l)), 0);
  const text = lines.join("\n");
  assertMatch(text, /^a\.jsonl: 62 questions/);
  assertMatch(text, /warning: Demo: the right one of 2 options is A in 100\.0 % of 61 questions/);
  assertMatch(text, /warning: questions of train that give away questions of test: 1/);
  assertMatch(text, /gold answers: 62 of 62 earn full marks/);
  const html = await Deno.readTextFile(`${folder}/a.html`);
  assert(!/<script|<img|onerror=alert\(2\)>/.test(html.replaceAll("&lt;", "")), "escaped");
  assertMatch(html, /script-src 'none'/);
  assertMatch(html, /&lt;\/script&gt;&lt;script&gt;alert\(1\)/);
  assertEquals(/(?:src|href)="(?!#)/.test(html), false);
  for (const title of ["What was found", "Lengths", "Where the right option stands", "Licences"]) {
    assert(html.includes(title), title);
  }
  assertMatch(html, /<svg[^]*<\/svg>/);
});

Deno.test("files without splits are parts by their names; bad rows are listed if skipped", async () => {
  const [one, two] = [`${folder}/one.jsonl`, `${folder}/two.jsonl`];
  await writeRecords(one, [record("1"), record("2")]);
  await writeRecords(
    two,
    [record("3", { question: record("2").question, options: null })]
      .map((r) => ({ ...r, gold: { kind: "open", answer: "x" } })),
  );
  await Deno.writeTextFile(two, `${await Deno.readTextFile(two)}{"id": 4}\n`);
  await assertRejects(() => inspectFiles([one, two], "fail"), DataError, "two.jsonl, row 2");
  const found = await inspectFiles([one, two], "skip");
  assertEquals(found.parts, [{ name: "one.jsonl", rows: 2 }, { name: "two.jsonl", rows: 1 }]);
  assertEquals(found.overlaps.map(({ exact, ngram }) => exact + ngram), [1]);
  assertEquals(found.skipped.map(({ path, row }) => [path, row]), [[two, 2]]);
  assertEquals(found.files.map(({ rows, skipped }) => [rows, skipped]), [[2, 0], [1, 1]]);
});

Deno.test("a recipe is read as its sources, in the splits that it gives them; a folder as its files", async () => {
  const data = `${folder}/data`;
  await Deno.mkdir(data);
  await writeRecords(`${data}/train.jsonl`, [record("1"), record("2")]);
  await writeRecords(`${data}/test.jsonl`, [record("3", { question: record("2").question })]);
  await Deno.writeTextFile(`${data}/manifest.json`, "{}");
  const recipe = `${folder}/recipe.ts`;
  await Deno.writeTextFile(
    recipe,
    `export default {
      name: "made", description: "Made.", seed: 1,
      sources: [
        { name: "train", path: "data/train.jsonl" },
        { name: "held_out", split: "test" },
      ],
      steps: [{ step: "exact_duplicates" }],
    };`,
  );
  const given = { held_out: `${data}/test.jsonl` };
  const found = await inspectFiles([recipe], "fail", null, given);
  assertEquals(found.parts, [{ name: "train", rows: 2 }, { name: "test", rows: 1 }]);
  assertEquals((await inspectFiles([data], "fail")).parts, [
    { name: "test.jsonl", rows: 1 },
    { name: "train.jsonl", rows: 2 },
  ]);
  await assertRejects(() => inspectFiles([recipe], "fail"), Error, "--source held_out=PATH");
});

Deno.test("lengths are counted in a model's tokens if one is named", async () => {
  const path = `${folder}/t.jsonl`;
  await writeRecords(path, [record("1")]);
  const [words, tokens] = [
    await inspectFiles([path], "fail"),
    await inspectFiles([path], "fail", "tiny"),
  ];
  assertEquals([words.lengthUnit, tokens.lengthUnit], ["words", "tokens of tiny"]);
  assert(tokens.lengths[0]!.most > words.lengths[0]!.most);
});
