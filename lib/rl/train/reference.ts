/**
 * The reference policy that the KL penalty compares with, where it follows the trained one.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Weights } from "../model/weights.ts";

/** How a reference follows the policy, in TRL's words. */
export interface ReferenceSync {
  /** Steps from one synchronisation to the next. */
  readonly refModelSyncSteps: number;
  /** Share of the policy's weights in the new reference; 1 copies them. */
  readonly refModelMixupAlpha: number;
}

/**
 * The reference after a synchronisation: alpha x policy + (1 - alpha) x reference (TR-DPO, Gorbatovski
 * et al., arXiv 2404.09656, equation 4; TRL's `sync_ref_model`). Every old tensor of the reference is
 * disposed as soon as its successor exists; the policy's are kept.
 *
 * @param policyWeights The trained weights; the caller keeps them.
 * @param refWeights The reference's of the same names; not to be used afterwards.
 * @returns New tensors that share nothing with the policy's.
 */
export function synchroniseReference(
  policyWeights: Weights,
  refWeights: Weights,
  alpha: number,
): Weights {
  return Object.fromEntries(
    Object.entries(refWeights).map(([name, ref]) => {
      const mixed = tf.tidy(() =>
        tf.add(tf.mul(alpha, policyWeights[name]!), tf.mul(1 - alpha, ref))
      );
      ref.dispose();
      return [name, mixed];
    }),
  );
}

/**
 * Synchronises the reference of a state whose finished steps are a multiple of `refModelSyncSteps`.
 *
 * @param state Consumed: its reference is freed or passes on.
 * @param sync Null for a reference that is frozen, or none.
 */
export function followPolicy<
  State extends {
    readonly step: number;
    readonly policy: { readonly weights: Weights };
    readonly refWeights: Weights | null;
  },
>(state: State, sync: ReferenceSync | null): State {
  const { step, policy, refWeights } = state;
  if (sync === null || refWeights === null || step % sync.refModelSyncSteps !== 0) return state;
  const mixed = synchroniseReference(policy.weights, refWeights, sync.refModelMixupAlpha);
  return { ...state, refWeights: mixed };
}
