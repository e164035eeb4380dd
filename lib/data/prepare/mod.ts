export { type ContaminationMatch, findContamination } from "./contamination.ts";
export { type ContaminationRule } from "./evaluation_index.ts";
export { type DuplicatePair, type Duplicates, findDuplicates } from "./duplicates.ts";
export { countSummary } from "./manifest_summary.ts";
export {
  type Manifest,
  prepareData,
  type PrepareOptions,
  type RowCounts,
  type StepReport,
} from "./prepare_data.ts";
export * from "./recipe.ts";
export { type LoadedRecipe, loadRecipe } from "./recipe_file.ts";
export { type CountTokens } from "./row_steps.ts";
