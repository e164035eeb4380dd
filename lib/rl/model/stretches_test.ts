import { assertEquals } from "@std/assert";
import { loadEngine } from "../engine/engine.ts";
import { MASKED_SCORE } from "./attention.ts";
import { layOutGroups, type TokenGroup } from "./group_batch.ts";
import { layOutStretch, planStretches } from "./stretches.ts";

await loadEngine("wasm");

const ids = (length: number) => Array.from({ length }, (_, i) => i % 7);

/** Two prompts of 2 and 1 rows; completions of 3, 40, 33 and of 1, 2, 70 rows. */
const GROUPS: TokenGroup[] = [
  { promptIds: [1, 2, 3], completions: [ids(3), ids(40), ids(33)] },
  { promptIds: [4, 5], completions: [ids(1), ids(2), ids(70)] },
];

Deno.test("stretches are of equal length and of the completions that reach into them, longest first", () => {
  // 70 rows in three stretches of 24 at most 32.
  assertEquals(planStretches(layOutGroups(GROUPS)), [
    { begin: 0, end: 24, members_P_G: [[1, 2, 0], [5, 4, 3]] },
    { begin: 24, end: 48, members_P_G: [[1, 2], [5, 4]] },
    { begin: 48, end: 70, members_P_G: [[1], [5]] },
  ]);
});

Deno.test("a stretch's rows, keys and mask by hand", async () => {
  const groups: TokenGroup[] = [
    { promptIds: [1, 2, 3], completions: [ids(2), ids(4)] },
    { promptIds: [4, 5], completions: [ids(3), ids(1)] },
  ];
  // Rows: 0-1 and 2 are the prompts', then 3-4, 5-8, 9-11 and 12.
  const plan = { begin: 2, end: 4, members_P_G: [[1], [2]] };
  const { queryRow, isQuery, keyRow, isKey, mask } = layOutStretch(plan, layOutGroups(groups), 2);
  assertEquals([...queryRow], [7, 8, 11, 0]);
  assertEquals([...isQuery], [1, 1, 1, 0]);
  assertEquals([...keyRow], [5, 6, 7, 8, 9, 10, 11, 0]);
  assertEquals([...isKey], [1, 1, 1, 1, 1, 1, 1, 0]);
  const x = MASKED_SCORE;
  // Two keys of the prompt, of which the second prompt has one; then own keys up to the row itself.
  assertEquals(await mask.array(), [
    [[[0, 0, 0, 0, 0, x], [0, 0, 0, 0, 0, 0]]],
    [[[0, x, 0, 0, 0, x], [0, x, 0, 0, 0, 0]]],
  ]);
  mask.dispose();
});
