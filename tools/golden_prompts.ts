/**
 * Golden cases of the reference's prompts. Its wording is not part of this project: it is given as a
 * template file, or read out of the golden rows themselves.
 *
 * @module
 */
import { buildMessages, type ChatMessage, type QuestionRecord, renderPrompt } from "@terse/data";
import {
  budgetOf,
  type Form,
  FORMS,
  isPromptGoldenCase,
  type PromptGoldenCase,
  showPython,
} from "./golden_prompt_case.ts";
import type { ReleasedWording } from "./golden_wording.ts";

const GOLD: Readonly<Record<Form, QuestionRecord["gold"]>> = {
  choice: { kind: "choice", letter: "A" },
  decimal: { kind: "calculation", answer: "0", lower: null, upper: null, output: "decimal" },
  open: { kind: "open", answer: "" },
};

/** An error that the reference raises, by its name in Python. */
class RaisedError extends Error {
  readonly pythonType: string;
  constructor(pythonType: string, message: string) {
    super(message);
    this.pythonType = pythonType;
  }
}

function take(example: PromptGoldenCase["example"], key: string): unknown {
  if (!Object.hasOwn(example, key)) throw new RaisedError("KeyError", `${key} is missing`);
  return example[key];
}

/** Qwen2.5's chat template, for messages without tools. */
function renderQwenChat(messages: readonly ChatMessage[], defaultSystem: string): string {
  const withSystem: readonly ChatMessage[] = messages[0]?.role === "system"
    ? messages
    : [{ role: "system", content: defaultSystem }, ...messages];
  const turns = withSystem.map(({ role, content }) =>
    `<|im_start|>${role}\n${content}<|im_end|>\n`
  );
  return `${turns.join("")}<|im_start|>assistant\n`;
}

/** What the released preparation and trainer make of a row. */
function prepareAsReleased(row: PromptGoldenCase, wording: ReleasedWording): unknown {
  const { example, budget = -1 } = row;
  const problem = take(example, "problem");
  const source = take(example, "Source");
  const form = FORMS[row.dataset_type];
  if (form === undefined) {
    throw new RaisedError("UnboundLocalError", `no instruction for ${row.dataset_type}`);
  }
  const record: QuestionRecord = {
    id: row.id,
    source: String(source),
    question: showPython(problem),
    context: "",
    options: null,
    gold: GOLD[form],
    split: "train",
    licence: "",
    tags: [],
  };
  const { template } = wording;
  const render = (messages: readonly ChatMessage[]) =>
    renderQwenChat(messages, wording.defaultSystem);
  const messages = buildMessages(record, budgetOf(budget), template);
  const prompt_text = render(messages);
  return {
    messages,
    prompt_text,
    record: {
      data_source: source,
      prompt: [{ role: "user", content: prompt_text }],
      ability: "medical",
      reward_model: {
        style: "rule",
        ground_truth: take(example, "answer"),
        num_tokens: budget,
        lower_limit: example["Lower Limit"] ?? null,
        upper_limit: example["Upper Limit"] ?? null,
      },
      extra_info: { split: row.split, index: row.call_index },
    },
    training_prompt_text: renderPrompt(messages, template, render),
  };
}

const SHOWN_CHARS = 60;

function show(value: unknown, from: number): string {
  if (typeof value !== "string") return JSON.stringify(value) ?? "missing";
  const end = from + SHOWN_CHARS;
  return `${from > 0 ? "..." : ""}${JSON.stringify(value.slice(from, end))}${
    end < value.length ? "..." : ""
  }`;
}

/** Every leaf in which two JSON values differ, texts from where they part. */
function compare(path: string, actual: unknown, expected: unknown): string[] {
  const isTree = (value: unknown): value is Record<string, unknown> =>
    typeof value === "object" && value !== null;
  if (isTree(actual) && isTree(expected)) {
    const keys = new Set([...Object.keys(expected), ...Object.keys(actual)]);
    return [...keys].flatMap((key) => compare(`${path}.${key}`, actual[key], expected[key]));
  }
  if (actual === expected) return [];
  let from = 0;
  if (typeof actual === "string" && typeof expected === "string") {
    while (actual[from] === expected[from]) from++;
  }
  return [`${path}: ${show(actual, from)} must be ${show(expected, from)}`];
}

/**
 * Runs one case: every text and value must be equal, and an expected Python exception must be raised by
 * type.
 *
 * @returns One line for each value that differs; none if the case passed.
 */
export function runPromptGoldenCase(row: PromptGoldenCase, wording: ReleasedWording): string[] {
  try {
    return compare(row.id, prepareAsReleased(row, wording), row.expected);
  } catch (error) {
    if (!(error instanceof RaisedError)) return [`${row.id}: ${(error as Error).message}`];
    const expected = row.expected.error?.type;
    return error.pythonType === expected
      ? []
      : [`${row.id}: ${error.pythonType} (${error.message}) must be ${expected ?? "no error"}`];
  }
}

/** The prompts among golden cases, as a suite that is held against a wording. */
export function promptSuite(wording: ReleasedWording) {
  return {
    name: "prompts",
    owns: isPromptGoldenCase,
    findDifferences: (row: unknown) => runPromptGoldenCase(row as PromptGoldenCase, wording),
  };
}
