/**
 * A made-up run folder for tests and for looking at the report: plausible curves and answers, one arm
 * that failed, one that lost a seed and logs no KL, and completions that try to break the page.
 *
 * @module
 */

import { type Cell, type TableSchema, writeParquet } from "@terse/data";
import { join } from "node:path";
import { MADE_ARMS, type MadeArm, metricsOf } from "./testdata_arms.ts";
import {
  EVALUATION_SCHEMA,
  HOSTILE,
  type MadeAnswer,
  makeAnswers,
  ROLLOUT_SCHEMA,
} from "./testdata_answers.ts";

/** How large a made-up run is. */
export interface RunSize {
  readonly seeds: number;
  readonly steps: number;
  /** Questions of each split. */
  readonly questions: number;
}

const SPLITS = ["test", "ood"] as const;

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** A mean with an interval of two standard errors; enough to look real. */
function intervalOf(values: readonly number[]) {
  const centre = mean(values);
  const variance = mean(values.map((value) => (value - centre) ** 2));
  const half = 1.96 * Math.sqrt(variance / values.length);
  return { mean: centre, low: centre - half, high: centre + half };
}

function evaluationOf(answers: readonly MadeAnswer[], steps: number) {
  const describe = (there: readonly MadeAnswer[]) => ({
    n: there.length,
    accuracy: mean(there.map(({ correct }) => correct ? 1 : 0)),
    meanTokens: mean(there.map(({ tokens }) => tokens)),
  });
  const splits = SPLITS.map((split) => {
    const there = answers.filter((answer) => answer.split === split);
    const kinds = [...new Set(there.map(({ kind }) => kind))];
    return [split, {
      ...describe(there),
      samples: 1,
      meanThinkingTokens: mean(there.map(({ thinking_tokens }) => thinking_tokens)),
      formatRate: 0.97,
      clippedRatio: 0.01,
      meanReward: mean(there.map(({ reward }) => reward)),
      byKind: Object.fromEntries(
        kinds.map((kind) => [kind, describe(there.filter((answer) => answer.kind === kind))]),
      ),
      bySource: {},
    }];
  });
  return { step: steps, splits: Object.fromEntries(splits) };
}

async function writeTable(
  path: string,
  rows: readonly Readonly<Record<string, Cell>>[],
  schema: TableSchema,
): Promise<void> {
  const columns = Object.fromEntries(
    Object.keys(schema).map((name) => [name, rows.map((row) => row[name] ?? null)]),
  );
  await writeParquet(path, columns, schema);
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await Deno.writeTextFile(path, JSON.stringify(value, null, 2));
}

async function writeSeed(
  folder: string,
  arm: MadeArm,
  seed: number,
  size: RunSize,
  failsAt: number | null,
): Promise<MadeAnswer[]> {
  await Deno.mkdir(join(folder, "rollouts"), { recursive: true });
  const trained = arm.name !== "start";
  const steps = trained ? size.steps : 0;
  await writeJson(join(folder, "config.json"), {
    arm: arm.name,
    seed,
    components: [{ name: "format", weight: 1 }, { name: "answer", weight: 1 }],
    training: { numPrompts: 4, numGenerations: 8, learningRate: 1e-4 },
  });
  await writeJson(join(folder, "status.json"), {
    state: failsAt === null ? "done" : "failed",
    step: failsAt ?? steps,
    steps,
    updatedAt: "2030-01-02T04:05:06Z",
    peakBytes: 412 * 2 ** 20,
    ...(failsAt === null
      ? {}
      : { error: "Cannot update: loss must be finite: current value is NaN" }),
  });
  await writeJson(join(folder, "memory.json"), { processBytes: 530 * 2 ** 20 });
  if (trained) {
    await Deno.writeTextFile(
      join(folder, "metrics.jsonl"),
      metricsOf(arm, seed, failsAt ?? size.steps),
    );
    await Deno.writeTextFile(
      join(folder, "diagnoses.jsonl"),
      arm.name === "shortest"
        ? JSON.stringify({
          step: 4,
          cause: "equal_groups",
          state: "began",
          sentence: `Step 4: all rewards were equal in 90 % of the groups. ${HOSTILE.script}`,
        }) + "\n"
        : "",
    );
    const rollouts = makeAnswers({ ...arm, seed, splits: ["train"], questions: 8 }).map((
      row,
      i,
    ) => ({
      ...row,
      step: 1,
      advantage: 0.5,
      reward: i === 0 ? null : row.reward,
      component_format: 1,
      component_length: arm.name === "none" ? null : 0.4,
    }));
    await writeTable(join(folder, "rollouts", "step-000001.parquet"), rollouts, ROLLOUT_SCHEMA);
  }
  if (failsAt !== null) return [];
  const answers = makeAnswers({ ...arm, seed, splits: SPLITS, questions: size.questions });
  await writeJson(join(folder, "evaluation.json"), evaluationOf(answers, steps));
  await writeTable(join(folder, "evaluation.parquet"), answers, EVALUATION_SCHEMA);
  return answers;
}

function summarize(answers: ReadonlyMap<string, readonly (readonly MadeAnswer[])[]>) {
  const of = (arm: string, split: string, value: (answer: MadeAnswer) => number) =>
    answers.get(arm)?.flat().filter((answer) => answer.split === split).map(value) ?? [];
  const accuracy = ({ correct }: MadeAnswer) => correct ? 1 : 0;
  const tokens = (answer: MadeAnswer) => answer.tokens;
  const difference = (arm: string, split: string, value: (answer: MadeAnswer) => number) => {
    const reference = of("none", split, value);
    return intervalOf(of(arm, split, value).map((own, index) => own - (reference[index] ?? 0)));
  };
  return (arm: string) =>
    Object.fromEntries(SPLITS.map((split) => [split, {
      accuracy: intervalOf(of(arm, split, accuracy)),
      tokens: intervalOf(of(arm, split, tokens)),
      reward: intervalOf(of(arm, split, ({ reward }) => reward)),
      ...(arm === "none" ? {} : {
        deltaAccuracyVsReference: difference(arm, split, accuracy),
        deltaTokensVsReference: difference(arm, split, tokens),
      }),
    }]));
}

/**
 * Writes a made-up run.
 *
 * @param folder Where to; made if missing.
 */
export async function writeMadeRun(folder: string, size: RunSize): Promise<void> {
  const seeds = Array.from({ length: size.seeds }, (_, index) => index + 1);
  await Deno.mkdir(folder, { recursive: true });
  const answers = new Map<string, MadeAnswer[][]>();
  const failed = new Map<string, { seed: number; error: string }[]>();
  for (const arm of MADE_ARMS) {
    for (const seed of seeds) {
      const fails = arm.name === "broken" || (arm.name === "shortest" && seed === seeds.length);
      const path = join(folder, "arms", arm.name, `seed-${seed}`);
      const there = await writeSeed(
        path,
        arm,
        seed,
        size,
        fails ? Math.ceil(size.steps / 3) : null,
      );
      if (fails) {
        const error = "Cannot update: loss must be finite: current value is NaN";
        failed.set(arm.name, [...failed.get(arm.name) ?? [], { seed, error }]);
      } else answers.set(arm.name, [...answers.get(arm.name) ?? [], there]);
    }
  }
  await writeJson(join(folder, "experiment.json"), {
    name: "length_penalty",
    title: "Does a length reward cost accuracy?",
    question: "How far can answers be shortened by a length reward before accuracy suffers?",
    description:
      "One small policy is trained with GRPO under several rewards for length. All arms " +
      "share the data, the seeds, the budgets named in the prompts and every other setting.",
    engine: {
      name: "tensorflow",
      reason: "the fastest engine that is installed",
      compile: "auto",
      tf32: false,
    },
    model: { name: "tiny", parameters: 412_672, path: null },
    data: {
      description: "made-up questions",
      hash: "sha256:3f7a9b2c5d1e8f604b7a9c3d2e1f0a5b6c7d8e9f",
      counts: { train: 1200, test: size.questions, ood: size.questions },
      template: { name: "tiny", hash: "5d1e8f604b7a9c3d2e1f0a5b6c7d8e9f" },
    },
    seeds,
    steps: size.steps,
    arms: MADE_ARMS.map(({ name, title, description }) => ({ name, title, description })),
    commit: "0123456789abcdef0123456789abcdef01234567",
    denoVersion: "2.9.6",
    startedAt: "2030-01-02T03:04:05Z",
    host: { cores: 2, memoryBytes: 24 * 2 ** 30 },
    evaluation: { temperature: 0.2, samples: 1, splits: [...SPLITS] },
    baselineArm: "start",
    referenceArm: "none",
  });
  const splitsOf = summarize(answers);
  await writeJson(join(folder, "summary.json"), {
    arms: MADE_ARMS.map(({ name }) => ({
      arm: name,
      seeds: seeds.slice(0, answers.get(name)?.length ?? 0),
      failed: failed.get(name) ?? [],
      splits: answers.has(name) ? splitsOf(name) : {},
    })),
    intervals: "Made-up run: two standard errors around the mean over all answers.",
  });
}

if (import.meta.main) {
  const [folder] = Deno.args;
  if (folder === undefined) {
    console.error("Usage: deno run -A reports/testdata_run.ts FOLDER");
    Deno.exit(2);
  }
  await writeMadeRun(folder, { seeds: 3, steps: 160, questions: 60 });
}
