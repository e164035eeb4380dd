/**
 * Drawing one token from a row of logits.
 *
 * @module
 */

/** How a token is drawn; names and order of the cuts (top-k, top-p, min-p) are those of transformers. */
export interface TokenSampling {
  /** Logits are divided by it; 0 takes the likeliest token. */
  readonly temperature: number;
  /** Only the likeliest so many tokens are drawn (Fan et al., arXiv 1805.04833); 0 for all. */
  readonly topK: number;
  /**
   * Nucleus (Holtzman et al., arXiv 1904.09751): the fewest likeliest tokens whose share of what topK
   * leaves reaches it; 1 for all.
   */
  readonly topP: number;
  /**
   * Only tokens at least so many times as likely as the likeliest are drawn (Nguyen et al., arXiv
   * 2407.01082); 0 for all.
   */
  readonly minP: number;
}

/** A drawn token and its log-probability (nats) at the temperature, before anything is cut. */
export interface DrawnToken {
  readonly id: number;
  readonly logprob: number;
}

/** Largest float32 below 1: numbers that round to 1 stand for it, so that all engines draw alike. */
const BELOW_ONE = 1 - 2 ** -24;

/** A uniform number in [0, 1) as float32, still below 1. */
export function belowOne(u: number): number {
  return Math.min(Math.fround(u), BELOW_ONE);
}

/** Whether some tokens are never drawn. */
export function isCut({ topK, topP, minP }: TokenSampling, vocabSize: number): boolean {
  return topP < 1 || minP > 0 || (topK > 0 && topK < vocabSize);
}

function likeliest(logits: Float32Array): number {
  let best = 0;
  for (let i = 1; i < logits.length; i++) if (logits[i]! > logits[best]!) best = i;
  return best;
}

/** The least weight that is drawn. The largest weight is 1. */
function leastWeight(weights: Float64Array, { topK, topP, minP }: TokenSampling): number {
  const descending = weights.slice().sort().reverse();
  const V = weights.length;
  const atK = topK > 0 && topK < V ? descending[topK - 1]! : 0;
  let left = 0;
  for (let i = 0; i < V && descending[i]! >= atK; i++) left += descending[i]!;
  let mass = 0, size = 0;
  while (size < V - 1 && mass + descending[size]! < topP * left) mass += descending[size++]!;
  return Math.max(atK, topP < 1 ? descending[size]! : 0, minP);
}

/**
 * Draws a token by inverting the distribution function, in the vocabulary's order, at `u`.
 *
 * Tokens exactly as likely as the last one kept are kept too, as transformers' top-k does; its top-p
 * keeps some of them, by the order of its sort.
 *
 * @param logits one row, length V; not changed.
 * @param u uniform in [0, 1).
 * @throws {RangeError} if a logit is NaN.
 *
 * @example
 * ```ts
 * import { drawToken } from "@terse/rl";
 * import { assertEquals } from "@std/assert";
 * const logits = new Float32Array([0, Math.log(3)]); // probabilities 1/4 and 3/4
 * const whole = { temperature: 1, topK: 0, topP: 1, minP: 0 };
 * assertEquals(drawToken(logits, whole, 0.2).id, 0);
 * assertEquals(drawToken(logits, whole, 0.3).id, 1);
 * assertEquals(drawToken(logits, { ...whole, topK: 1 }, 0.2).id, 1);
 * ```
 */
export function drawToken(logits: Float32Array, sampling: TokenSampling, u: number): DrawnToken {
  const { temperature } = sampling;
  const best = likeliest(logits);
  const top = logits[best]!;
  const scale = temperature === 0 ? 1 : 1 / temperature;
  const weights = new Float64Array(logits.length);
  let total = 0;
  for (let i = 0; i < logits.length; i++) {
    total += weights[i] = Math.exp((logits[i]! - top) * scale);
  }
  if (Number.isNaN(total)) {
    throw new RangeError("Cannot draw a token: logits must be numbers: at least one is NaN");
  }
  const logprob = (id: number) => (logits[id]! - top) * scale - Math.log(total);
  if (temperature === 0) return { id: best, logprob: logprob(best) };

  let mass = total;
  if (isCut(sampling, logits.length)) {
    const least = leastWeight(weights, sampling);
    mass = 0;
    for (let i = 0; i < weights.length; i++) {
      if (weights[i]! < least) weights[i] = 0;
      mass += weights[i]!;
    }
  }
  let rest = belowOne(u) * mass, drawn = best;
  for (let i = 0; i < weights.length; i++) {
    if (weights[i] === 0) continue;
    drawn = i;
    rest -= weights[i]!;
    if (rest < 0) break;
  }
  return { id: drawn, logprob: logprob(drawn) };
}
