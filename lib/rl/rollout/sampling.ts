/**
 * Drawing one token from a row of logits.
 *
 * @module
 */

/** How a token is drawn. */
export interface TokenSampling {
  /** Logits are divided by it; 0 takes the likeliest token. */
  readonly temperature: number;
  /** Nucleus (Holtzman et al., arXiv 1904.09751): the fewest likeliest tokens whose mass reaches it. */
  readonly topP: number;
}

/** A drawn token and its log-probability (nats) at the temperature, before any nucleus is cut. */
export interface DrawnToken {
  readonly id: number;
  readonly logprob: number;
}

function likeliest(logits: Float32Array): number {
  let best = 0;
  for (let i = 1; i < logits.length; i++) if (logits[i]! > logits[best]!) best = i;
  return best;
}

/** Zeroes all weights outside the nucleus and returns the mass that is left. */
function cutToNucleus(weights: Float64Array, total: number, topP: number): number {
  // Tokens rarer than this cannot hold 1 - topP of the mass together, so the nucleus has none of them.
  const negligible = total * (1 - topP) / weights.length;
  const candidates: number[] = [];
  weights.forEach((weight, i) => {
    if (weight >= negligible) candidates.push(i);
  });
  candidates.sort((a, b) => weights[b]! - weights[a]! || a - b);
  let mass = 0, size = 0;
  while (size < candidates.length && mass < topP * total) mass += weights[candidates[size++]!]!;
  const kept = new Set(candidates.slice(0, size));
  weights.forEach((_, i) => {
    if (!kept.has(i)) weights[i] = 0;
  });
  return mass;
}

/**
 * Draws a token by inverting the distribution function at `u`.
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
 * assertEquals(drawToken(logits, { temperature: 1, topP: 1 }, 0.2).id, 0);
 * assertEquals(drawToken(logits, { temperature: 1, topP: 1 }, 0.3).id, 1);
 * ```
 */
export function drawToken(logits: Float32Array, sampling: TokenSampling, u: number): DrawnToken {
  const { temperature, topP } = sampling;
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

  const mass = topP < 1 ? cutToNucleus(weights, total, topP) : total;
  let rest = u * mass, drawn = best;
  for (let i = 0; i < weights.length; i++) {
    if (weights[i] === 0) continue;
    drawn = i;
    rest -= weights[i]!;
    if (rest < 0) break;
  }
  return { id: drawn, logprob: logprob(drawn) };
}
