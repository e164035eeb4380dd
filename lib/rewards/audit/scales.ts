/**
 * What the components' scores are worth beside each other, over everything that the audit scored, and
 * whether they could be had at all.
 *
 * @module
 */
import { type AuditContext, proof, ROUNDING, type ScoredSample } from "./context.ts";
import type { Finding } from "./finding.ts";
import { rawSample } from "./sample.ts";

/** A component whose range is below this share of the widest has next to no say. */
const DROWNED = 0.02;

/** Completions that break careless code. */
const HOSTILE = [
  "<answer>".repeat(2000),
  "(".repeat(10_000),
  "\ud800",
  "\0",
  "\u202e\u200f",
  `<think>x</think><answer>${"9".repeat(5000)}</answer>`,
  `<think>x</think><answer>${"\\frac{".repeat(1000)}</answer>`,
];

/** The scores of one component over all samples. */
interface ScoreRange {
  readonly name: string;
  readonly low: ScoredSample | null;
  readonly high: ScoredSample | null;
  /** Difference of the two, times the weight's size. */
  readonly weighted: number;
}

function rangeOf(name: string, weight: number, scored: readonly ScoredSample[]): ScoreRange {
  let low: ScoredSample | null = null;
  let high: ScoredSample | null = null;
  for (const sample of scored) {
    const score = sample.components[name];
    if (score === null || score === undefined) continue;
    if (low === null || score < low.components[name]!) low = sample;
    if (high === null || score > high.components[name]!) high = sample;
  }
  const width = low === null ? 0 : high!.components[name]! - low.components[name]!;
  return { name, low, high, weighted: Math.abs(weight) * width };
}

function silentComponents(ranges: readonly ScoreRange[], tried: number): Finding[] {
  return ranges.flatMap(({ name, low, high, weighted }): Finding[] => {
    if (low === null) {
      return [{
        check: "component_never_applies",
        severity: "warning",
        title: `The component "${name}" applies to no completion that was tried`,
        detail: "It may be for budgets or questions that these settings never have.",
        cases: { found: tried, tried },
        samples: [],
      }];
    }
    if (weighted > ROUNDING) return [];
    return [{
      check: "component_never_varies",
      severity: "warning",
      title: `The component "${name}" scores everything ${low.components[name]}`,
      detail: "A constant is no reward: it cancels in the advantages.",
      cases: { found: tried, tried },
      samples: [proof(low), proof(high!)],
    }];
  });
}

function drownedComponents(ranges: readonly ScoreRange[]): Finding[] {
  const widest = Math.max(...ranges.map(({ weighted }) => weighted));
  return ranges.flatMap(({ name, low, high, weighted }): Finding[] => {
    if (low === null || weighted <= ROUNDING || weighted >= DROWNED * widest) return [];
    const loudest = ranges.find((range) => range.weighted === widest)!;
    return [{
      check: "component_drowned",
      severity: "warning",
      title: `The component "${name}" varies by ${weighted.toPrecision(2)}, "${loudest.name}" by ` +
        `${widest.toPrecision(2)}`,
      detail: "It hardly moves the sum: scales differ, or its weight is too small.",
      cases: { found: 1, tried: ranges.length },
      samples: [proof(low), proof(high!)],
    }];
  });
}

async function failedSamples(context: AuditContext): Promise<Finding[]> {
  const { budget } = context.base;
  await context.score(
    context.questions.flatMap((question) =>
      HOSTILE.map((completion) => rawSample("a hostile completion", question, completion, budget))
    ),
  );
  const failed = context.scored.filter(({ failures }) => failures.length > 0);
  const [first] = failed;
  if (first === undefined) return [];
  return [{
    check: "reward_fails",
    severity: "severe",
    title: `A reward fails: ${first.failures[0]}`,
    detail: "Completions that cannot be scored are left out of training.",
    cases: { found: failed.length, tried: context.scored.length },
    samples: [proof(first)],
  }];
}

/** Failures, and the components' ranges; to be run last. */
export async function auditScales(context: AuditContext): Promise<Finding[]> {
  const failures = await failedSamples(context);
  const ranges = Object.entries(context.weights)
    .filter(([, weight]) => weight !== 0)
    .map(([name, weight]) => rangeOf(name, weight, context.scored));
  const described = ranges.filter(({ low }) => low !== null).map(({ name, low, high }) =>
    `${name} ${shortNumber(low!.components[name]!)} .. ${shortNumber(high!.components[name]!)} ` +
    `x ${context.weights[name]}`
  );
  return [
    ...failures,
    ...silentComponents(ranges, context.scored.length),
    ...drownedComponents(ranges),
    ...(described.length === 0 ? [] : [{
      check: "scales",
      severity: "note" as const,
      title: `Scales of the components: ${described.join(", ")}`,
      detail:
        "Lowest and highest score of each over all completions that were tried, and its weight.",
      cases: { found: ranges.length, tried: ranges.length },
      samples: [],
    }]),
  ];
}

function shortNumber(value: number): string {
  return String(Number(value.toPrecision(4)));
}
