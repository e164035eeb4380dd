/**
 * Dynamic sampling: groups that teach nothing are replaced by groups of further questions.
 *
 * @module
 */
import type { Rollout } from "../rollout/rollout.ts";
import type { PreparedQuestion } from "./question.ts";
import type { ScoredRollouts } from "./score.ts";

/** What P groups of G completions are worth. */
export interface Judgement {
  readonly scored: ScoredRollouts;
  readonly advantages_P_G: readonly (readonly number[])[];
}

/** P questions, their completions, and what these are worth. */
export interface JudgedGroups extends Judgement {
  readonly questions: readonly PreparedQuestion[];
  readonly rollouts: readonly Rollout[];
}

/** Groups that were sampled, found without signal, and replaced. */
export interface ReplacedGroups {
  /** The round in which they were replaced, from 1. */
  readonly round: number;
  /** All groups before that round. */
  readonly groups: JudgedGroups;
  /** Which of the P groups were replaced, ascending. */
  readonly replaced: readonly number[];
}

/**
 * Further questions for a step: at most `count`, none whose prompt's key is taken. The same arguments give the
 * same questions.
 */
export type FurtherQuestions = (
  count: number,
  taken: ReadonlySet<string>,
) => readonly PreparedQuestion[];

/** How groups are sampled and judged; the step's stages. */
export interface SamplingStages {
  sample(questions: readonly PreparedQuestion[]): Promise<readonly Rollout[]>;
  judge(
    questions: readonly PreparedQuestion[],
    rollouts: readonly Rollout[],
  ): Promise<Judgement>;
  readonly furtherQuestions: FurtherQuestions;
}

/**
 * Samples and judges a group for every question, and replaces the groups whose advantages are all 0 by
 * groups of further questions, until none is left, there are no further questions, or `rounds` extra
 * rounds are over (DAPO, arXiv 2503.14476, section 3.2, which filters groups that are all right or all wrong).
 *
 * What is judged is always a whole step of P groups, as if they had been sampled at once: rewards that look
 * at the batch, and what rewards carry from step to step, see the final groups alone.
 *
 * Deviations from DAPO: a group counts by its advantages, not by its accuracy; each question is sampled
 * as often as needed to fill the step and no more, where DAPO samples further batches and drops what
 * is over; groups without signal that are left after the last round stay in the step.
 *
 * @param rounds Extra rounds at most; 0 replaces nothing.
 */
export async function sampleWithSignal(
  questions: readonly PreparedQuestion[],
  rounds: number,
  { sample, judge, furtherQuestions }: SamplingStages,
): Promise<{ groups: JudgedGroups; replaced: readonly ReplacedGroups[] }> {
  const judged = async (
    questions: readonly PreparedQuestion[],
    rollouts: readonly Rollout[],
  ): Promise<JudgedGroups> => ({ questions, rollouts, ...await judge(questions, rollouts) });

  let groups = await judged(questions, await sample(questions));
  const replaced: ReplacedGroups[] = [];
  const taken = new Set(questions.map(({ prompt }) => prompt.key));
  for (let round = 1; round <= rounds; round++) {
    const silent = [...groups.advantages_P_G.keys()].filter((p) =>
      groups.advantages_P_G[p]!.every((advantage) => advantage === 0)
    );
    if (silent.length === 0) break;
    const further = furtherQuestions(silent.length, taken);
    if (further.length === 0) break;
    further.forEach(({ prompt }) => taken.add(prompt.key));
    const places = silent.slice(0, further.length);
    replaced.push({ round, groups, replaced: places });
    const sampled = await sample(further);
    const withPlaces = <T>(before: readonly T[], after: readonly T[]) =>
      before.map((value, p) => places.includes(p) ? after[places.indexOf(p)]! : value);
    groups = await judged(
      withPlaces(groups.questions, further),
      withPlaces(groups.rollouts, sampled),
    );
  }
  return { groups, replaced };
}
