/**
 * The pieces of work that both sides do.
 *
 * @module
 */
import type { Tokenizer } from "@terse/rl";

/** A prompt of an exact number of tokens, as text and as ids. */
export interface BenchPrompt {
  readonly text: string;
  readonly tokenIds: readonly number[];
}

/** The shape of a piece of work. */
export interface WorkShape {
  /** `step`: a GRPO step; `decode`: sampling alone; `passes`: forward and backward. */
  readonly kind: "step" | "decode" | "passes";
  /** P. */
  readonly numPrompts: number;
  readonly promptTokens: number;
  /** G, completions of each prompt. */
  readonly groupSize: number;
  /** Of every completion; no completion ends early. */
  readonly newTokens: number;
}

/** What a GRPO step needs to know. */
export interface StepWork {
  readonly prompts: readonly BenchPrompt[];
  /** G, completions of each prompt. */
  readonly groupSize: number;
  /** Of every completion; no completion ends early. */
  readonly newTokens: number;
  readonly temperature: number;
  /** Weight of the KL penalty. */
  readonly beta: number;
  /** Completions that pass through the model at once. */
  readonly microBatchSize: number;
}

/** Work as the workers of both sides read it from a JSON file. */
export interface Work extends WorkShape, StepWork {
  /** A Hugging Face folder. */
  readonly model: string;
  /** Threads that PyTorch may use. */
  readonly threads: number;
  /** A folder for what a library insists on writing. */
  readonly scratch: string;
}

/** What a worker answers for one round. */
export interface RoundAnswer {
  readonly seconds: number;
  /** Tokens that passed: see {@linkcode expectedTokens}. */
  readonly tokens: number;
  /** Most memory that the worker's process has held so far. */
  readonly peakBytes: number;
  /** Nats, of `passes`. */
  readonly loss?: number;
}

/** The measurements, by name. */
export const WORKS = {
  step128: { kind: "step", numPrompts: 4, promptTokens: 128, groupSize: 8, newTokens: 64 },
  step512: { kind: "step", numPrompts: 4, promptTokens: 512, groupSize: 8, newTokens: 64 },
  decode32: { kind: "decode", numPrompts: 4, promptTokens: 128, groupSize: 8, newTokens: 64 },
  decode8: { kind: "decode", numPrompts: 1, promptTokens: 128, groupSize: 8, newTokens: 64 },
  decode1: { kind: "decode", numPrompts: 1, promptTokens: 128, groupSize: 1, newTokens: 64 },
  // 192 rows enter the model; the last token of 193 is only predicted.
  passes: { kind: "passes", numPrompts: 4, promptTokens: 193, groupSize: 1, newTokens: 0 },
} as const satisfies Record<string, WorkShape>;

/**
 * Tokens that a round must have passed, so that a side that does less is found out: of a step every
 * completion with its prompt, of decoding the new ones, of passes the rows that enter the model.
 */
export function expectedTokens(shape: WorkShape): number {
  const { kind, numPrompts, promptTokens, groupSize, newTokens } = shape;
  switch (kind) {
    case "step":
      return numPrompts * groupSize * (promptTokens + newTokens);
    case "decode":
      return numPrompts * groupSize * newTokens;
    case "passes":
      return numPrompts * (promptTokens - 1);
  }
}

/**
 * Different prompts of exactly so many tokens, whose text encodes to their ids again.
 *
 * @throws {Error} if a text does not.
 */
export function makePrompts(tokenizer: Tokenizer, count: number, tokens: number): BenchPrompt[] {
  return Array.from({ length: count }, (_, i) => {
    const sentence =
      `Patient ${i + 1} is ${41 + 7 * i} years old, has had chest pain for ${i + 2} ` +
      `days and a heart rate of ${96 + 11 * i} beats per minute. `;
    const ids = tokenizer.encode(sentence.repeat(Math.ceil(tokens / 20))).slice(0, tokens);
    const text = tokenizer.decode(ids);
    const again = tokenizer.encode(text);
    if (again.length !== tokens || again.some((id, k) => id !== ids[k])) {
      throw new Error(
        `Cannot make a prompt of ${tokens} tokens: its text must encode to the same ids: it has ` +
          `${again.length} tokens`,
      );
    }
    return { text, tokenIds: ids };
  });
}
