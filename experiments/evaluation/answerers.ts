/**
 * Who answers an evaluation's questions: a policy on this machine's engine, or a server.
 *
 * @module
 */

import { buildMessages, type PromptTemplate, uniform, uniformInteger } from "@terse/data";
import { extractAnswer } from "@terse/rewards";
import { controlBudget, countThinkingTokens, type Policy, sampleRollouts } from "@terse/rl";
import { gradeText, questionColumns } from "../evaluate.ts";
import type { AnswerRow } from "./answers.ts";
import { type Endpoint, requestCompletion, type ServedCompletion } from "./endpoint.ts";
import type { EvaluationSampling, Unit } from "./plan.ts";
import type { RetryOptions } from "./retry.ts";

/** Answers a unit's questions: one row for each question and sample. Rejects if the signal aborts. */
export type Answerer = (unit: Unit, signal: AbortSignal) => Promise<AnswerRow[]>;

/** A policy that answers on the engine. It samples as an arm's own evaluation does. */
export function policyAnswerer(policy: Policy, sampling: EvaluationSampling): Answerer {
  const { tokenizer } = policy;
  return async ({ split, questions, samples }) => {
    const prompts = questions.map((question) =>
      controlBudget(question, sampling.budgetControl).prompt
    );
    const rollouts = await sampleRollouts(policy, prompts, {
      groupSize: samples.length,
      maxCompletionLength: sampling.maxCompletionLength,
      temperature: sampling.temperature,
      topK: sampling.topK,
      topP: sampling.topP,
      minP: sampling.minP,
      rowsAtOnce: sampling.rowsAtOnce,
      seed: sampling.seed,
      // The same random numbers under each budget, so that they differ by the budget alone.
      step: 0,
      purpose: "evaluation",
    });
    return rollouts.flatMap(({ completions }, q) =>
      completions.map((completion, i): AnswerRow => ({
        ...questionColumns(split, questions[q]!, samples[i]!),
        ...gradeText(completion.text, questions[q]!.record),
        completion: completion.text,
        tokens: completion.tokenIds.length,
        thinking_tokens: countThinkingTokens(completion, tokenizer),
        answer_tokens: tokenizer.encode(extractAnswer(completion.text) ?? "").length,
        finish_reason: completion.finishReason,
        cause: null,
      }))
    );
  };
}

/** How a server's model is asked. */
export interface ServerOptions {
  readonly model: string;
  readonly template: PromptTemplate;
  readonly sampling: EvaluationSampling;
  readonly retry: Omit<RetryOptions, "signal" | "jitter">;
}

/** Seeds that every server takes: 31 bits. */
const LARGEST_SEED = 0x7fff_ffff;

/** A server that answers units of one question and one sample. A request that fails leaves its cause. */
export function serverAnswerer(
  endpoint: Endpoint,
  { model, template, sampling, retry }: ServerOptions,
): Answerer {
  const { seed, temperature, topK, topP, minP, maxCompletionLength } = sampling;
  return async ({ split, questions: [question], samples: [sample] }, signal) => {
    const { record, budget, prompt } = question!;
    const columns = questionColumns(split, question!, sample!);
    let served: ServedCompletion;
    try {
      served = await requestCompletion(endpoint, {
        model,
        messages: buildMessages(record, budget, template),
        temperature,
        topK,
        topP,
        minP,
        maxTokens: maxCompletionLength,
        seed: uniformInteger(0, LARGEST_SEED, "seed of a request", seed, prompt.key, sample!),
      }, {
        ...retry,
        signal,
        jitter: (n) => uniform("wait before a try", seed, prompt.key, sample!, n),
      });
    } catch (error) {
      signal.throwIfAborted();
      return [{
        ...columns,
        completion: null,
        tokens: null,
        thinking_tokens: null,
        answer_tokens: null,
        finish_reason: "failed",
        correct: null,
        format_ok: null,
        cause: error instanceof Error ? error.message : String(error),
      }];
    }
    return [{
      ...columns,
      ...gradeText(served.text, record),
      completion: served.text,
      tokens: served.tokens,
      thinking_tokens: served.thinkingTokens,
      // Servers do not tell.
      answer_tokens: null,
      finish_reason: served.finishReason,
      cause: null,
    }];
  };
}
