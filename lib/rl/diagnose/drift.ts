/**
 * Drift: the policy loses its variety, or leaves the reference.
 *
 * @module
 */
import { meanOf, metricOf, percent, type Symptom, WINDOW, windowOf } from "./symptom.ts";

/**
 * Training sharpens the policy and so costs entropy, but a policy without any gains nothing more (Cui et
 * al., arXiv 2505.22617): at this share of the first steps' it is nearly spent.
 */
const ENTROPY_SHARE = 0.2;

/**
 * Nats a token, averaged. Over a completion of 60 tokens these are 30: the reference would write it e^30
 * times more rarely.
 */
const KL_LIMIT_NATS = 0.5;

/** Nats a token in one step: an estimate of that size comes of log-probabilities that have blown up. */
const KL_BLOWN_UP_NATS = 10;

/** The policy hardly varies its completions any more. */
export const entropyCollapse: Symptom = {
  cause: "entropy_collapse",
  calmSteps: WINDOW,
  title: "the loss of entropy",
  show(steps, { entropyCoefficient, epsilonHigh, learningRate }) {
    const first = windowOf(steps, "entropy", WINDOW);
    const now = steps.length < 2 * WINDOW ? null : windowOf(steps, "entropy");
    if (first === null || now === null) return null;
    const [before, after] = [meanOf(first), meanOf(now)];
    if (!(before > 0 && after < ENTROPY_SHARE * before)) return null;
    return `entropy has fallen from ${before.toPrecision(2)} to ${
      after.toPrecision(2)
    } nats a token, ` +
      `${
        percent(after / before)
      } of what it was: completions of a prompt become the same and groups ` +
      `teach less; raise entropyCoefficient (${entropyCoefficient}) or epsilonHigh (${epsilonHigh}), ` +
      `or lower learningRate (${learningRate})`;
  },
};

/** The policy runs away from the reference. */
export const klRunaway: Symptom = {
  cause: "kl_runaway",
  calmSteps: WINDOW,
  title: "the run away from the reference",
  show(steps, { beta, learningRate }) {
    const values = windowOf(steps, "kl");
    const mean = values === null ? 0 : meanOf(values);
    const last = metricOf(steps.at(-1), "kl") ?? 0;
    if (!(mean > KL_LIMIT_NATS || last > KL_BLOWN_UP_NATS)) return null;
    const found = last > KL_BLOWN_UP_NATS
      ? `KL to the reference is ${last.toPrecision(2)} nats a token`
      : `KL to the reference has been ${mean.toPrecision(2)} nats a token over ${WINDOW} steps`;
    return `${found}: the policy runs away from the model it began as; raise beta (${beta}) or lower ` +
      `learningRate (${learningRate})`;
  },
};
