/**
 * The reference's wording, read out of golden cases of its prompts.
 *
 * @module
 */
import type { Budget, PromptTemplate } from "@terse/data";
import {
  budgetOf,
  type Form,
  FORMS,
  type PromptGoldenCase,
  showPython,
} from "./golden_prompt_case.ts";

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
