/**
 * The rows that TRL trains on.
 *
 * @module
 */

import { buildMessages } from "../prompt.ts";
import { CHAT, type ExportLayout, goldLimits, goldText, numTokensOf } from "./layout.ts";

/**
 * TRL's layout: `prompt` as a chat; GRPOTrainer hands every other column to the reward functions by its
 * name. `options` is JSON text, as its letters differ from row to row.
 */
export const trlLayout: ExportLayout = {
  schema: {
    prompt: CHAT,
    answer: "string",
    kind: "string",
    output: "string",
    lower: "float",
    upper: "float",
    options: "string",
    num_tokens: "int",
    id: "string",
    source: "string",
    split: "string",
    pass_rate: "float",
  },
  makeRow({ record, budget }, _index, template) {
    return {
      prompt: buildMessages(record, budget, template).map((message) => ({ ...message })),
      answer: goldText(record),
      kind: record.gold.kind,
      output: record.gold.kind === "calculation" ? record.gold.output : null,
      ...goldLimits(record),
      options: record.options === null ? null : JSON.stringify(record.options),
      num_tokens: numTokensOf(budget),
      id: record.id,
      source: record.source,
      split: record.split,
      pass_rate: record.passRate ?? null,
    };
  },
};
