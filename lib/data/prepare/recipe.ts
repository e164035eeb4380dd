/**
 * What a data set is made of: sources, steps, and a seed. Plain frozen objects.
 *
 * @module
 */

import type { BudgetSpec } from "../budget.ts";
import type { QuestionKind, Split } from "../record.ts";
import { checkRecipe } from "./recipe_schema.ts";

/** A file of questions. */
export interface RecipeSource {
  /** Lower-case letters, digits and underscores; the command line gives its file as `NAME=PATH`. */
  readonly name: string;
  /** From the recipe's folder; left out if the command line gives it. */
  readonly path?: string;
  /** Split of all its questions; if left out, the one each has of its own. */
  readonly split?: Split;
}

/** Keeps questions that meet all of the conditions. */
export interface FilterStep {
  readonly step: "filter";
  readonly kinds?: readonly QuestionKind[];
  /** Keeps questions with at least one of these tags. */
  readonly tags?: readonly string[];
  /** Leaves out questions with one of these tags. */
  readonly withoutTags?: readonly string[];
  /** Bounds of the length of context, question and options in tokens of a model, both included. */
  readonly lengthTokens?: {
    /** `tiny`, `smollm2`, or a model's path from the recipe's folder. */
    readonly model: string;
    readonly least?: number;
    readonly most?: number;
  };
}

/** Keeps the first of the questions of a split that have the same normal text. */
export interface ExactDuplicatesStep {
  readonly step: "exact_duplicates";
}

/** Removes questions of a split that are nearly the same as an earlier one. */
export interface NearDuplicatesStep {
  readonly step: "near_duplicates";
  /** Least Jaccard similarity of the shingle sets. */
  readonly threshold: number;
}

/**
 * Moves shares of the train questions to validation and test: the same share of each source and kind;
 * near-duplicates, whatever their answers, stay together.
 */
export interface SplitStep {
  readonly step: "split";
  readonly validation: number;
  readonly test: number;
}

/**
 * Removes train questions that give away an evaluation question, and validation questions that give
 * away one of test or ood.
 */
export interface DecontaminateStep {
  readonly step: "decontaminate";
  /** Words in an n-gram. */
  readonly ngram: number;
  /** Share of the evaluation question's n-grams. */
  readonly overlap: number;
}

/**
 * Chooses train questions by source, by weights or by sizes: a source of n questions has a share
 * proportional to its weight, or to n^(1 / temperature). At most `cap` questions of each are taken, each
 * at most `epochs` times.
 */
export interface MixStep {
  readonly step: "mix";
  /** Proportions by the sources of the records, e.g. MedQA; each is named, 0 for none. */
  readonly weights?: Readonly<Record<string, number>>;
  /** 1 keeps the sizes' proportions; the larger, the more even. */
  readonly temperature?: number;
  readonly cap?: number;
  readonly epochs?: number;
  /** Questions in all; by default, as many as keep the proportions. */
  readonly total?: number;
}

/** A part of training with its own mixture. */
export interface CurriculumStage {
  /** Of the train questions. */
  readonly share: number;
  /** By the records' sources; 0 where left out. */
  readonly weights: Readonly<Record<string, number>>;
}

/** Orders the train questions. Without it they stand in the order of the sources. */
export type CurriculumStep =
  & { readonly step: "curriculum" }
  & (
    | { readonly by: "random" }
    /** By pass rate, from easy to hard, those without one last; or by characters, from short to long. */
    | { readonly by: "difficulty" | "length"; readonly descending?: boolean }
    | { readonly by: "source"; readonly stages: readonly CurriculumStage[] }
  );

/** Draws a budget for each question. */
export interface BudgetsStep {
  readonly step: "budgets";
  readonly budgets: BudgetSpec;
}

/** One step of a recipe. */
export type RecipeStep =
  | FilterStep
  | ExactDuplicatesStep
  | NearDuplicatesStep
  | SplitStep
  | DecontaminateStep
  | MixStep
  | CurriculumStep
  | BudgetsStep;

/** A data set before it is made. */
export interface Recipe {
  /** Lower-case letters, digits and underscores; names the folder. */
  readonly name: string;
  readonly description: string;
  readonly seed: number;
  readonly sources: readonly RecipeSource[];
  /** In order; mix, curriculum and budgets come last, each at most once. */
  readonly steps: readonly RecipeStep[];
}

/**
 * Checks a recipe and freezes it. The file that declares one exports it as its default.
 *
 * @example
 * ```ts
 * import { defineRecipe } from "@terse/data";
 * import { assertThrows } from "@std/assert";
 * const recipe = defineRecipe({
 *   name: "medqa_once",
 *   description: "MedQA without repeats.",
 *   seed: 1,
 *   sources: [{ name: "medqa", path: "medqa.jsonl" }],
 *   steps: [{ step: "exact_duplicates" }, { step: "near_duplicates", threshold: 0.8 }],
 * });
 * assertThrows(() => defineRecipe({ ...recipe, seed: -1 }), TypeError, "seed must be");
 * ```
 * @throws {TypeError} naming the key, the value found, and what it must be.
 */
export function defineRecipe(recipe: Recipe): Recipe {
  checkRecipe(recipe);
  return deepFreeze(recipe);
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.values(value).forEach(deepFreeze);
  return Object.freeze(value);
}
