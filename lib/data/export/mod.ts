export * from "./export_questions.ts";
export type { ExportedQuestion } from "./layout.ts";
export * from "./read_questions.ts";
