/**
 * The mathematics of GRPO: advantages, loss, optimizer, metrics. Pure functions on numbers and
 * tensors; tested against the values of Med-U1's released code.
 *
 * @module
 */
export * from "./adamw.ts";
export * from "./advantages.ts";
export * from "./clip_grad.ts";
export * from "./entropy.ts";
export * from "./golden.ts";
export * from "./group_filter.ts";
export * from "./importance_correction.ts";
export * from "./kl.ts";
export * from "./logprobs.ts";
export * from "./loss.ts";
export * from "./losses/averages.ts";
export * from "./losses/loss_types.ts";
export * from "./losses/surrogate.ts";
export * from "./masked_mean.ts";
export * from "./metrics.ts";
export * from "./mixed_advantages.ts";
