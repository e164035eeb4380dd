/**
 * Recipes from their files.
 *
 * @module
 */

import { dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { defineRecipe, type Recipe } from "./recipe.ts";

/** A recipe and the absolute paths of its sources. */
export interface LoadedRecipe {
  readonly recipe: Recipe;
  /** Absolute path of the file that declares it. */
  readonly path: string;
  /** In the order of the recipe's sources. */
  readonly sourcePaths: readonly string[];
}

/**
 * Imports the file of a recipe and checks what it exports.
 *
 * @param path Absolute path of a module whose default export is made by `defineRecipe`.
 * @param given Absolute paths by source, e.g. from the command line; they replace the recipe's own.
 * @throws {Error} if the file is missing, does not load or exports no recipe, a source has no path, or
 *   a path is given for a source that the recipe does not have.
 */
export async function loadRecipe(
  path: string,
  given: Readonly<Record<string, string>> = {},
): Promise<LoadedRecipe> {
  try {
    await Deno.stat(path);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new Error(
      `Cannot load the recipe: RECIPE must be a file: current value is ${path}, which does not exist`,
      { cause },
    );
  }
  let module: { readonly default?: Recipe };
  try {
    module = await import(pathToFileURL(path).href);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Cannot load the recipe ${path}: ${message}`, { cause });
  }
  if (module.default === undefined) {
    throw new Error(
      `Cannot load the recipe ${path}: its default export must be a recipe: current value is ` +
        `missing. Write: export default defineRecipe({ ... })`,
    );
  }
  const recipe = defineRecipe(module.default);
  const names = recipe.sources.map(({ name }) => name);
  for (const name of Object.keys(given)) {
    if (!names.includes(name)) {
      throw new Error(
        `Cannot prepare ${recipe.name}: --source must name one of ${names.join(", ")}: current ` +
          `value is ${JSON.stringify(name)}`,
      );
    }
  }
  const sourcePaths = recipe.sources.map(({ name, path: own }) => {
    const found = given[name] ?? (own === undefined ? undefined : resolve(dirname(path), own));
    if (found === undefined) {
      throw new Error(
        `Cannot prepare ${recipe.name}: source ${name} must have a file: current value is none. ` +
          `Give it by --source ${name}=PATH`,
      );
    }
    return found;
  });
  return { recipe, path, sourcePaths };
}
