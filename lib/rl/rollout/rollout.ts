/**
 * Sampling groups of completions from a policy.
 *
 * @module
 */
import { uniform } from "@terse/data";
import type { Policy } from "../policy.ts";
import { decodeStep, type DecodingState, freeState, keepGroups, prefill } from "./decoder.ts";
import { drawToken, type TokenSampling } from "./sampling.ts";

/** A prompt ready to be fed. */
export interface PromptInput {
  /** What the prompt's random numbers are keyed by; unique within a step. */
  readonly key: string;
  readonly text: string;
  /** At least two tokens. */
  readonly tokenIds: readonly number[];
}

/** One sampled completion. */
export interface Completion {
  /** Sampled tokens, with the end token if it was sampled. */
  readonly tokenIds: readonly number[];
  /** Decoded text, without special tokens. */
  readonly text: string;
  /** Log-probability (nats) of each token under the sampler, at the sampling temperature. */
  readonly samplerLogprobs: Float32Array;
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
  readonly seed: number;
  readonly step: number;
  /** What the numbers are for, e.g. `rollout` or `evaluation`: another purpose draws others. */
  readonly purpose: string;
}

interface OpenRow {
  readonly tokenIds: number[];
  readonly logprobs: number[];
  stopped: boolean;
}

/**
 * Samples a group for every prompt, all prompts in one batch. The random number of a token depends on
 * (purpose, seed, step, prompt, sample, token) alone, never on what shares the batch.
 *
 * @throws {RangeError} if a prompt has fewer than two tokens or does not leave room for the completion.
 */
export async function sampleRollouts(
  policy: Policy,
  prompts: readonly PromptInput[],
  options: SamplingOptions,
): Promise<Rollout[]> {
  const { groupSize, maxCompletionLength } = options;
  checkPrompts(policy, prompts, maxCompletionLength);
  const rows: OpenRow[][] = prompts.map(() =>
    Array.from({ length: groupSize }, () => ({ tokenIds: [], logprobs: [], stopped: false }))
  );
  let open = prompts.map((_, p) => p);
  let state: DecodingState = prefill(policy, prompts.map(({ tokenIds }) => tokenIds), groupSize);
  for (let token = 0; token < maxCompletionLength && open.length > 0; token++) {
    const inputs = open.flatMap((p) =>
      rows[p]!.map(({ tokenIds }) => tokenIds.at(-1) ?? prompts[p]!.tokenIds.at(-1)!)
    );
    const next = decodeStep(policy, state, Int32Array.from(inputs));
    state = next.state;
    const logits = await next.logits_B_V.data() as Float32Array;
    next.logits_B_V.dispose();
    const V = policy.config.vocabSize;
    open.forEach((p, i) =>
      rows[p]!.forEach((row, g) => {
        if (row.stopped) return;
        const at = (i * groupSize + g) * V;
        const u = uniform(options.purpose, options.seed, options.step, prompts[p]!.key, g, token);
        const drawn = drawToken(logits.subarray(at, at + V), options, u);
        row.tokenIds.push(drawn.id);
        row.logprobs.push(drawn.logprob);
        row.stopped = policy.tokenizer.endTokenIds.includes(drawn.id);
      })
    );
    const unfinished = open.flatMap((p, i) => rows[p]!.every(({ stopped }) => stopped) ? [] : [i]);
    // Copying the caches pays once a good part of the batch has left it.
    if (unfinished.length > 0 && unfinished.length <= 0.8 * open.length) {
      state = keepGroups(state, unfinished);
      open = unfinished.map((i) => open[i]!);
    } else if (unfinished.length === 0) {
      open = [];
    }
  }
  freeState(state);
  return prompts.map((prompt, p) => ({
    prompt,
    completions: rows[p]!.map(({ tokenIds, logprobs, stopped }): Completion => ({
      tokenIds,
      text: policy.tokenizer.decode(tokenIds),
      samplerLogprobs: Float32Array.from(logprobs),
      finishReason: stopped ? "stop" : "length",
    })),
  }));
}

function checkPrompts(
  policy: Policy,
  prompts: readonly PromptInput[],
  maxCompletionLength: number,
): void {
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
