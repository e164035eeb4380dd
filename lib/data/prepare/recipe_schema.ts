/**
 * The rules that a recipe has to keep, and the messages for those it breaks.
 *
 * @module
 */

import { z } from "zod";
import { budgetRule, rule, showValue, wholeNumber } from "../schema_rule.ts";
import type { Recipe, RecipeSource, RecipeStep } from "./recipe.ts";

const isNumber = (value: unknown): value is number => Number.isFinite(value);
const isText = (value: unknown): value is string => typeof value === "string" && value !== "";
const text = rule<string>("a text that is not empty", isText);
const name = rule<string>(
  "lower-case letters, digits and underscores, beginning with a letter",
  (v) => typeof v === "string" && /^[a-z][a-z0-9_]*$/.test(v),
);
const seed = rule<number>(
  "a whole number from 0 to 4294967295",
  (v) => Number.isInteger(v) && Number(v) >= 0 && Number(v) <= 0xffffffff,
);
const share = rule<number>("a number from 0 to 1", (v) => isNumber(v) && v >= 0 && v <= 1);
const positiveShare = rule<number>(
  "a number greater than 0 and at most 1",
  (v) => isNumber(v) && v > 0 && v <= 1,
);
const weights = z.record(
  z.string(),
  rule<number>("a number, 0 or more", (v) => isNumber(v) && v >= 0),
  { error: "an object of weights by source" },
);
const split = rule<NonNullable<RecipeSource["split"]>>(
  "train, validation, test or ood",
  (v) => v === "train" || v === "validation" || v === "test" || v === "ood",
);
const kind = rule<"choice" | "calculation" | "open">(
  "choice, calculation or open",
  (v) => v === "choice" || v === "calculation" || v === "open",
);
const list = <T extends z.ZodType>(item: T, what: string) =>
  z.array(item, { error: `a list of ${what}` }).min(1, { error: `at least one of ${what}` });

const source = z.strictObject({
  name,
  path: text.exactOptional(),
  split: split.exactOptional(),
});

const temperature = rule<number>("a number greater than 0", (v) => isNumber(v) && v > 0);
const curriculum = z.literal("curriculum");
const descending = rule<boolean>("true or false", (v) => typeof v === "boolean").exactOptional();

const step = z.union([
  z.discriminatedUnion("step", [
    z.strictObject({
      step: z.literal("filter"),
      kinds: list(kind, "kinds").exactOptional(),
      tags: list(text, "tags").exactOptional(),
      withoutTags: list(text, "tags").exactOptional(),
      lengthTokens: z.strictObject({
        model: text,
        least: wholeNumber.exactOptional(),
        most: wholeNumber.exactOptional(),
      }).exactOptional(),
    }),
    z.strictObject({ step: z.literal("exact_duplicates") }),
    z.strictObject({ step: z.literal("near_duplicates"), threshold: positiveShare }),
    z.strictObject({ step: z.literal("split"), validation: share, test: share })
      .refine((v) => v.validation + v.test <= 1, {
        path: ["test"],
        error: "at most 1 together with validation",
      }),
    z.strictObject({
      step: z.literal("decontaminate"),
      ngram: wholeNumber,
      overlap: positiveShare,
    }),
    z.strictObject({
      step: z.literal("mix"),
      weights: weights.exactOptional(),
      temperature: temperature.exactOptional(),
      cap: wholeNumber.exactOptional(),
      epochs: wholeNumber.exactOptional(),
      total: wholeNumber.exactOptional(),
    }).refine((v) => v.weights === undefined || v.temperature === undefined, {
      path: ["temperature"],
      error: "left out where there are weights",
    }),
    z.discriminatedUnion("by", [
      z.strictObject({ step: curriculum, by: z.literal("random") }),
      z.strictObject({ step: curriculum, by: z.literal("difficulty"), descending }),
      z.strictObject({ step: curriculum, by: z.literal("length"), descending }),
      z.strictObject({
        step: curriculum,
        by: z.literal("source"),
        stages: list(z.strictObject({ share: positiveShare, weights }), "stages"),
      }),
    ], { error: '"random", "difficulty", "length" or "source"' }),
    z.strictObject({ step: z.literal("budgets"), budgets: budgetRule }),
  ], {
    error: '"filter", "exact_duplicates", "near_duplicates", "split", "decontaminate", "mix", ' +
      '"curriculum" or "budgets"',
  }),
]);

const recipeSchema = z.strictObject({
  name,
  description: text,
  seed,
  sources: list(source, "sources"),
  steps: z.array(step, { error: "a list of steps" }),
});

type Path = readonly PropertyKey[];

function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<PropertyKey, unknown> | null | undefined)?.[key],
    root,
  );
}

/** `step 2 (mix): total` for what lies in a step, else the dotted key. */
function placeOf(root: unknown, path: Path): string {
  if (path[0] !== "steps" || path.length < 2) return path.map(String).join(".");
  const found = valueAt(root, ["steps", path[1]!, "step"]);
  const title = `step ${Number(path[1]) + 1}${typeof found === "string" ? ` (${found})` : ""}`;
  return path.length === 2 ? title : `${title}: ${path.slice(2).map(String).join(".")}`;
}

function refuse(recipe: unknown, path: Path, must: string): never {
  const found = valueAt(recipe, ["name"]);
  const title = typeof found === "string" ? `recipe "${found}"` : "a recipe without a name";
  throw new TypeError(
    `Cannot define ${title}: ${placeOf(recipe, path)} must be ${must}: current value is ${
      showValue(valueAt(recipe, path))
    }`,
  );
}

function refuseIssue(recipe: unknown, issue: z.core.$ZodIssue, base: Path): never {
  const path = [...base, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    refuse(recipe, [...path, issue.keys[0]!], "left out, as no such key is known");
  }
  if (issue.code === "invalid_union" && issue.errors[0]?.[0] !== undefined) {
    refuseIssue(recipe, issue.errors[0][0], path);
  }
  const isObject = issue.code === "invalid_type" && issue.expected === "object";
  refuse(recipe, path, isObject ? "an object" : issue.message);
}

/** Steps that say which questions are taken how often and in which order, in their order. */
const LAST_STEPS: readonly RecipeStep["step"][] = ["mix", "curriculum", "budgets"];

/**
 * Checks a declaration.
 *
 * @param recipe Anything, e.g. a module's default export.
 * @throws {TypeError} for the first rule broken: which key, the value found, what it must be.
 */
export function checkRecipe(recipe: unknown): asserts recipe is Recipe {
  const parsed = recipeSchema.safeParse(recipe);
  if (!parsed.success) refuseIssue(recipe, parsed.error.issues[0]!, []);
  const { sources, steps } = recipe as Recipe;
  const names = sources.map((declared) => declared.name);
  names.forEach((found, index) => {
    if (names.indexOf(found) !== index) {
      refuse(recipe, ["sources", index, "name"], "different from other sources'");
    }
  });
  let latest = -1;
  steps.forEach((declared, index) => {
    const place = LAST_STEPS.indexOf(declared.step);
    if (place < 0 && latest >= 0) {
      refuse(recipe, ["steps", index], `before ${LAST_STEPS[latest]}`);
    }
    if (place >= 0 && place <= latest) {
      const order = place === latest ? "given once" : `before ${LAST_STEPS[latest]}`;
      refuse(recipe, ["steps", index], order);
    }
    latest = Math.max(latest, place);
    if (declared.step === "curriculum" && declared.by === "source") {
      const total = declared.stages.reduce((sum, stage) => sum + stage.share, 0);
      if (Math.abs(total - 1) > 1e-9) {
        refuse(recipe, ["steps", index, "stages"], "stages whose shares sum up to 1");
      }
    }
  });
}
