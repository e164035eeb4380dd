/**
 * The rows that verl trains on.
 *
 * @module
 */

import { buildMessages } from "../prompt.ts";
import { CHAT, type ExportLayout, goldLimits, goldText, numTokensOf } from "./layout.ts";

/**
 * verl's layout: `data_source`, `prompt` as a chat, `ability`, `reward_model` with style and ground
 * truth, `extra_info`. As in Med-U1's files the reward's part holds budget and limits too; a grader finds
 * what else it needs in `extra_info`. `options` is JSON text, as its letters differ from row to row.
 *
 * Deviation from Med-U1's files: the prompt is a chat of system and user message, which verl puts into
 * the model's template once, and not a finished chat inside of a user message, which it would put there
 * again.
 */
export const verlLayout: ExportLayout = {
  schema: {
    data_source: "string",
    prompt: CHAT,
    ability: "string",
    reward_model: {
      fields: {
        style: "string",
        ground_truth: "string",
        num_tokens: "int",
        lower_limit: "float",
        upper_limit: "float",
      },
    },
    extra_info: {
      fields: {
        split: "string",
        index: "int",
        id: "string",
        kind: "string",
        output: "string",
        options: "string",
        pass_rate: "float",
      },
    },
  },
  makeRow({ record, budget }, index, template) {
    const { lower, upper } = goldLimits(record);
    return {
      data_source: record.source,
      prompt: buildMessages(record, budget, template).map((message) => ({ ...message })),
      ability: "medical",
      reward_model: {
        style: "rule",
        ground_truth: goldText(record),
        num_tokens: numTokensOf(budget),
        lower_limit: lower,
        upper_limit: upper,
      },
      extra_info: {
        split: record.split,
        index,
        id: record.id,
        kind: record.gold.kind,
        output: record.gold.kind === "calculation" ? record.gold.output : null,
        options: record.options === null ? null : JSON.stringify(record.options),
        pass_rate: record.passRate ?? null,
      },
    };
  },
};
