import * as tf from "@tensorflow/tfjs";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { type GrpoGoldenCase, runGrpoGoldenCase } from "./golden.ts";
import { tensorsLeftBy, testOnBackends } from "./on_backends.ts";

// Every kind and every documented deviation; facts of the reference, see golden.ts.
const lines = await Deno.readTextFile(new URL("./testdata/grpo_math.jsonl", import.meta.url));
const fixture: GrpoGoldenCase[] = lines.trim().split("\n").map((line) => JSON.parse(line));

const shared = new URL("../../../../shared/golden/grpo_math.json", import.meta.url);
const sharedExists = await Deno.stat(shared).then(() => true, () => false);

async function differencesOf(cases: readonly GrpoGoldenCase[]): Promise<string[]> {
  const found: string[] = [];
  for (const goldenCase of cases) {
    const { differences } = await runGrpoGoldenCase(goldenCase);
    found.push(...differences.map((line) => `${goldenCase.id} ${goldenCase.kind}: ${line}`));
  }
  return found;
}

testOnBackends("golden cases of the fixture agree with the reference", async () => {
  assertEquals(await differencesOf(fixture), []);
});

Deno.test({
  name: "all golden cases agree with the reference (ignored without ../shared/golden)",
  ignore: !sharedExists,
  fn: async () => {
    await tf.setBackend("cpu");
    const { cases } = JSON.parse(await Deno.readTextFile(shared));
    assert(cases.length >= 44);
    assertEquals(await differencesOf(cases), []);
  },
});

/** The same value with its first finite number moved by 0.6, more than any tolerance. */
function spoil(value: unknown): { value: unknown; spoilt: boolean } {
  if (typeof value === "number") return { value: value + 0.6, spoilt: true };
  if (typeof value !== "object" || value === null) return { value, spoilt: false };
  const copy: Record<string, unknown> | unknown[] = Array.isArray(value)
    ? [...value]
    : { ...value };
  for (const [name, entry] of Object.entries(copy)) {
    const inner = spoil(entry);
    (copy as Record<string, unknown>)[name] = inner.value;
    if (inner.spoilt) return { value: copy, spoilt: true };
  }
  return { value: copy, spoilt: false };
}

Deno.test("a golden case with any one output spoilt does not pass", async () => {
  await tf.setBackend("cpu");
  for (const goldenCase of fixture) {
    for (const [name, output] of Object.entries(goldenCase.outputs)) {
      const { value, spoilt } = spoil(output);
      if (!spoilt) continue;
      const outputs = { ...goldenCase.outputs, [name]: value };
      const { passed, differences } = await runGrpoGoldenCase({ ...goldenCase, outputs });
      assert(!passed && differences.length > 0, `${goldenCase.id} ${name}`);
    }
  }
});

Deno.test("running golden cases leaves no tensors behind", async () => {
  await tf.setBackend("cpu");
  assertEquals(await tensorsLeftBy(async () => void await differencesOf(fixture)), 0);
});

Deno.test("an unknown kind of golden case is refused by name", async () => {
  const unknown = { id: "x-1", kind: "gae", inputs: {}, outputs: {} };
  await assertRejects(() => runGrpoGoldenCase(unknown), RangeError, '"gae"');
});
