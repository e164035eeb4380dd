/**
 * Does a right answer beat a wrong one, whatever their lengths, and what does length alone pay?
 *
 * @module
 */
import type { Budget } from "@terse/data";
import { type AuditContext, proof, ROUNDING, type ScoredSample } from "./context.ts";
import type { Finding } from "./finding.ts";
import { answerSample } from "./sample.ts";

/** Right and wrong answers of one question under one budget, at every length. */
interface LengthGrid {
  readonly budget: Budget;
  readonly right_L: readonly ScoredSample[];
  readonly wrong_L: readonly ScoredSample[];
}

async function scoreGrids(context: AuditContext): Promise<LengthGrid[]> {
  const { lengthsTokens } = context;
  const cells = context.questions.flatMap((question) =>
    context.budgets.map((budget) => ({ question, budget }))
  );
  const samples = cells.flatMap(({ question, budget }) =>
    (["right", "wrong"] as const).flatMap((which) =>
      lengthsTokens.map((lengthTokens) =>
        answerSample(
          `a ${which} answer of ${lengthTokens} tokens`,
          question,
          question[which],
          lengthTokens,
          budget,
        )
      )
    )
  );
  const scored = await context.score(samples);
  const count = lengthsTokens.length;
  return cells.map(({ budget }, i) => ({
    budget,
    right_L: scored.slice(2 * i * count, (2 * i + 1) * count),
    wrong_L: scored.slice((2 * i + 1) * count, (2 * i + 2) * count),
  })).filter(({ right_L, wrong_L }) =>
    // Questions whose gold answer is never paid are another check's business.
    [...right_L, ...wrong_L].every(({ reward }) => reward !== null) &&
    right_L.some(({ reward }, l) => reward! > wrong_L[l]!.reward! + ROUNDING)
  );
}

function argBest(samples: readonly ScoredSample[], sign: 1 | -1): ScoredSample {
  return samples.reduce((best, sample) =>
    sign * (sample.reward! - best.reward!) > ROUNDING ? sample : best
  );
}

/** Lengths at which wrong earns at least what right does. */
function tiedLengths({ right_L, wrong_L }: LengthGrid): number[] {
  return right_L.flatMap(({ reward }, l) => reward! <= wrong_L[l]!.reward! + ROUNDING ? [l] : []);
}

/** Whether ties begin at some length and never end: a hard limit, beyond which all is lost. */
function isHardLimit({ right_L, wrong_L }: LengthGrid, ties: readonly number[]): boolean {
  return ties.every((l, i) => l === right_L.length - ties.length + i) &&
    ties.every((l) => Math.abs(right_L[l]!.reward! - wrong_L[l]!.reward!) <= ROUNDING);
}

function sameLength(grids: readonly LengthGrid[]): Finding[] {
  const tied = grids.map((grid) => ({ grid, ties: tiedLengths(grid) }))
    .filter(({ ties }) => ties.length > 0);
  const limited = tied.filter(({ grid, ties }) => isHardLimit(grid, ties));
  const open = tied.filter((entry) => !limited.includes(entry));
  const samplesOf = ({ grid, ties }: (typeof tied)[number]) => [
    proof(grid.wrong_L[ties[0]!]!),
    proof(grid.right_L[ties[0]!]!),
  ];
  const findings: Finding[] = [];
  if (open.length > 0) {
    findings.push({
      check: "wrong_equals_right_of_same_length",
      severity: "severe",
      title: "A wrong answer earns what a right one of the same length does, or more",
      detail: "At this length nothing is learnt about answers, or the wrong thing.",
      cases: { found: open.length, tried: grids.length },
      samples: samplesOf(open[0]!),
    });
  }
  if (limited.length > 0) {
    findings.push({
      check: "hard_limit",
      severity: "note",
      title: `Right and wrong earn the same from ${
        limited[0]!.grid.right_L[limited[0]!.ties[0]!]!.sample.lengthTokens
      } tokens on`,
      detail: "A hard limit. Groups whose completions all lie beyond it teach nothing.",
      cases: { found: limited.length, tried: grids.length },
      samples: samplesOf(limited[0]!),
    });
  }
  return findings;
}

function otherLength(grids: readonly LengthGrid[]): Finding[] {
  const margins = grids.map((grid) => {
    const ties = tiedLengths(grid);
    // Beyond a hard limit right answers are lost on purpose.
    const right_L = isHardLimit(grid, ties)
      ? grid.right_L.filter((_, l) => !ties.includes(l))
      : grid.right_L;
    const right = argBest(right_L, -1);
    const wrong = argBest(grid.wrong_L, 1);
    return { right, wrong, margin: right.reward! - wrong.reward! };
  }).filter(({ margin }) => margin <= ROUNDING);
  if (margins.length === 0) return [];
  const worst = margins.reduce((a, b) => b.margin < a.margin - ROUNDING ? b : a);
  const beats = worst.margin < -ROUNDING;
  const [wrongTokens, rightTokens] = [worst.wrong, worst.right].map(({ sample }) =>
    sample.lengthTokens
  );
  return [{
    check: "wrong_equals_right_of_other_length",
    severity: beats ? "severe" : "warning",
    title:
      `A wrong answer of ${wrongTokens} tokens earns ${
        beats ? "more than" : "what"
      } a right one of ` +
      `${rightTokens} ${beats ? "does" : "tokens does"}`,
    detail:
      "To come closer to the asked length pays as much as to be right. Pay for length only where the " +
      'answer is right (gate "correct"), or weigh length less.',
    cases: { found: margins.length, tried: grids.length },
    samples: [proof(worst.wrong), proof(worst.right)],
  }];
}

function rangeOf(samples: readonly ScoredSample[]): number {
  return argBest(samples, 1).reward! - argBest(samples, -1).reward!;
}

/** Wrong answers that are paid for their length as right ones are. */
function wrongLength(grids: readonly LengthGrid[]): Finding[] {
  const paid = grids.filter(({ right_L, wrong_L }) => {
    const gain = rangeOf(wrong_L);
    return gain > ROUNDING && gain >= rangeOf(right_L) - ROUNDING &&
      argBest(wrong_L, 1).sample.lengthTokens < wrong_L.at(-1)!.sample.lengthTokens;
  });
  const [first] = paid;
  if (first === undefined) return [];
  return [{
    check: "wrong_paid_for_length",
    severity: "warning",
    title: `A wrong answer earns the full length term: ${
      argBest(first.wrong_L, 1).sample.lengthTokens
    } tokens pay ${rangeOf(first.wrong_L).toFixed(2)} more than ${
      argBest(first.wrong_L, -1).sample.lengthTokens
    }`,
    detail: "Where a group has no right answer, the policy learns length alone. Later papers " +
      '(arXiv 2606.22716, 2602.09591) link this to collapse; the gate "correct" mends it.',
    cases: { found: paid.length, tried: grids.length },
    samples: [proof(argBest(first.wrong_L, 1)), proof(argBest(first.wrong_L, -1))],
  }];
}

/** Times that a series turns from falling to rising: each is a valley between two preferred lengths. */
function countValleys(rewards: readonly number[]): number {
  let valleys = 0;
  let isFalling = false;
  for (let l = 1; l < rewards.length; l++) {
    const step = rewards[l]! - rewards[l - 1]!;
    if (step > ROUNDING && isFalling) {
      valleys++;
      isFalling = false;
    } else if (step < -ROUNDING) isFalling = true;
  }
  return valleys;
}

/** What length does to right answers. */
function lengthShape(grids: readonly LengthGrid[]): Finding[] {
  const findings: Finding[] = [];
  const valleys = grids.filter(({ right_L }) =>
    countValleys(right_L.map(({ reward }) => reward!)) > 0
  );
  const [valley] = valleys;
  if (valley !== undefined) {
    findings.push({
      check: "length_not_monotone",
      severity: "warning",
      title: "Right answers are paid for two lengths and less for those between them",
      detail: "The policy can settle at either; what is asked for is not clear.",
      cases: { found: valleys.length, tried: grids.length },
      samples: valley.right_L.map(proof),
    });
  }
  const growing = grids.filter(({ budget, right_L }) => {
    const beyond = right_L.filter(({ sample }) =>
      budget.mode === "maximum" && sample.lengthTokens >= budget.tokens
    );
    return beyond.length > 1 && beyond.at(-1)!.reward! > beyond[0]!.reward! + ROUNDING;
  });
  const [grown] = growing;
  if (grown !== undefined) {
    findings.push({
      check: "longer_than_maximum_paid",
      severity: "warning",
      title: "Right answers beyond the asked maximum earn more the longer they are",
      detail: "The prompt asks for the opposite of what is paid.",
      cases: { found: growing.length, tried: grids.length },
      samples: [proof(argBest(grown.right_L, -1)), proof(argBest(grown.right_L, 1))],
    });
  }
  const [first] = grids.filter(({ right_L }) => rangeOf(right_L) > ROUNDING);
  if (first !== undefined) {
    const [best, least] = [argBest(first.right_L, 1), argBest(first.right_L, -1)];
    const asked = first.budget.mode === "none"
      ? "no budget"
      : `${first.budget.mode} ${first.budget.tokens}`;
    findings.push({
      check: "length_effect",
      severity: "note",
      title:
        `Length is worth ${
          rangeOf(first.right_L).toFixed(2)
        } to a right answer (${asked}): best at ` +
        `${best.sample.lengthTokens} tokens, least at ${least.sample.lengthTokens}`,
      detail: "Of the lengths that were tried, under the first budget under which length matters.",
      cases: {
        found: grids.filter(({ right_L }) => rangeOf(right_L) > ROUNDING).length,
        tried: grids.length,
      },
      samples: [proof(best), proof(least)],
    });
  }
  return findings;
}

/** Right and wrong answers of every question, budget and length beside each other. */
export async function auditLengthOrder(context: AuditContext): Promise<Finding[]> {
  const grids = await scoreGrids(context);
  return [
    ...sameLength(grids),
    ...otherLength(grids),
    ...wrongLength(grids),
    ...lengthShape(grids),
  ];
}
