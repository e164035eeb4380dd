/**
 * Reports of experiments, made from their run folders and nothing else.
 *
 * @module
 */
export * from "./read_run.ts";
export * from "./read_seed.ts";
export * from "./run_types.ts";
export * from "./write_report.ts";
