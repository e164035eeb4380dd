import { assertEquals, assertStringIncludes } from "@std/assert";
import { diagnose, diagnoseStep, type OpenDiagnoses } from "./diagnose.ts";
import { reasonToStop } from "./faults.ts";
import type { DiagnosedSettings, Diagnosis, StepMetrics } from "./symptom.ts";

const settings: DiagnosedSettings = {
  beta: 0.001,
  dynamicSamplingRounds: 2,
  entropyCoefficient: 0.002,
  epsilonHigh: 0.28,
  learningRate: 4e-4,
  maxCompletionLength: 120,
  numGenerations: 8,
  temperature: 0.7,
};

/** A healthy run: noisy, learning, growing shorter and surer. `defect` writes over a step's metrics. */
function run(
  steps: number,
  defect: (step: number) => Readonly<Record<string, number | null>> = () => ({}),
): StepMetrics[] {
  return Array.from({ length: steps }, (_, i) => {
    const step = i + 1, share = i / steps, wave = Math.sin(7 * step);
    return {
      step,
      reward: 0.4 + 0.8 * share + 0.1 * wave,
      frac_reward_zero_std: 0.15 + 0.3 * share + 0.1 * wave,
      accuracy: 0.4 + 0.3 * share + 0.08 * wave,
      "completions/mean_length": 60 - 35 * share + 4 * wave,
      "completions/clipped_ratio": 0.02 + 0.02 * wave,
      entropy: 0.5 - 0.3 * share + 0.02 * wave,
      kl: 0.08 * share,
      "sampling/sampling_logp_difference/mean": 1e-6,
      loss: 0.01 * wave,
      grad_norm: 0.1,
      ...defect(step),
    };
  });
}

function told(found: readonly Diagnosis[]): string[] {
  return found.map(({ step, cause, state }) => `${step} ${cause} ${state}`);
}

Deno.test("a healthy run has no diagnosis, however it wavers", () => {
  assertEquals(diagnose(run(200), settings).found, []);
  assertEquals(diagnose([], settings).found, []);
});

/** A defect from step 20 on, the diagnosis it must have alone, and words of its sentence. */
const DEFECTS: [
  defect: Readonly<Record<string, number | null>>,
  told: string,
  words: readonly string[],
][] = [
  [{ accuracy: 0.01 }, "24 accuracy_collapse", [
    "1 % or less for 5 steps",
    "learningRate (0.0004)",
  ]],
  [
    { "completions/mean_length": 3 },
    "24 length_collapse",
    ["3 tokens or fewer", "accuracy", 'gate "correct"'],
  ],
  [
    { frac_reward_zero_std: 1, accuracy: 0.98 },
    "23 equal_groups",
    [
      "87 % of the groups",
      "too easy",
      "numGenerations (8)",
      "temperature (0.7) or dynamicSamplingRounds (2)",
    ],
  ],
  [{ kl: 0.9 }, "22 kl_runaway", ["over 5 steps", "beta (0.001)"]],
  [{ kl: 40 }, "20 kl_runaway", ["is 40 nats"]],
  [{ entropy: 0.02 }, "23 entropy_collapse", ["nats a token", "epsilonHigh (0.28)"]],
  [
    { "sampling/sampling_logp_difference/mean": 0.3 },
    "20 sampler_mismatch",
    ["0.30 nats", "--engine"],
  ],
  [{ loss: null, "skipped_update/loss": 1 }, "20 skipped_update", ["the loss is not finite"]],
  [
    { grad_norm: null, "skipped_update/model.norm.weight": 1 },
    "20 skipped_update",
    ["the gradient of model.norm.weight is not finite", "learningRate (0.0004)"],
  ],
];

for (const [defect, expected, words] of DEFECTS) {
  Deno.test(`${expected}: told once, with its step, cause and setting: ${Object.keys(defect)}`, () => {
    const { found } = diagnose(run(40, (step) => step < 20 ? {} : defect), settings);
    assertEquals(told(found), [`${expected} began`]);
    const { step, sentence } = found[0]!;
    for (const part of [`Step ${step}: `, ...words]) assertStringIncludes(sentence, part);
  });
}

Deno.test("truncation is told as such, not as groups without signal", () => {
  const cut = { "completions/clipped_ratio": 1, frac_reward_zero_std: 1, accuracy: 0 };
  const { found } = diagnose(run(40, (step) => step < 20 ? {} : cut), settings);
  assertEquals(told(found), ["24 accuracy_collapse began", "24 truncation began"]);
  assertStringIncludes(found[1]!.sentence, "maxCompletionLength (120)");
  // From the first step on there is no accuracy to collapse from.
  assertEquals(told(diagnose(run(9, () => cut), settings).found), ["5 truncation began"]);
});

Deno.test("questions that are too hard are told from those that are too easy", () => {
  const hard = diagnose(run(5, () => ({ frac_reward_zero_std: 0.9, accuracy: 0.02 })), settings);
  assertStringIncludes(hard.found[0]!.sentence, "too hard (accuracy 2 %)");
});

Deno.test("a low accuracy that was never high, and a run that is short by design, do not collapse", () => {
  const low = (step: number) => ({ accuracy: step < 20 ? 0.1 : 0, "completions/mean_length": 8 });
  assertEquals(diagnose(run(40, low), settings).found, []);
});

Deno.test("an end is told after five calm steps, and a wavering symptom once", () => {
  const wavering = (step: number) =>
    step >= 10 && step <= 20 && step % 2 === 0 ? { kl: 20 } : { kl: 0.01 };
  const { found, open } = diagnose(run(30, wavering), settings);
  // The mean of a window with a step of 20 nats is over the limit until that step has left it.
  assertEquals(told(found), ["10 kl_runaway began", "29 kl_runaway ended"]);
  assertStringIncludes(found[1]!.sentence, "step 24 was the last to show it");
  assertEquals(open, {});
});

Deno.test("what is told of a step depends on the steps before it alone", () => {
  const steps = run(60, (step) => step < 20 ? {} : { entropy: 0.01, kl: step > 40 ? 0 : 3 });
  const whole = diagnose(steps, settings);
  let open: OpenDiagnoses = {};
  const found: Diagnosis[] = [];
  for (let end = 1; end <= 60; end++) {
    // As a resumed run has it: derived again from the metrics on disk.
    if (end % 7 === 0) open = diagnose(steps.slice(0, end - 1), settings).open;
    const next = diagnoseStep(open, steps.slice(0, end), settings);
    open = next.open;
    found.push(...next.found);
  }
  assertEquals({ open, found }, { open: whole.open, found: whole.found });
});

Deno.test("training stops when more steps in a row are skipped than may be", () => {
  const skipped = (...at: number[]) =>
    run(Math.max(...at), (step) => at.includes(step) ? { "skipped_update/loss": 1 } : {});
  assertEquals(reasonToStop(run(4), 2), null);
  assertEquals(reasonToStop([], 2), null);
  assertEquals(reasonToStop(skipped(2, 3), 2), null);
  assertEquals(reasonToStop(skipped(1, 2, 4, 5), 2), null);
  assertEquals(
    reasonToStop(skipped(2, 3, 4), 2),
    "Cannot go on after step 4: at most maxSkippedSteps (2) steps in a row may have a loss or gradient " +
      "that is not finite: current value is 3, the last one by loss. Look at their rollouts, lower " +
      "learningRate, or go back to a checkpoint",
  );
});
