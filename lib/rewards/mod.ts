/**
 * Rule rewards: what a reward is, the corrected and the released rules of Med-U1, and length terms.
 *
 * @module
 */
export * from "./as_released/evaluation.ts";
export * from "./as_released/normalize_word.ts";
export * from "./as_released/open_metrics.ts";
export * from "./as_released/python_error.ts";
export * from "./as_released/python_text.ts";
export * from "./as_released/question_scores.ts";
export * from "./as_released/solution.ts";
export * from "./as_released/total.ts";
export * from "./corrected/calculation.ts";
export * from "./corrected/calendar.ts";
export * from "./corrected/choice.ts";
export * from "./corrected/grade.ts";
export * from "./corrected/number.ts";
export * from "./corrected/open_text.ts";
export * from "./corrected/tags.ts";
export * from "./corrected/words.ts";
export * from "./failure_policy.ts";
export * from "./gold_answer_error.ts";
export * from "./golden.ts";
export { goldenKind } from "./golden_case.ts";
export type { GoldenKind } from "./golden_case.ts";
export * from "./length/alp.ts";
export * from "./length/arora_zanette.ts";
export * from "./length/budget_terms.ts";
export * from "./length/cosine.ts";
export * from "./length/dapo_overlong.ts";
export * from "./length/dler.ts";
export * from "./length/gr3.ts";
export * from "./length/grpo_lead.ts";
export * from "./length/kimi.ts";
export * from "./length/l1.ts";
export * from "./length/laser.ts";
export * from "./length/laser_d.ts";
export * from "./length/length_reward.ts";
export * from "./length/med_u1.ts";
export * from "./length/o1_pruner.ts";
export * from "./length/repetition.ts";
export * from "./length/shorter_better.ts";
export * from "./length/think_prune.ts";
export * from "./mixture/controllers.ts";
export * from "./mixture/difficulty.ts";
export * from "./mixture/gates.ts";
export * from "./mixture/lexicographic.ts";
export * from "./mixture/mix_rewards.ts";
export * from "./mixture/mixture.ts";
export * from "./mixture/schedule.ts";
export * from "./mixture/weighted_sum.ts";
export * from "./profile.ts";
export * from "./profile_rewards.ts";
export * from "./reward.ts";
export * from "./scale.ts";
export * from "./score_batch.ts";
export { moduleReward } from "./user/module_reward.ts";
export type { UserReward, UserRewardInput } from "./user/user_reward.ts";
