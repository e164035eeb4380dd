import { assertAlmostEquals, assertEquals } from "@std/assert";
import { makeGroup } from "../testdata/groups.ts";
import { o1Pruner, o1PrunerScores } from "./o1_pruner.ts";

const { defaults } = o1Pruner;

Deno.test("O1-Pruner: length against the reference, accuracy by its weight, clipped", () => {
  const group = makeGroup([100, 400, 10, 0], "RwRw");
  const scores = o1PrunerScores(group, defaults, { meanLengthTokens: 200, accuracy: 0.75 });
  // 200/100 - 1 + 2 (1 - 0.75); 200/400 - 1 - 2 x 0.75; 19.5 and 197.5, clipped.
  assertEquals(scores, [1.5, -2, 4, 4]);
  const [mild] = o1PrunerScores(group, { ...defaults, accuracyWeight: 0 }, {
    meanLengthTokens: 150,
    accuracy: 0,
  });
  assertAlmostEquals(mild!, 0.5, 1e-12);
});

Deno.test("O1-Pruner: step 1 is its own reference, and what it was is carried on", () => {
  const first = [makeGroup([100, 300], "Rw"), makeGroup([500, 700], "RR")];
  assertEquals(o1Pruner.start(defaults), null);
  // Group means: 200 tokens, accuracy 0.5.
  assertEquals(o1Pruner.score(first[0]!, defaults, null), [2, 200 / 300 - 1 - 1]);
  const reference = o1Pruner.next(first, defaults, null);
  assertEquals(reference, { meanLengthTokens: 400, accuracy: 0.75 });
  assertEquals(o1Pruner.next([makeGroup([1], "w")], defaults, reference), reference);
  assertEquals(o1Pruner.score(makeGroup([200], "R"), defaults, reference), [1.5]);
});
