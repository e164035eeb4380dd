export { type ContaminationMatch, findContamination } from "./contamination.ts";
export { type ContaminationRule } from "./evaluation_index.ts";
export { type DuplicatePair, type Duplicates, findDuplicates } from "./duplicates.ts";
export * from "./manifest.ts";
export { prepareData, type PrepareOptions } from "./prepare_data.ts";
export { isPreparedFolder, type PreparedData, readPrepared } from "./read_prepared.ts";
export * from "./recipe.ts";
export { type LoadedRecipe, loadRecipe } from "./recipe_file.ts";
export { type CountTokens } from "./row_steps.ts";
