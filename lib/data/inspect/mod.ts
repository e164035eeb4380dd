export { type InspectionRequest, inspectRecords, type Part } from "./inspect_records.ts";
export type {
  CountRow,
  DuplicateFindings,
  GoldFindings,
  InspectedFile,
  Inspection,
  LengthRow,
  LetterRow,
  LicenceRow,
  OverlapRow,
  PairExample,
  SampleRow,
} from "./inspection.ts";
