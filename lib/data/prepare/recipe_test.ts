import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { join } from "node:path";
import { defineRecipe, type Recipe } from "./recipe.ts";
import { loadRecipe } from "./recipe_file.ts";

const RECIPE: Recipe = {
  name: "demo",
  description: "For tests.",
  seed: 1,
  sources: [{ name: "one", path: "one.jsonl" }, { name: "two", split: "test" }],
  steps: [
    { step: "filter", kinds: ["choice"], lengthTokens: { model: "tiny", most: 100 } },
    { step: "near_duplicates", threshold: 0.8 },
    { step: "mix", weights: { MedQA: 2 }, epochs: 2 },
    { step: "curriculum", by: "difficulty" },
    { step: "budgets", budgets: { kind: "fixed", mode: "exact", tokens: 10 } },
  ],
};

Deno.test("a recipe is frozen, to its depth", () => {
  const recipe = defineRecipe(structuredClone(RECIPE));
  assertEquals(recipe, RECIPE);
  assertThrows(() => Object.assign(recipe.sources[0]!, { name: "x" }), TypeError);
});

Deno.test("a broken recipe is refused with step, key, rule and value", () => {
  const step = (declared: unknown) => ({ ...RECIPE, steps: [declared] });
  const cases: [unknown, string][] = [
    [
      { ...RECIPE, seed: 1.5 },
      "seed must be a whole number from 0 to 4294967295: current value is 1.5",
    ],
    [{ ...RECIPE, name: "A b" }, "name must be lower-case letters"],
    [{ ...RECIPE, sources: [] }, "sources must be at least one of sources"],
    [
      { ...RECIPE, sources: [RECIPE.sources[0], RECIPE.sources[0]] },
      "different from other sources'",
    ],
    [
      { ...RECIPE, sources: [{ name: "a", split: "dev" }] },
      "sources.0.split must be train, validation",
    ],
    [
      { ...RECIPE, extra: 1 },
      "extra must be left out, as no such key is known: current value is 1",
    ],
    [step({ step: "shuffle" }), 'step 1 (shuffle): step must be "filter", "exact_duplicates"'],
    [
      step({ step: "near_duplicates", threshold: 80 }),
      "step 1 (near_duplicates): threshold must be a number greater than 0 and at most 1: current value is 80",
    ],
    [
      step({ step: "near_duplicates" }),
      "threshold must be a number greater than 0 and at most 1: current value is undefined",
    ],
    [step({ step: "exact_duplicates", threshold: 1 }), "threshold must be left out"],
    [
      step({ step: "split", validation: 0.6, test: 0.5 }),
      "test must be at most 1 together with validation",
    ],
    [
      step({ step: "mix", weights: { a: -1 } }),
      "step 1 (mix): weights.a must be a number, 0 or more: current value is -1",
    ],
    [
      step({ step: "curriculum", by: "size" }),
      'by must be "random", "difficulty", "length" or "source": current value is "size"',
    ],
    [
      step({ step: "curriculum", by: "source", stages: [{ share: 0.5, weights: {} }] }),
      "stages whose shares sum up to 1",
    ],
    [
      step({ step: "budgets", budgets: { kind: "log" } }),
      'budgets.kind must be an object with kind "none", "fixed"',
    ],
    [
      step({ step: "budgets", budgets: { kind: "uniform", mode: "exact", low: 9, high: 2 } }),
      "budgets.high must be a number not below low: current value is 2",
    ],
    [
      step({
        step: "budgets",
        budgets: {
          kind: "halves",
          first: { kind: "none" },
          second: { kind: "fixed", mode: "exact", tokens: 0 },
        },
      }),
      "budgets.second.tokens must be a whole number, 1 or more: current value is 0",
    ],
    [
      { ...RECIPE, steps: [RECIPE.steps[2], RECIPE.steps[0]] },
      "step 2 (filter) must be before mix",
    ],
    [
      { ...RECIPE, steps: [RECIPE.steps[3], RECIPE.steps[2]] },
      "step 2 (mix) must be before curriculum",
    ],
    [{ ...RECIPE, steps: [RECIPE.steps[2], RECIPE.steps[2]] }, "step 2 (mix) must be given once"],
  ];
  for (const [recipe, message] of cases) {
    assertThrows(() => defineRecipe(recipe as Recipe), TypeError, message);
  }
});

async function recipeFile(text: string): Promise<string> {
  const path = join(await Deno.makeTempDir(), "recipe.ts");
  await Deno.writeTextFile(path, text);
  return path;
}

Deno.test("sources stand beside the recipe or come from the command line", async () => {
  const path = await recipeFile(`export default ${JSON.stringify(RECIPE)};`);
  const { sourcePaths } = await loadRecipe(path, { two: "/data/two.json" });
  assertEquals(sourcePaths, [join(path, "..", "one.jsonl"), "/data/two.json"]);
  await assertRejects(() => loadRecipe(path), Error, "Give it by --source two=PATH");
  await assertRejects(
    () => loadRecipe(path, { two: "/b", three: "/c" }),
    Error,
    '--source must name one of one, two: current value is "three"',
  );
});

Deno.test("recipes that are missing, broken or none are refused with their path", async () => {
  await assertRejects(() => loadRecipe("/nowhere/recipe.ts"), Error, "which does not exist");
  const none = await recipeFile("export const recipe = 1;");
  await assertRejects(() => loadRecipe(none), Error, "its default export must be a recipe");
  const broken = await recipeFile("export default {");
  await assertRejects(() => loadRecipe(broken), Error, `Cannot load the recipe ${broken}`);
});
