import { assertEquals } from "@std/assert";
import { type QuestionRecord, tinyTemplate } from "@terse/data";
import { byteTokenizerJson } from "../tokenizer/testdata/byte_tokenizer.ts";
import { createTokenizer } from "../tokenizer/tokenizer.ts";
import { controlBudget, prepareQuestion } from "./question.ts";

/** As Qwen2.5's: a system message of its own where the chat has none. */
const CHAT_TEMPLATE =
  "{% if messages[0].role != 'system' %}<s>system\nI am the default.<e>\n{% endif %}" +
  "{% for message in messages %}<s>{{ message.role }}\n{{ message.content }}<e>\n{% endfor %}" +
  "{% if add_generation_prompt %}<s>assistant\n{% endif %}";

const TOKENIZER = createTokenizer({
  source: "test",
  json: byteTokenizerJson(["<s>", "<e>"], []),
  chatTemplate: CHAT_TEMPLATE,
  endTokenIds: [1],
  padTokenId: 1,
  namedTokens: {},
});

const RECORD: QuestionRecord = {
  id: "7",
  source: "Demo",
  question: "Which?",
  context: "",
  options: { A: "x", B: "y" },
  gold: { kind: "choice", letter: "B" },
  split: "train",
  licence: "MIT",
  tags: [],
};

Deno.test("a question is written once in the model's chat template, in the template's words", () => {
  const template = { ...tinyTemplate, system: "Be right." };
  const { prompt } = prepareQuestion(RECORD, { mode: "exact", tokens: 9 }, template, TOKENIZER);
  assertEquals(prompt.key, "Demo/7");
  assertEquals(
    prompt.text,
    "<s>system\nBe right.<e>\n<s>user\nWhich?\nA: x\nB: y\nThink for 9 tokens.<e>\n<s>assistant\n",
  );
  assertEquals(prompt.tokenIds, TOKENIZER.encode(prompt.text));
});

Deno.test("as released, the chat stands in a user's message under the model's own system message", () => {
  const template = {
    ...tinyTemplate,
    profile: "asReleased",
    system: "Be right.",
    separator: " ",
    answerForms: { ...tinyTemplate.answerForms, choice: " Letter." },
  } as const;
  const { prompt } = prepareQuestion(RECORD, { mode: "none" }, template, TOKENIZER);
  assertEquals(
    prompt.text,
    "<s>system\nI am the default.<e>\n<s>user\n" +
      "<s>system\nBe right.<e>\n<s>user\nWhich?\nA: x\nB: y  Letter. <e>\n<s>assistant\n" +
      "<e>\n<s>assistant\n",
  );
});

Deno.test("a forced budget becomes the prompt's limit, and no budget none", () => {
  const limits = (["none", "exact", "maximum"] as const).map((mode) => {
    const budget = mode === "none" ? { mode } : { mode, tokens: 9 };
    const question = prepareQuestion(RECORD, budget, tinyTemplate, TOKENIZER);
    assertEquals(controlBudget(question, "none"), question);
    return controlBudget(question, "forced").prompt.thinkingLimit;
  });
  assertEquals(limits, [undefined, 9, 9]);
});
