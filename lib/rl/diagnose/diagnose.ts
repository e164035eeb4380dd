/**
 * Diagnoses of a training run from its metrics alone.
 *
 * @module
 */
import { accuracyCollapse, lengthCollapse } from "./collapse.ts";
import { entropyCollapse, klRunaway } from "./drift.ts";
import { samplerMismatch, skippedUpdate } from "./faults.ts";
import { equalGroups, truncation } from "./groups.ts";
import type {
  DiagnosedSettings,
  Diagnosis,
  DiagnosisCause,
  StepMetrics,
  Symptom,
} from "./symptom.ts";

/** Everything that is looked for; the gravest first. */
const SYMPTOMS: readonly Symptom[] = [
  skippedUpdate,
  samplerMismatch,
  klRunaway,
  accuracyCollapse,
  lengthCollapse,
  truncation,
  equalGroups,
  entropyCollapse,
];

/** What has begun and not ended: the index of the last step that showed it, by cause. */
export type OpenDiagnoses = Readonly<Partial<Record<DiagnosisCause, number>>>;

/**
 * Looks at the last of the steps so far. A symptom is told of where it begins and where it ends, not in
 * between. What is found depends on the steps up to the last alone.
 *
 * @param open What the same function answered for the step before; `{}` for the first.
 * @param steps Metrics of steps 1, 2, ...; at least one.
 * @param settings Those that the steps were made with.
 */
export function diagnoseStep(
  open: OpenDiagnoses,
  steps: readonly StepMetrics[],
  settings: DiagnosedSettings,
): { readonly open: OpenDiagnoses; readonly found: readonly Diagnosis[] } {
  const index = steps.length - 1, { step } = steps[index]!;
  const next: Partial<Record<DiagnosisCause, number>> = { ...open };
  const found: Diagnosis[] = [];
  for (const { cause, calmSteps, title, show } of SYMPTOMS) {
    const evidence = show(steps, settings), lastSeen = open[cause];
    if (evidence !== null) {
      if (lastSeen === undefined) {
        found.push({ step, cause, state: "began", sentence: `Step ${step}: ${evidence}.` });
      }
      next[cause] = index;
    } else if (lastSeen !== undefined && index - lastSeen >= calmSteps) {
      const last = steps[lastSeen]!.step;
      const sentence = `Step ${step}: ${title} is over; step ${last} was the last to show it.`;
      found.push({ step, cause, state: "ended", sentence });
      delete next[cause];
    }
  }
  return { open: next, found };
}

/**
 * {@linkcode diagnoseStep} over all steps of a run: what began and what ended, in order.
 *
 * @example
 * ```ts
 * import { diagnose } from "@terse/rl";
 * import { assertEquals } from "@std/assert";
 * const steps = [1, 2, 3].map((step) => ({ step, kl: step === 2 ? 12 : 0.01 }));
 * const [found] = diagnose(steps, {
 *   beta: 0.001, dynamicSamplingRounds: 0, entropyCoefficient: 0, epsilonHigh: 0.2, learningRate: 1e-6,
 *   maxCompletionLength: 192, numGenerations: 8, temperature: 1,
 * }).found;
 * assertEquals([found?.cause, found?.state, found?.step], ["kl_runaway", "began", 2]);
 * ```
 */
export function diagnose(
  steps: readonly StepMetrics[],
  settings: DiagnosedSettings,
): { readonly open: OpenDiagnoses; readonly found: readonly Diagnosis[] } {
  let open: OpenDiagnoses = {};
  const found: Diagnosis[] = [];
  for (let end = 1; end <= steps.length; end++) {
    const next = diagnoseStep(open, steps.slice(0, end), settings);
    open = next.open;
    found.push(...next.found);
  }
  return { open, found };
}
