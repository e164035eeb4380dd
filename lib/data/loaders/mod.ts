export { type LoadedData, loadRecords } from "./load_records.ts";
export { writeRecords } from "./terse_record.ts";
