import { assert, assertEquals, assertMatch, assertNotEquals, assertThrows } from "@std/assert";
import type { QuestionRecord } from "./record.ts";
import { answerForm, buildMessages, type ChatMessage, renderPrompt } from "./prompt.ts";
import { defaultTemplate, hashTemplate, tinyTemplate } from "./prompt_template.ts";

const CHOICE: QuestionRecord = {
  id: "1",
  source: "Demo",
  question: "Which one is $& {tokens}?",
  context: "",
  options: { A: "first", B: "second" },
  gold: { kind: "choice", letter: "B" },
  split: "train",
  licence: "MIT",
  tags: [],
};

const CALCULATION: QuestionRecord = {
  ...CHOICE,
  question: "How many mg?",
  context: "Weight 20 kg, dose 3.125 mg/kg.",
  options: null,
  gold: { kind: "calculation", answer: "62.5", lower: 60, upper: 65, output: "decimal" },
};

Deno.test("the tiny template holds the question, the options and the budget and nothing more", () => {
  assertEquals(buildMessages(CHOICE, { mode: "maximum", tokens: 300 }, tinyTemplate), [{
    role: "user",
    content: "Which one is $& {tokens}?\nA: first\nB: second\nThink for at most 300 tokens.",
  }]);
  assertEquals(buildMessages(CALCULATION, { mode: "none" }, tinyTemplate), [{
    role: "user",
    content: "Weight 20 kg, dose 3.125 mg/kg.\nHow many mg?",
  }]);
});

Deno.test("the default template has a system message and all parts in order", () => {
  const [system, user, ...rest] = buildMessages(
    CALCULATION,
    { mode: "exact", tokens: 12 },
    defaultTemplate,
  );
  assertEquals(rest, []);
  assertEquals(system, { role: "system", content: defaultTemplate.system! });
  for (const tag of ["<think>", "</think>", "<answer>", "</answer>"]) {
    assertEquals(system!.content.split(tag).length, 2, tag);
  }
  assertEquals(user!.role, "user");
  assertEquals(user!.content.split("\n\n"), [
    CALCULATION.context,
    CALCULATION.question,
    defaultTemplate.answerForms.decimal,
    "Think for 12 tokens.",
  ]);
});

Deno.test("worked examples are turns between the system message and the question", () => {
  const examples = [{ question: "First?", reply: "<answer>A</answer>" }];
  const budget = { mode: "none" } as const;
  const [system, ...turns] = buildMessages(CHOICE, budget, { ...defaultTemplate, examples });
  const [, question] = buildMessages(CHOICE, budget, defaultTemplate);
  assertEquals(system!.role, "system");
  const shown = [
    { role: "user", content: "First?" },
    { role: "assistant", content: "<answer>A</answer>" },
  ];
  assertEquals(turns, [...shown, question]);
  const [alone] = buildMessages(CHOICE, budget, tinyTemplate);
  assertEquals(buildMessages(CHOICE, budget, { ...tinyTemplate, examples }), [...shown, alone]);
});

Deno.test("as released, empty parts keep their separators and the chat is written twice", () => {
  const released = { ...tinyTemplate, profile: "asReleased", separator: " " } as const;
  const asked = { ...CHOICE, context: "$1 {question}", options: null };
  const [message] = buildMessages(asked, { mode: "none" }, {
    ...released,
    passage: "<{context}> <{question}>",
    answerForms: { ...released.answerForms, choice: " Letter." },
  });
  assertEquals(message!.content, "<$1 {question}> <Which one is $& {tokens}?>  Letter. ");

  const renderChat = (messages: readonly ChatMessage[]) =>
    messages.map(({ role, content }) => `${role}(${content})`).join("") + "assistant(";
  assertEquals(
    renderPrompt([message!], tinyTemplate, renderChat),
    `user(${message!.content})assistant(`,
  );
  assertEquals(
    renderPrompt([message!], released, renderChat),
    `user(user(${message!.content})assistant()assistant(`,
  );
});

Deno.test("every form of answer has its own instruction, with an example between tags", () => {
  const texts = Object.values(defaultTemplate.answerForms);
  assertEquals(new Set(texts).size, 6);
  for (const text of texts) assertMatch(text, /<answer>[^<>]+<\/answer>/);
  assertEquals(answerForm(CHOICE), "choice");
  assertEquals(answerForm(CALCULATION), "decimal");
  const open: QuestionRecord = { ...CALCULATION, gold: { kind: "open", answer: "a" } };
  assertEquals(answerForm(open), "open");
});

Deno.test("the gold answer does not enter the prompt", () => {
  const asked = (letter: string) =>
    buildMessages(
      { ...CHOICE, gold: { kind: "choice", letter } },
      { mode: "none" },
      defaultTemplate,
    );
  assertEquals(asked("A"), asked("B"));
  const prompt = JSON.stringify(buildMessages(CALCULATION, { mode: "none" }, defaultTemplate));
  assert(!prompt.includes("62.5"));
});

Deno.test("buildMessages refuses a budget sentence without its placeholder", () => {
  const template = {
    ...tinyTemplate,
    budgetSentences: { exact: "Be brief.", maximum: "{tokens}" },
  };
  assertEquals(buildMessages(CHOICE, { mode: "none" }, template).length, 1);
  assertThrows(
    () => buildMessages(CHOICE, { mode: "exact", tokens: 3 }, template),
    RangeError,
    'must contain {tokens}: current value is "Be brief."',
  );
});

Deno.test("hashTemplate changes with any wording, not with the order of keys", async () => {
  const hash = await hashTemplate(defaultTemplate);
  assertMatch(hash, /^[0-9a-f]{64}$/);
  assertNotEquals(await hashTemplate({ ...defaultTemplate, separator: "\n" }), hash);
  const { name, ...others } = defaultTemplate;
  assertEquals(await hashTemplate({ ...others, name }), hash);
});
