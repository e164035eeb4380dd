/**
 * Sampling groups of completions from a policy.
 *
 * @module
 */
import { uniform } from "@terse/data";
import type { Policy } from "../policy.ts";
import { forceBudget } from "./budget_forcing.ts";
import {
  type DecodeBatch,
  type DecodedStep,
  type DecodingRow,
  freeBatch,
  gatherRows,
  placedRows,
  stepRows,
} from "./decode_batch.ts";
import { drawRows } from "./draw_rows.ts";
import { roundRows } from "./row_plan.ts";
import type { TokenSampling } from "./sampling.ts";

/** A prompt ready to be fed. */
export interface PromptInput {
  /** What the prompt's random numbers are keyed by; unique within a step. */
  readonly key: string;
  readonly text: string;
  /** At least two tokens. */
  readonly tokenIds: readonly number[];
  /** Tokens of thinking after which it is closed by force; without it, never. */
  readonly thinkingLimit?: number;
}

/** One sampled completion. */
export interface Completion {
  /** Sampled and forced tokens, with the end token if it was sampled. */
  readonly tokenIds: readonly number[];
  /** Decoded text, without special tokens. */
  readonly text: string;
  /**
   * Log-probability (nats) of each token under the sampler, at the sampling temperature; 0 for a forced
   * token, which the policy did not choose.
   */
  readonly samplerLogprobs: Float32Array;
  /** 1 for a sampled token, 0 for a forced one, which is never trained on. */
  readonly sampledMask: Uint8Array;
  /** `stop`: the end token was sampled; `length`: the completion was cut. */
  readonly finishReason: "stop" | "length";
}

/** One group: a prompt and its completions. */
export interface Rollout {
  readonly prompt: PromptInput;
  readonly completions: readonly Completion[];
}

/** How groups are sampled. */
export interface SamplingOptions extends TokenSampling {
  readonly groupSize: number;
  readonly maxCompletionLength: number;
  /** Completions that decode at the same time; changes speed and memory, not the draws. */
  readonly rowsAtOnce: number;
  readonly seed: number;
  readonly step: number;
  /** What the numbers are for, e.g. `rollout` or `evaluation`: another purpose draws others. */
  readonly purpose: string;
}

/** A completion that is being sampled. */
interface OpenRow extends DecodingRow {
  readonly sample: number;
  readonly tokenIds: number[];
  readonly logprobs: number[];
  readonly sampled: number[];
  /** Forced tokens that come next. */
  pending: readonly number[];
  /** Number of tokens at which the thinking's limit is looked at. */
  checkAt: number;
  finishReason: Completion["finishReason"] | null;
}

/** Rows are let in once so large a share of the places is free, and the batch shrinks by as much. */
const FREE_SHARE = 0.25;

/**
 * Samples a group for every prompt. At most `rowsAtOnce` completions decode together; those that end
 * leave, and waiting ones take their place. A prompt is computed once for its group. The random number
 * of a token depends on (purpose, seed, step, prompt, sample, token) alone, never on what shares the batch.
 *
 * @throws {RangeError} if a prompt has fewer than two tokens or does not leave room for the completion,
 * if rowsAtOnce is no positive integer, or if the policy's logits are NaN.
 */
export async function sampleRollouts(
  policy: Policy,
  prompts: readonly PromptInput[],
  options: SamplingOptions,
): Promise<Rollout[]> {
  checkRequest(policy, prompts, options);
  const groups = prompts.map(({ thinkingLimit }, prompt) =>
    Array.from({ length: options.groupSize }, (_, sample): OpenRow => ({
      prompt,
      sample,
      tokenIds: [],
      logprobs: [],
      sampled: [],
      pending: [],
      checkAt: thinkingLimit ?? Infinity,
      finishReason: null,
    }))
  );
  const promptIds = prompts.map(({ tokenIds }) => tokenIds);
  const waiting = groups.flat();
  let open: OpenRow[] = [];
  let batch: DecodeBatch<OpenRow> | null = null;
  try {
    while (open.length + waiting.length > 0) {
      const admitted = waiting.splice(0, roomFor(waiting.length, open.length, options.rowsAtOnce));
      open.push(...admitted);
      if (batch === null || admitted.length > 0 || hasShrunk(batch, open)) {
        batch = gatherRows<OpenRow>(policy, batch, open, promptIds);
      }
      const step: DecodedStep<OpenRow> = stepRows(policy, batch, promptIds, isOpen);
      batch = step.batch;
      try {
        await appendTokens(policy, prompts, placedRows(step.batch), step.logits_B_V, options);
      } finally {
        step.logits_B_V.dispose();
      }
      open = open.filter(isOpen);
    }
  } finally {
    if (batch !== null) freeBatch(batch);
  }
  return prompts.map((prompt, p) => ({
    prompt,
    completions: groups[p]!.map(({ tokenIds, logprobs, sampled, finishReason }): Completion => ({
      tokenIds,
      text: policy.tokenizer.decode(tokenIds),
      samplerLogprobs: Float32Array.from(logprobs),
      sampledMask: Uint8Array.from(sampled),
      finishReason: finishReason!,
    })),
  }));
}

function isOpen(row: OpenRow | null): row is OpenRow {
  return row !== null && row.finishReason === null;
}

/** How many waiting rows join: bringing them in copies caches, so a part of the places has to be free. */
function roomFor(waiting: number, open: number, rowsAtOnce: number): number {
  const free = rowsAtOnce - open;
  return open === 0 || free >= FREE_SHARE * rowsAtOnce ? Math.min(waiting, free) : 0;
}

function hasShrunk(batch: DecodeBatch<OpenRow>, open: readonly OpenRow[]): boolean {
  const gathered = placedRows(batch).filter((row) => row !== null).length;
  return roundRows(open.length) <= (1 - FREE_SHARE) * roundRows(gathered);
}

/** Appends to every open row its next token, forced or drawn, and marks those that end with it. */
async function appendTokens(
  policy: Policy,
  prompts: readonly PromptInput[],
  places: readonly (OpenRow | null)[],
  logits_B_V: Parameters<typeof drawRows>[0],
  options: SamplingOptions,
): Promise<void> {
  const { tokenizer } = policy;
  const { purpose, seed, step } = options;
  for (const row of places) {
    if (!isOpen(row) || row.tokenIds.length !== row.checkAt) continue;
    const forcing = forceBudget(row.tokenIds, prompts[row.prompt]!.thinkingLimit!, tokenizer);
    row.pending = forcing.kind === "append" ? forcing.tokenIds : [];
    row.checkAt = forcing.kind === "wait" ? forcing.untilTokens : Infinity;
  }
  const uniforms = places.map((row) =>
    isOpen(row) && row.pending.length === 0
      ? uniform(purpose, seed, step, prompts[row.prompt]!.key, row.sample, row.tokenIds.length)
      : null
  );
  const drawn = await drawRows(logits_B_V, uniforms, options);
  places.forEach((row, b) => {
    if (!isOpen(row)) return;
    const { id, logprob } = drawn[b] ?? { id: row.pending[0]!, logprob: 0 };
    const isForced = drawn[b] === null;
    row.pending = row.pending.slice(1);
    row.tokenIds.push(id);
    row.logprobs.push(logprob);
    row.sampled.push(isForced ? 0 : 1);
    if (!isForced && tokenizer.endTokenIds.includes(id)) row.finishReason = "stop";
    else if (row.tokenIds.length === options.maxCompletionLength) row.finishReason = "length";
  });
}

function checkRequest(
  policy: Policy,
  prompts: readonly PromptInput[],
  { maxCompletionLength, rowsAtOnce }: SamplingOptions,
): void {
  if (!Number.isInteger(rowsAtOnce) || rowsAtOnce < 1) {
    throw new RangeError(
      `Cannot sample: rowsAtOnce must be a whole number, 1 or more: current value is ${rowsAtOnce}`,
    );
  }
  const limit = policy.config.maxPositionEmbeddings;
  for (const { key, tokenIds } of prompts) {
    if (tokenIds.length < 2) {
      throw new RangeError(
        `Cannot sample for prompt "${key}": it must have at least 2 tokens: it has ${tokenIds.length}`,
      );
    }
    if (tokenIds.length + maxCompletionLength > limit) {
      throw new RangeError(
        `Cannot sample for prompt "${key}": its ${tokenIds.length} tokens and ${maxCompletionLength} new ` +
          `ones must fit the model's ${limit} positions: shorten the prompt or maxCompletionLength`,
      );
    }
  }
}
