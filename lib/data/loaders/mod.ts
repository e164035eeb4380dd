export { findDataFiles } from "./data_files.ts";
export {
  type LoadedData,
  loadRecords,
  type NumberedRecord,
  type StreamOptions,
  streamRecords,
} from "./load_records.ts";
export { CREDENTIALED_SOURCES } from "./terms.ts";
export { writeRecords } from "./terse_record.ts";
