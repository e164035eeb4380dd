/**
 * What the checks of an audit share: the questions, the budgets and lengths, and the scoring.
 *
 * @module
 */
import { type Budget, CREDENTIALED_SOURCES } from "@terse/data";
import { mixRewards, type RewardScheme, startRewardState } from "../mixture/mix_rewards.ts";
import type { RewardBatch, ScoreThreshold } from "../reward.ts";
import { extractAnswer } from "../corrected/tags.ts";
import type { ProvingSample } from "./finding.ts";
import { answerSample, type AuditQuestion, type AuditSample, promptOf } from "./sample.ts";

/** Differences below it are rounding. */
export const ROUNDING = 1e-9;

/** A sample with its scores. */
export interface ScoredSample {
  readonly sample: AuditSample;
  /** Null if it could not be had. */
  readonly reward: number | null;
  readonly components: Readonly<Record<string, number | null>>;
  /** One line for each component that failed on it. */
  readonly failures: readonly string[];
}

/** What the checks share. */
export interface AuditContext {
  readonly questions: readonly AuditQuestion[];
  /** Questions of which only the gold answer is tried. */
  readonly goldOnly: readonly AuditQuestion[];
  readonly budgets: readonly Budget[];
  /** Lengths that are tried, ascending. */
  readonly lengthsTokens: readonly number[];
  /** The budget and length at which answers alone are compared: right ones are paid there, if anywhere. */
  readonly base: { readonly budget: Budget; readonly lengthTokens: number };
  /** What the gold answer earns more than a wrong one there, question by question. */
  readonly margins: ReadonlyMap<AuditQuestion, number>;
  /** Components by name with their weights. */
  readonly weights: Readonly<Record<string, number>>;
  /** Declared by the components that count. */
  readonly thresholds: readonly ScoreThreshold[];
  /** Scores samples; those of one question and budget are one group. Keeps them for `scored`. */
  readonly score: (samples: readonly AuditSample[]) => Promise<readonly ScoredSample[]>;
  /** All that was scored so far. */
  readonly scored: readonly ScoredSample[];
}

function groupKey({ question, budget, prompt }: AuditSample): string {
  const { source, id } = question.record;
  return JSON.stringify([source, id, budget, prompt ?? ""]);
}

function makeBatch(samples: readonly AuditSample[], step: number): RewardBatch {
  const groups = new Map<string, number>();
  const answerTokens = samples.map(({ completion }) =>
    extractAnswer(completion)?.split(/\s+/).length ?? 0
  );
  return {
    prompts: samples.map(({ prompt, question }) => prompt ?? promptOf(question.record)),
    completions: samples.map(({ completion }) => completion),
    completionIds: samples.map(({ lengthTokens }) =>
      Array.from({ length: lengthTokens }, (_, t) => t)
    ),
    records: samples.map(({ question }) => question.record),
    budgets: samples.map(({ budget }) => budget),
    thinkingTokens: samples.map(({ lengthTokens }, i) =>
      Math.max(0, lengthTokens - answerTokens[i]!)
    ),
    answerTokens,
    groups: samples.map((sample) => {
      const key = groupKey(sample);
      if (!groups.has(key)) groups.set(key, groups.size);
      return groups.get(key)!;
    }),
    finishReasons: samples.map(() => "stop"),
    step,
  };
}

async function scoreSamples(
  scheme: RewardScheme,
  samples: readonly AuditSample[],
  step: number,
): Promise<ScoredSample[]> {
  // A group's completions stand together.
  const keys = new Map(samples.map((sample) => [sample, groupKey(sample)]));
  const firstOfKey = new Map<string, number>();
  samples.forEach((sample, i) => {
    const key = keys.get(sample)!;
    if (!firstOfKey.has(key)) firstOfKey.set(key, i);
  });
  const order = samples.map((_, i) => i).toSorted((i, j) =>
    firstOfKey.get(keys.get(samples[i]!)!)! - firstOfKey.get(keys.get(samples[j]!)!)! || i - j
  );
  const ordered = order.map((i) => samples[i]!);
  const mixed = await mixRewards(
    scheme,
    makeBatch(ordered, step),
    startRewardState(scheme),
  );
  const scored: ScoredSample[] = [];
  order.forEach((i, b) => {
    scored[i] = {
      sample: samples[i]!,
      reward: mixed.rewards_B[b]!,
      components: Object.fromEntries(
        Object.entries(mixed.components).map(([name, values]) => [name, values[b]!]),
      ),
      failures: mixed.failures.flatMap(({ component, index, cause }) =>
        index === null || index === b ? [`${component}: ${cause}`] : []
      ),
    };
  });
  return scored;
}

/** The rewards took longer than an audit may take. */
export class AuditTimeError extends Error {
  override readonly name = "AuditTimeError";
}

/** Scores samples. */
type Scorer = (samples: readonly AuditSample[]) => Promise<ScoredSample[]>;

/** A scorer that ends the audit where a reward reaches its time limit, or all together the audit's. */
function makeScorer(scheme: RewardScheme, step: number, timeLimitSeconds: number): Scorer {
  const endMs = performance.now() + 1000 * timeLimitSeconds;
  return async (samples) => {
    const leftSeconds = (endMs - performance.now()) / 1000;
    if (leftSeconds <= 0) throw new AuditTimeError("the rewards are slow");
    const limitSeconds = Math.min(scheme.failures.timeLimitSeconds, leftSeconds);
    const failures = { onFailure: "exclude", timeLimitSeconds: limitSeconds } as const;
    const startMs = performance.now();
    const scored = await scoreSamples({ ...scheme, failures }, samples, step);
    const failure = scored.find((sample) => sample.failures.length > 0)?.failures[0];
    if (performance.now() - startMs >= 1000 * limitSeconds) {
      throw new AuditTimeError(failure ?? "the rewards are slow");
    }
    return scored;
  };
}

/** Lengths from very short to the limit, with each budget, its half and double among them. */
function triedLengths(budgets: readonly Budget[], maxTokens: number): number[] {
  const shortest = Math.min(maxTokens, 12);
  const asked = budgets.flatMap((budget) => budget.mode === "none" ? [] : [budget.tokens]);
  const lengths = [
    shortest,
    ...[1 / 16, 1 / 8, 1 / 4, 1 / 2, 3 / 4, 1].map((share) => share * maxTokens),
    ...asked.flatMap((tokens) => [tokens / 2, tokens, 2 * tokens]),
  ].map(Math.round).filter((length) => length >= shortest && length <= maxTokens);
  return [...new Set(lengths)].sort((a, b) => a - b);
}

/** What right answers earn more than wrong ones at one budget and length. */
async function marginsAt(
  score: Scorer,
  questions: readonly AuditQuestion[],
  budget: Budget,
  lengthTokens: number,
): Promise<Map<AuditQuestion, number>> {
  const scored = await score(
    questions.flatMap((question) =>
      [question.right, question.wrong].map((answer) =>
        answerSample("", question, answer, lengthTokens, budget)
      )
    ),
  );
  return new Map(
    questions.map((question, i) => [
      question,
      (scored[2 * i]!.reward ?? 0) - (scored[2 * i + 1]!.reward ?? 0),
    ]),
  );
}

/** What a context is made of. */
export interface AuditParts extends Pick<AuditContext, "questions" | "goldOnly" | "budgets"> {
  readonly maxTokens: number;
  /** The training step in which the completions are scored. */
  readonly step: number;
  readonly timeLimitSeconds: number;
}

/**
 * Makes the context of an audit.
 *
 * @throws {AuditTimeError} If the rewards take longer than the limit, then or when the context scores.
 */
export async function makeContext(
  scheme: RewardScheme,
  parts: AuditParts,
): Promise<AuditContext> {
  const { maxTokens, step, timeLimitSeconds, ...rest } = parts;
  const score = makeScorer(scheme, step, timeLimitSeconds);
  const lengthsTokens = triedLengths(parts.budgets, maxTokens);
  const askedTokens = (budget: Budget) => budget.mode === "none" ? 0 : budget.tokens;
  const ascending = parts.budgets.toSorted((a, b) => askedTokens(a) - askedTokens(b));
  const budget = ascending[ascending.length >> 1] ?? { mode: "none" };
  const middle = budget.mode === "none" ? Math.round(maxTokens / 2) : budget.tokens;
  const wanted = Math.min(maxTokens, Math.max(12, middle));
  // Beyond a hard limit nothing is paid; the first length at which most right answers are paid will do.
  let base = { budget, lengthTokens: wanted };
  let margins = await marginsAt(score, parts.questions, budget, wanted);
  const paid = () => [...margins.values()].filter((margin) => margin > ROUNDING).length;
  for (const lengthTokens of lengthsTokens.toReversed()) {
    if (paid() > parts.questions.length / 2) break;
    const others = await marginsAt(score, parts.questions, budget, lengthTokens);
    const before = paid();
    if ([...others.values()].filter((margin) => margin > ROUNDING).length <= before) continue;
    base = { budget, lengthTokens };
    margins = others;
  }
  const scored: ScoredSample[] = [];
  return {
    ...rest,
    lengthsTokens,
    base,
    margins,
    weights: Object.fromEntries(scheme.components.map(({ name, weight }) => [name, weight])),
    thresholds: scheme.components.flatMap(({ weight, reward }) =>
      weight !== 0 && typeof reward === "function" ? reward.thresholds ?? [] : []
    ),
    scored,
    async score(samples) {
      const found = await score(samples);
      scored.push(...found);
      return found;
    },
  };
}

/** The right and the wrong answer of a question at the context's base, to compare others with. */
export function yardsticks(context: AuditContext, question: AuditQuestion): AuditSample[] {
  const { budget, lengthTokens } = context.base;
  return [
    answerSample("the gold answer", question, question.right, lengthTokens, budget),
    answerSample("a wrong answer", question, question.wrong, lengthTokens, budget),
  ];
}

/** Longest completion that is kept whole. */
const SHOWN_CHARACTERS = 600;

function shorten(text: string): string {
  if (text.length <= SHOWN_CHARACTERS) return text;
  const half = SHOWN_CHARACTERS / 2;
  return `${text.slice(0, half)} [... ${text.length - SHOWN_CHARACTERS} characters ...] ${
    text.slice(-half)
  }`;
}

/** Shown for texts that may not be published. */
const WITHHELD = "(withheld: this source's terms forbid to pass its texts on)";

/** A scored sample as proof. */
export function proof({ sample, reward, components }: ScoredSample): ProvingSample {
  const { record, right } = sample.question;
  const show = (text: string) => CREDENTIALED_SOURCES.has(record.source) ? WITHHELD : shorten(text);
  return {
    label: CREDENTIALED_SOURCES.has(record.source) ? "a made-up completion" : sample.label,
    record: `${record.source}/${record.id}`,
    question: show(record.question),
    gold: show(right),
    prompt: sample.prompt === undefined ? null : show(sample.prompt),
    completion: show(sample.completion),
    lengthTokens: sample.lengthTokens,
    budget: sample.budget,
    reward,
    components,
  };
}
