import { assertEquals, assertThrows } from "@std/assert";
import { parseDataArguments, UsageError } from "./data_arguments.ts";
import { runValidation } from "./data_validate.ts";

const SHARED = new URL("../../shared/data/", import.meta.url).pathname;

const folder = await Deno.makeTempDir();

async function makeFile(name: string, rows: readonly unknown[]): Promise<string> {
  const path = `${folder}/${name}`;
  await Deno.writeTextFile(path, rows.map((row) => JSON.stringify(row)).join("\n"));
  return path;
}

async function run(...args: string[]): Promise<{ status: number; lines: string[] }> {
  const lines: string[] = [];
  return { status: await runValidation(args, (line) => lines.push(line)), lines };
}

const choice = (answer_idx: string) => ({
  question: `Which is ${answer_idx}?`,
  options: { A: "x", B: "y" },
  answer_idx,
});
const open = (answer: string) => ({ Source: "o1", problem: `Why ${answer}?`, answer });

const good = await makeFile("good.jsonl", [choice("A"), choice("B")]);
const bad = await makeFile("bad.jsonl", [choice("A"), choice("C"), choice("B"), choice("D")]);
// It loads, but no completion can give this answer between its tags.
const ungradable = await makeFile("ungradable.jsonl", [
  open("<answer>So.</answer>"),
  open("<answer>It is the </think> tag.</answer>"),
]);

Deno.test("files whose rows all pass give status 0 and their number on the last line", async () => {
  assertEquals(await run(good, good), {
    status: 0,
    lines: [
      `${good} (option table): 2 passed, 0 failed`,
      `${good} (option table): 2 passed, 0 failed`,
      "4 passed, 0 failed",
    ],
  });
});

Deno.test("every row that fails is listed with its row and reason, whatever kind of fault", async () => {
  const missing = `${folder}/missing.jsonl`;
  const { status, lines } = await run(good, bad, ungradable, missing);
  assertEquals([status, lines.at(-1)], [1, "5 passed, 4 failed"]);
  const failures = lines.filter((line) => line.startsWith("FAIL "));
  const starts = [
    `FAIL Cannot read ${bad}, row 2: answer_idx must be one of the options' letters A, B: current`,
    `FAIL Cannot read ${bad}, row 4: answer_idx must be one of the options' letters A, B: current`,
    `FAIL ${ungradable}, row 2: Cannot grade record "`,
    `FAIL Cannot read ${missing}: path must be a file that can be read`,
  ];
  assertEquals(failures.map((line, i) => line.slice(0, starts[i]!.length)), starts);
});

Deno.test("--on-bad-row fail stops at the first row that fails", async () => {
  for (const [path, passed] of [[bad, 1], [ungradable, 1]] as const) {
    const { status, lines } = await run("--on-bad-row", "fail", path, good);
    assertEquals([status, lines.at(-1)], [1, `${passed} passed, 1 failed`]);
    assertEquals(lines.length, 3);
  }
});

Deno.test("terms of use are said before the counts", async () => {
  const row = { patient_id: 1, question: "Which?", choice_A: "x", choice_B: "y", answer: "A" };
  const { lines } = await run(await makeFile("ehr.jsonl", [row]));
  assertEquals(lines.length, 4);
  assertEquals(lines[0]!.startsWith("note: EHRNoteQA and MIMIC-IV-Note are PhysioNet"), true);
});

Deno.test("wrong command lines are refused with the option, the rule and the value", async () => {
  const forms = { "on-bad-row": ["fail", "skip"], out: "text", force: "flag" } as const;
  const cases: [string[], string][] = [
    [["--on-bad-row", "drop"], '--on-bad-row must be one of fail, skip: current value is "drop"'],
    [["--out"], "--out must be followed by a value: current value is nothing"],
    [["--out", "--force"], "--out must be followed by a value: current value is --force"],
    [["--force=1"], '--force must be written without a value: current value is "1"'],
    [
      ["--onbad"],
      "an option must be one of --on-bad-row, --out, --force, --help: current value is",
    ],
  ];
  for (const [args, message] of cases) {
    assertThrows(() => parseDataArguments(args, forms), UsageError, message);
  }
  assertEquals(parseDataArguments(["a", "-h"], forms), "help");
  assertEquals((await run("--help")).status, 0);
});

Deno.test({
  name: "every file of ../shared/data passes whole (ignored where the folder is absent)",
  ignore: !await Deno.stat(`${SHARED}README.md`).then(() => true, () => false),
  async fn() {
    const names = [...Deno.readDirSync(SHARED)].map(({ name }) => name).filter((n) =>
      /json/.test(n)
    );
    const { status, lines } = await run(...names.map((name) => `${SHARED}${name}`));
    assertEquals([status, lines.at(-1)], [0, "6265 passed, 0 failed"]);
  },
});
