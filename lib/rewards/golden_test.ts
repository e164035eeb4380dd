import { assertEquals, assertGreater } from "@std/assert";
import { runGoldenCase } from "./golden.ts";
import { goldenKind } from "./golden_case.ts";

const FILES = [
  "rewards_format_answer.jsonl",
  "rewards_open_text.jsonl",
  "rewards_length.jsonl",
  "metrics_eval.jsonl",
];
const SHARED = new URL("../../../shared/golden/", import.meta.url);

function exists(url: URL): boolean {
  try {
    Deno.statSync(url);
    return true;
  } catch {
    return false;
  }
}

async function readCases(url: URL): Promise<unknown[]> {
  const text = await Deno.readTextFile(url);
  return text.trim().split("\n").map((line) => JSON.parse(line));
}

async function requireAllPass(url: URL): Promise<void> {
  const cases = await readCases(url);
  assertEquals(cases.flatMap((row) => runGoldenCase(row).differences), []);
}

for (const file of FILES) {
  Deno.test(`golden cases of testdata/${file} pass`, async () => {
    await requireAllPass(new URL(`testdata/${file}`, import.meta.url));
  });
  const url = new URL(file, SHARED);
  Deno.test({
    name: `all golden cases of ../shared/golden/${file} pass (ignored where the file is absent)`,
    ignore: !exists(url),
    fn: () => requireAllPass(url),
  });
}

Deno.test("a changed expectation fails and says what differs", async () => {
  for (const file of FILES) {
    for (const row of await readCases(new URL(`testdata/${file}`, import.meta.url))) {
      const { expected, ...rest } = row as { expected: Record<string, unknown> };
      const result = runGoldenCase({ ...rest, expected: { ...expected, extra: 1 } });
      assertEquals(result.passed, false);
      assertEquals(result.differences.length, 1);
    }
  }
});

Deno.test("a number that is off by more than 1e-9 fails", async () => {
  const rows = await readCases(new URL("testdata/rewards_open_text.jsonl", import.meta.url));
  let changed = 0;
  for (const row of rows as { expected: Record<string, unknown> }[]) {
    for (const [key, value] of Object.entries(row.expected)) {
      if (typeof value !== "number" || value === 0) continue;
      const expected = { ...row.expected, [key]: value * (1 + 2e-9) };
      assertEquals(runGoldenCase({ ...row, expected }).differences.length, 1, key);
      changed++;
    }
  }
  assertGreater(changed, 10);
});

Deno.test("what cannot be run has failed and is no crash", () => {
  assertEquals(runGoldenCase({ kind: "policy_loss", expected: {} }).passed, false);
  assertEquals(runGoldenCase(null).passed, false);
  assertEquals(runGoldenCase({ kind: "val", expected: { score: 1 } }).passed, false);
  assertEquals(goldenKind({ kind: "delta" }), null);
});
