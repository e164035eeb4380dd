/**
 * Runs the golden cases of the released rewards and metrics: expected values that the released Python
 * code gave. A case's kind is told from its content.
 *
 * @module
 */
import {
  aggregateValidation,
  averageOffline,
  extractOffline,
  scoreOffline,
  validateReleased,
} from "./as_released/evaluation.ts";
import { normalizeReleased } from "./as_released/normalize_word.ts";
import {
  bleuNgramScores,
  bleuScore,
  exactMatchScore,
  mergeScore,
  rougeLScore,
} from "./as_released/open_metrics.ts";
import { PythonError } from "./as_released/python_error.ts";
import { stripPython } from "./as_released/python_text.ts";
import { type ReleasedItem, requireReleasedSettings } from "./as_released/question_scores.ts";
import { hasReleasedFormat, splitSolution } from "./as_released/solution.ts";
import {
  type GoldenCase,
  type GoldenKind,
  goldenKind,
  type GoldenSettings,
  readItem,
  readSettings,
} from "./golden_case.ts";
import { describeCause } from "./reward.ts";
import {
  placeReleasedReward,
  releasedLengthTerm,
  releasedRawLengthTerm,
  scoreReleased,
} from "./as_released/total.ts";

/** Whether a golden case passed, and every value that differs. */
export interface GoldenResult {
  /** True if nothing differs. */
  readonly passed: boolean;
  /** One line for each value that differs. */
  readonly differences: string[];
}

const HEADER = "<|im_start|>assistant\n";

/** Relative tolerance of numbers; the last bit of exp and log is the C library's choice. */
const TOLERANCE = 1e-9;

const SHIPPED = readSettings({
  reward_metric: "Merge",
  reward_type: "discrete",
  bleu_threshold: 45,
  scale_factor: 100,
});

function runFormatAnswer(row: GoldenCase): unknown {
  const solution = row.prompt + row.response;
  const { answer, processed } = splitSolution(solution);
  const length = {
    numTokens: row.settings.num_tokens,
    usedTokens: row.settings.valid_response_length,
  };
  return {
    extracted_answer: answer,
    structure_valid: hasReleasedFormat(processed),
    ...orError(() => scoreReleased(solution, readItem(row), readSettings(row.settings), length)),
  };
}

function runOpenText(row: GoldenCase): unknown {
  const { reference_answer: reference, prediction } = row;
  const stripped = stripPython(prediction);
  const solution = `${HEADER}<think>x</think><answer>${prediction}</answer>`;
  const item = {
    dataSource: "medical-o1-reasoning-SFT",
    groundTruth: reference,
    lower: null,
    upper: null,
  };
  return {
    normalized_reference: normalizeReleased(reference),
    normalized_prediction: normalizeReleased(prediction),
    ems: exactMatchScore(reference, prediction),
    bleu: bleuScore(reference, prediction),
    bleu_ngrams: bleuNgramScores(reference, prediction),
    merge: stripped === "" ? null : mergeScore(reference, stripped),
    rouge_l: rougeLScore(reference, prediction),
    scores: (row.expected["scores"] as readonly GoldenSettings[]).map((settings) => ({
      reward_type: settings.reward_type,
      reward_metric: settings.reward_metric,
      bleu_threshold: settings.bleu_threshold,
      scale_factor: settings.scale_factor,
      ...orError(() =>
        scoreReleased(solution, item, readSettings(settings), { numTokens: -1, usedTokens: -1 })
      ),
    })),
  };
}

function runDelta(row: GoldenCase): unknown {
  const length = { numTokens: row.num_tokens, usedTokens: row.used_tokens };
  const score = (text: string, item: Partial<ReleasedItem>, settings = SHIPPED) =>
    scoreReleased(
      HEADER + text,
      { dataSource: "MedXpertQA", groundTruth: "C", lower: null, upper: null, ...item },
      settings,
      length,
    );
  const tagged = (answer: string) => `<think>x</think><answer>${answer}</answer>`;
  return {
    // The reference calls no length function without a budget.
    ...("delta_raw" in row.expected ? { delta_raw: releasedRawLengthTerm(length) } : {}),
    delta_applied: releasedLengthTerm(length),
    mcq: {
      right: score(tagged("C"), {}),
      wrong: score(tagged("D"), {}),
      right_bad_format: score("<answer>C</answer>", {}),
      wrong_bad_format: score("<answer>D</answer>", {}),
      empty_answer: score(tagged(""), {}),
      no_answer: score("C", {}),
    },
    medcalc_right: score(tagged("25.2"), {
      dataSource: "MedCalc-Bench",
      groundTruth: "25.249",
      lower: "23.9866",
      upper: "26.5115",
    }),
    open_continuous_merge_right: score(
      tagged("low iron"),
      { dataSource: "medical-o1-reasoning-SFT", groundTruth: "low iron" },
      { ...SHIPPED, rewardType: "continuous" },
    ),
  };
}

function runRewardTensor(row: GoldenCase): unknown {
  const settings = readSettings(row.settings);
  requireReleasedSettings(settings);
  const tokens = row.items.map((item) => Array.from(item.response).length + (item.eos ? 1 : 0));
  const rows_B_T = row.items.map((item, i) => {
    const solution = item.prompt + item.response + (item.eos ? "<|im_end|>" : "");
    const length = { numTokens: item.num_tokens, usedTokens: tokens[i]! };
    const { total } = scoreReleased(solution, readItem(item), settings, length);
    return Array.from(placeReleasedReward(total, tokens[i]!, row.max_response_length));
  });
  return {
    response_tokens: tokens,
    nonzero_rewards: rows_B_T.map((row_T) =>
      row_T.flatMap((value, position) => value === 0 ? [] : [{ position, value }])
    ),
    row_sums: rows_B_T.map((row_T) => row_T.reduce((a, b) => a + b, 0)),
  };
}

function runOffline(row: GoldenCase): unknown {
  const { generated, full } = extractOffline(row.prompt + row.response);
  return {
    generated_response: generated,
    full_response: full,
    ...orError(() => ({ score: scoreOffline(generated, readItem(row), row.metric) })),
  };
}

function runOfflineAggregate(row: GoldenCase): unknown {
  const scores = row.items.map((item) =>
    scoreOffline(extractOffline(item.prompt + item.response).generated, readItem(item), row.metric)
  );
  return { scores, pass_at_1: averageOffline(scores) };
}

function runValidationAggregate(row: GoldenCase): unknown {
  return aggregateValidation(
    row.prompts.flatMap((question) =>
      question.responses.map((response) => ({
        dataSource: question.data_source,
        score: validateReleased(question.prompt + response, readItem(question), row.bleu_threshold),
      }))
    ),
  );
}

const RUNNERS: Readonly<Record<GoldenKind, (row: GoldenCase) => unknown>> = {
  format_answer: runFormatAnswer,
  open_text: runOpenText,
  delta: runDelta,
  reward_tensor: runRewardTensor,
  val: (row: GoldenCase) => ({
    score: validateReleased(row.prompt + row.response, readItem(row), row.bleu_threshold),
  }),
  val_aggregate: runValidationAggregate,
  offline: runOffline,
  offline_aggregate: runOfflineAggregate,
};

function orError<T>(run: () => T): T | { error: { type: string } } {
  try {
    return run();
  } catch (error) {
    if (error instanceof PythonError) return { error: { type: error.pythonType } };
    throw error;
  }
}

function field(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}

/** Every leaf in which two JSON values differ. Messages of errors are Python's wording, not facts. */
function compare(path: string, actual: unknown, expected: unknown): string[] {
  if (typeof expected === "object" && expected !== null) {
    const keys = new Set([...Object.keys(expected), ...Object.keys(actual ?? {})]);
    if (path.endsWith(".error")) keys.delete("message");
    return [...keys].flatMap((key) =>
      compare(`${path}.${key}`, field(actual, key), field(expected, key))
    );
  }
  const value = typeof actual === "number" && !Number.isFinite(actual) ? String(actual) : actual;
  if (value === expected) return [];
  if (typeof value === "number" && typeof expected === "number") {
    if (Math.abs(value - expected) <= TOLERANCE * Math.abs(expected)) return [];
  }
  return [`${path}: ${JSON.stringify(actual)} must be ${JSON.stringify(expected)}`];
}

/**
 * Runs one golden case: numbers must agree to 1e-9 relative and everything else must be equal; an
 * expected Python exception must be raised by type. A case that cannot be run has failed.
 */
export function runGoldenCase(caseObject: unknown): GoldenResult {
  const kind = goldenKind(caseObject);
  if (kind === null) {
    const fields = Object.keys(caseObject ?? {}).join(", ");
    return { passed: false, differences: [`The case is of no known kind; its fields: ${fields}`] };
  }
  const row = caseObject as GoldenCase;
  try {
    const differences = compare(
      String(row.id ?? kind),
      orError(() => RUNNERS[kind](row)),
      row.expected,
    );
    return { passed: differences.length === 0, differences };
  } catch (error) {
    return { passed: false, differences: [describeCause(error)] };
  }
}
