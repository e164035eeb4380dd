/**
 * Golden cases of the reference's prompts. Its wording is not part of this project: it is given as a
 * template file, or read out of the golden rows themselves.
 *
 * @module
 */
import {
  type Budget,
  buildMessages,
  type ChatMessage,
  type PromptTemplate,
  type QuestionRecord,
  renderPrompt,
} from "@terse/data";

/** A row of the reference's data preparation, and what it made of it. */
export interface PromptGoldenCase {
  readonly id: string;
  /** Name of the data set in the reference; it chooses the instruction. */
  readonly dataset_type: string;
  readonly split: string;
  readonly call_index: number;
  readonly example: Readonly<Record<string, unknown>>;
  /** -1 for none, else exact from 0 on and a maximum below -1; absent where the reference raises. */
  readonly budget?: number;
  readonly expected: {
    readonly messages?: readonly ChatMessage[];
    readonly training_prompt_text?: string;
    readonly error?: { readonly type: string };
  };
}

/** Whether a golden case is one of prompts. */
export function isPromptGoldenCase(value: unknown): value is PromptGoldenCase {
  return typeof value === "object" && value !== null && "dataset_type" in value &&
    "example" in value && "expected" in value;
}

type Form = "choice" | "decimal" | "open";

/** The instruction that the reference chooses for a data set (its deepscaler_dataset.py, make_map_fn). */
const FORMS: Readonly<Record<string, Form>> = {
  HUATUO: "open",
  HUATUO_TEST: "open",
  MEDCALC: "decimal",
  MEDCALC_TEST: "decimal",
  EHRNOTEQA: "choice",
  EHRNOTEQA_TEST: "choice",
  MEDIQ: "choice",
  MEDIQ_TEST: "choice",
  MEDOPTION: "choice",
  MEDOPTION_TEST: "choice",
  MEDRL: "choice",
  MEDXPERTQA: "choice",
  MEDXPERTQA_TEST: "choice",
};

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

/** A value as Python writes it into a text; for what JSON can hold, lists and objects excluded. */
function showPython(value: unknown): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  return String(value);
}

function budgetOf(numTokens: number): Budget {
  if (numTokens === -1) return { mode: "none" };
  return { mode: numTokens < 0 ? "maximum" : "exact", tokens: Math.abs(numTokens) };
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

/** The texts that a golden file's prompts are made of, beside the questions. */
export interface ReleasedWording {
  readonly template: PromptTemplate;
  /** The system message that Qwen2.5's chat template writes where a chat has none. */
  readonly defaultSystem: string;
}

/** The instruction and budget sentence of a row: what follows its question, without the space between. */
interface Tail {
  readonly form: Form;
  readonly budget: Budget;
  readonly text: string;
}

function tailsOf(cases: readonly PromptGoldenCase[]): Tail[] {
  return cases.flatMap(({ dataset_type, example, budget = -1, expected }) => {
    const content = expected.messages?.at(-1)?.content;
    const form = FORMS[dataset_type];
    const question = `${showPython(example["problem"])} `;
    if (form === undefined || content === undefined || !content.startsWith(question)) return [];
    return [{ form, budget: budgetOf(budget), text: content.slice(question.length) }];
  });
}

/** The value that occurs most often, the first of them on a tie. */
function mostCommon(values: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0];
}

const OUTER_SYSTEM = /^<\|im_start\|>system\n([^]*?)<\|im_end\|>/;

const TOKENS = "{tokens}";

/** The instruction that a tail shows: all of it without a budget, else what stands before the sentence. */
function instructionOf({ budget, text }: Tail, sentences: Sentences): string[] {
  if (budget.mode === "none") return text.endsWith(" ") ? [text.slice(0, -1)] : [];
  const sentence = sentences[budget.mode]?.replaceAll(TOKENS, String(budget.tokens));
  if (sentence === undefined || !text.endsWith(` ${sentence}`)) return [];
  return [text.slice(0, -sentence.length - 1)];
}

/** The budget sentence that a tail shows behind a known instruction, if the number stands in it once. */
function sentenceOf({ budget, text }: Tail, instruction: string | undefined): string[] {
  if (budget.mode === "none" || !text.startsWith(`${instruction} `)) return [];
  const parts = text.slice(instruction!.length + 1).split(String(budget.tokens));
  return parts.length === 2 ? [parts.join(TOKENS)] : [];
}

type Sentences = Partial<Record<"exact" | "maximum", string>>;

/** Each known text makes the ones beside it known, until no tail tells more. */
function solveTails(tails: readonly Tail[]) {
  const instructions: Partial<Record<Form, string>> = {};
  const sentences: Sentences = {};
  for (let before = -1, known = 0; known !== before;) {
    before = known;
    for (const form of ["choice", "decimal", "open"] as const) {
      const own = tails.filter((tail) => tail.form === form);
      const found = mostCommon(own.flatMap((tail) => instructionOf(tail, sentences)));
      if (found !== undefined) instructions[form] ??= found;
    }
    for (const mode of ["exact", "maximum"] as const) {
      const own = tails.filter((tail) => tail.budget.mode === mode);
      const found = mostCommon(own.flatMap((tail) => sentenceOf(tail, instructions[tail.form])));
      if (found !== undefined) sentences[mode] ??= found;
    }
    known = Object.keys(instructions).length + Object.keys(sentences).length;
  }
  return { instructions, sentences };
}

/**
 * Reads the reference's wording out of golden rows: a system message, an instruction for each form of
 * answer, a sentence for each kind of budget, and the default system message that stands outside of the
 * training prompt. Each is one text, the one that most rows show, and must then serve for all rows; the
 * questions, numbers, layout and records come from the rules alone. What no row shows is left empty; a
 * file in which every row has a budget shows no instruction alone, so its template must be given.
 */
export function readReleasedWording(cases: readonly PromptGoldenCase[]): ReleasedWording {
  const { instructions, sentences } = solveTails(tailsOf(cases));
  const { decimal = "", choice = "", open = "" } = instructions;
  const systems = cases.flatMap(({ expected }) =>
    (expected.messages ?? []).flatMap(({ role, content }) => role === "system" ? [content] : [])
  );
  const outer = cases.flatMap(({ expected }) =>
    OUTER_SYSTEM.exec(expected.training_prompt_text ?? "")?.slice(1) ?? []
  );
  return {
    template: {
      name: "as released",
      profile: "asReleased",
      system: mostCommon(systems) ?? null,
      // As the reference's own data files write notes and questions.
      passage: "<Context> {context} </Context> <Question> {question} </Question>",
      answerForms: {
        choice,
        decimal,
        integer: decimal,
        date: decimal,
        weeks_days: decimal,
        open,
      },
      budgetSentences: { exact: sentences.exact ?? "", maximum: sentences.maximum ?? "" },
      separator: " ",
    },
    defaultSystem: mostCommon(outer) ?? "",
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
