export { type ContaminationMatch, findContamination } from "./contamination.ts";
export { type ContaminationRule } from "./evaluation_index.ts";
export { type DuplicatePair, type Duplicates, findDuplicates } from "./duplicates.ts";
