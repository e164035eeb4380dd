import { assertEquals } from "@std/assert";
import { findImports, objection, partOf } from "./check_imports.ts";

Deno.test("imports are found, those of comments are not", () => {
  const text = [
    'import { a } from "@terse/data";',
    ' * import { b } from "@terse/rl";',
    "import type {",
    '} from "./x.ts";',
    `const c = await import("@tensorflow/tfjs");`,
  ].join("\n");
  assertEquals(findImports("lib/rl/y.ts", text).map(({ line, specifier }) => [line, specifier]), [
    [1, "@terse/data"],
    [4, "./x.ts"],
    [5, "@tensorflow/tfjs"],
  ]);
});

Deno.test("data flows one way", () => {
  const why = (file: string, specifier: string) => objection({ file, line: 1, specifier });
  assertEquals(why("lib/rl/train/score.ts", "@terse/rewards"), null);
  assertEquals(why("lib/rewards/x.ts", "@terse/rl"), "lib/rewards must not import lib/rl");
  assertEquals(why("lib/data/x.ts", "../rewards/y.ts"), "lib/data must not import lib/rewards");
  assertEquals(why("tools/x.ts", "@terse/experiments"), "tools must not import experiments");
  assertEquals(
    why("experiments/x.ts", "../lib/rl/policy.ts"),
    "lib/rl must be imported by its package name",
  );
  assertEquals(
    why("lib/rl/train/x.ts", "@tensorflow/tfjs-node-gpu"),
    "only lib/rl/engine/tensorflow.ts may import @tensorflow/tfjs-node-gpu",
  );
  assertEquals(why("lib/rl/engine/tensorflow.ts", "@tensorflow/tfjs-node-gpu"), null);
});

Deno.test("paths belong to their part", () => {
  assertEquals(partOf("lib/rl/grpo/loss.ts"), "lib/rl");
  assertEquals(partOf("lib/unknown/x.ts"), null);
});
