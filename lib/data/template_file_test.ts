import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { defaultTemplate } from "./prompt_template.ts";
import { loadTemplate, parseTemplate } from "./template_file.ts";

Deno.test("a template comes back from its file as it was", async () => {
  const path = `${await Deno.makeTempDir()}/template.json`;
  await Deno.writeTextFile(path, JSON.stringify(defaultTemplate));
  assertEquals(await loadTemplate(path), defaultTemplate);
});

Deno.test("what breaks a rule is named with file, field, value and rule", () => {
  const { separator: _, ...withoutSeparator } = defaultTemplate;
  const { open: __, ...withoutOpen } = defaultTemplate.answerForms;
  const cases: [unknown, string][] = [
    [null, "it must be an object with the fields of a template: current value is null"],
    [withoutSeparator, "separator must be a text: current value is missing"],
    [{ ...defaultTemplate, name: "" }, 'name must be a text with characters: current value is ""'],
    [{ ...defaultTemplate, system: 3 }, "system must be a text or null: current value is 3"],
    [
      { ...defaultTemplate, profile: "released" },
      'profile must be "corrected" or "asReleased": current value is "released"',
    ],
    [
      { ...defaultTemplate, passage: "{question}" },
      'passage must be a text with {context} and {question}: current value is "{question}"',
    ],
    [
      { ...defaultTemplate, answerForms: withoutOpen },
      "answerForms.open must be a text: current value is missing",
    ],
    [
      { ...defaultTemplate, budgetSentences: { exact: "Be brief.", maximum: "{tokens}" } },
      'budgetSentences.exact must be a text with {tokens}: current value is "Be brief."',
    ],
    [
      { ...defaultTemplate, examples: [{ question: "Why?" }] },
      "examples.0.reply must be a text: current value is missing",
    ],
    [
      { ...defaultTemplate, sistem: "x" },
      'sistem must be left out, as no template has it: current value is "x"',
    ],
  ];
  for (const [value, message] of cases) {
    assertThrows(
      () => parseTemplate(value, "my.json"),
      TypeError,
      `Cannot use the template of my.json: ${message}`,
    );
  }
});

Deno.test("a file that is missing or no JSON is refused by its name", async () => {
  const folder = await Deno.makeTempDir();
  await assertRejects(() => loadTemplate(`${folder}/none.json`), TypeError, "none.json");
  await Deno.writeTextFile(`${folder}/broken.json`, "{");
  await assertRejects(
    () => loadTemplate(`${folder}/broken.json`),
    TypeError,
    "broken.json: it must",
  );
});
