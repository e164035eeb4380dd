/**
 * The released scores of an answer, by data source.
 *
 * @module
 */
import { bleuScore, exactMatchScore, mergeScore } from "./open_metrics.ts";
import {
  PythonAssertionError,
  PythonError,
  PythonTypeError,
  PythonValueError,
  PythonZeroDivisionError,
} from "./python_error.ts";
import { parsePythonFloat, type PythonValue, showPython } from "./python_text.ts";

/** Sources of each kind that the released code knows. */
export const RELEASED_SOURCES = {
  choice: ["EHRNoteQA", "MedIQ", "MedXpertQA"],
  calculation: ["MedCalc-Bench"],
  open: ["medical-o1-reasoning-SFT"],
} as const;

const RELEASED_LETTERS = Array.from("ABCDEFGHIJKLMN");

/** The truth that the released graders compare with; the limits matter to calculations only. */
export interface ReleasedTruth {
  /** Letter, number, date, pair or text, as the data hold it. */
  readonly groundTruth: PythonValue;
  /** Lowest number that is right. */
  readonly lower: PythonValue;
  /** Highest number that is right. */
  readonly upper: PythonValue;
}

/** A question as the released graders see it. */
export interface ReleasedQuestion extends ReleasedTruth {
  /** Chooses the grader. */
  readonly kind: "choice" | "calculation" | "open";
}

/** A row of the released data; the source's name chooses the grader. */
export interface ReleasedItem extends ReleasedTruth {
  /** Name of the data source. */
  readonly dataSource: string;
}

/** The released reward's settings, by their names in the released configuration. */
export interface ReleasedSettings {
  /** "EMS", "BLEU" or "Merge"; any other name silently scores free text 0. */
  readonly rewardMetric: string;
  /** "discrete" or "continuous". */
  readonly rewardType: string;
  /** Compared with the metric whatever the metric's scale; that is how it was released. */
  readonly bleuThreshold: number;
  /** What continuous scores are divided by. */
  readonly scaleFactor: number;
  /** False: the format is right if any answer was extracted. */
  readonly checkThink: boolean;
}

/**
 * Checks settings as the released trainer does when it starts (reward_manager.py); the scoring
 * functions themselves take others.
 *
 * @throws {PythonAssertionError} If the metric or the reward type is unknown.
 */
export function requireReleasedSettings({ rewardMetric, rewardType }: ReleasedSettings): void {
  if (!["discrete", "continuous"].includes(rewardType)) {
    throw new PythonAssertionError(`The released trainer knows no reward type "${rewardType}"`);
  }
  if (!["BLEU", "EMS", "Merge"].includes(rewardMetric)) {
    throw new PythonAssertionError(`The released trainer knows no metric "${rewardMetric}"`);
  }
}

/**
 * The item with its kind, by the data source's name.
 *
 * @param choiceSources Sources that count as choices; the offline evaluation knows one more.
 * @throws {PythonValueError} If the released code does not know the source.
 */
export function releasedQuestion(
  item: ReleasedItem,
  choiceSources: readonly string[] = RELEASED_SOURCES.choice,
): ReleasedQuestion {
  const sources = { ...RELEASED_SOURCES, choice: choiceSources };
  for (const kind of ["choice", "calculation", "open"] as const) {
    if ((sources[kind] as readonly string[]).includes(item.dataSource)) return { ...item, kind };
  }
  throw new PythonValueError(`The released code knows no data source "${item.dataSource}"`);
}

function parsesAsFloat(value: PythonValue): boolean {
  try {
    parsePythonFloat(value);
    return true;
  } catch (error) {
    if (error instanceof PythonError) return false;
    throw error;
  }
}

/**
 * True if the released code calls a calculation right (medical_score.py, lines 368-462): with a
 * numeric truth a number within the limits, else the same text as the truth.
 *
 * @throws {PythonError} If truth and answer are numbers and a limit is not.
 */
export function isReleasedCalculation(answer: string | null, truth: ReleasedTruth): boolean {
  if (!parsesAsFloat(truth.groundTruth)) {
    return showPython(answer) === showPython(truth.groundTruth);
  }
  if (!parsesAsFloat(answer)) return false;
  const value = parsePythonFloat(answer);
  return parsePythonFloat(truth.lower) <= value && value <= parsePythonFloat(truth.upper);
}

/**
 * The reference of an open question.
 *
 * @throws {PythonTypeError} If it is not text; the released code then fails to search it for marks.
 */
export function openReference({ groundTruth }: ReleasedTruth): string {
  if (typeof groundTruth === "string") return groundTruth;
  throw new PythonTypeError(`The reference must be text: it is ${showPython(groundTruth)}`);
}

/** The metric as a bare number, as released: on 0 to 100, 0 to 1 and 0 to 50.5; null if unknown. */
function unscaledMetric(name: string, reference: string, answer: string): number | null {
  if (name === "EMS") return Number(exactMatchScore(reference, answer));
  if (name === "BLEU") return Number(bleuScore(reference, answer));
  return name === "Merge" ? mergeScore(reference, answer) : null;
}

function scoreOpen(answer: string, reference: string, settings: ReleasedSettings): number {
  const { rewardMetric, rewardType, bleuThreshold, scaleFactor } = settings;
  if (rewardType !== "discrete" && rewardType !== "continuous") {
    throw new PythonValueError(`The released code knows no reward type "${rewardType}"`);
  }
  const value = unscaledMetric(rewardMetric, reference, answer);
  if (value === null) return 0;
  if (rewardType === "continuous") {
    if (scaleFactor === 0) throw new PythonZeroDivisionError("The scale factor is 0");
    return value / scaleFactor;
  }
  return value > bleuThreshold ? 1 : -1;
}

/**
 * The released score of a stripped answer that is not empty: +1 or -1; 0 for a choice whose truth is
 * no letter from A to N; for continuous free text the metric by the scale factor.
 *
 * @throws {PythonError} Where the released code raises.
 */
export function scoreReleasedAnswer(
  answer: string,
  question: ReleasedQuestion,
  settings: ReleasedSettings,
): number {
  const { groundTruth } = question;
  switch (question.kind) {
    case "choice":
      if (typeof groundTruth !== "string" || !RELEASED_LETTERS.includes(groundTruth)) return 0;
      return answer === groundTruth ? 1 : -1;
    case "calculation":
      return isReleasedCalculation(answer, question) ? 1 : -1;
    case "open":
      return scoreOpen(answer, openReference(question), settings);
  }
}
