/**
 * Answers of one question beside its right and its wrong one, at one length and budget.
 *
 * @module
 */
import { type AuditContext, ROUNDING, type ScoredSample, yardsticks } from "./context.ts";
import type { AuditQuestion, AuditSample } from "./sample.ts";

/** One answer with the two that measure it. */
export interface Comparison {
  readonly tried: ScoredSample;
  readonly right: ScoredSample;
  readonly wrong: ScoredSample;
  /** 0 where the reward is that of the wrong answer, 1 where it is that of the right one. */
  readonly share: number;
}

/** Scores answers of many questions beside their yardsticks; those without a reward are left out. */
export async function compareAnswers(
  context: AuditContext,
  questions: readonly AuditQuestion[],
  answersOf: (question: AuditQuestion) => readonly AuditSample[],
): Promise<Comparison[]> {
  const sets = questions.map((
    question,
  ) => [...yardsticks(context, question), ...answersOf(question)]);
  const scored = await context.score(sets.flat());
  const comparisons: Comparison[] = [];
  let next = 0;
  for (const set of sets) {
    const [right, wrong, ...rest] = scored.slice(next, next += set.length);
    for (const tried of rest) {
      const share = shareOf(tried, right!, wrong!);
      if (share !== null) comparisons.push({ tried, right: right!, wrong: wrong!, share });
    }
  }
  return comparisons;
}

function shareOf(tried: ScoredSample, right: ScoredSample, wrong: ScoredSample): number | null {
  if (tried.reward === null || right.reward === null || wrong.reward === null) return null;
  const gain = tried.reward - wrong.reward;
  const whole = right.reward - wrong.reward;
  if (whole > ROUNDING) return gain / whole;
  // The gold answer itself is not paid: whatever is paid more is paid in full.
  return gain > ROUNDING ? 1 : 0;
}

/** Whether an answer earns what the right one does. */
export function isPaidInFull({ share }: Comparison): boolean {
  return share >= 1 - ROUNDING;
}
