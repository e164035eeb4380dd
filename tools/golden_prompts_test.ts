import { assert, assertEquals } from "@std/assert";
import { existsSync, readFileSync } from "node:fs";
import { isPromptGoldenCase, type PromptGoldenCase } from "./golden_prompt_case.ts";
import { runPromptGoldenCase } from "./golden_prompts.ts";
import { readReleasedWording } from "./golden_wording.ts";

const SHARED = new URL("../../shared/golden/prompts.jsonl", import.meta.url);

/** A row as the reference would have made it with other words, written out by hand. */
function makeCase(
  [dataset_type, budget, user]: readonly [string, number, string],
  index: number,
): PromptGoldenCase {
  const inner = `<|im_start|>system\nSYS<|im_end|>\n<|im_start|>user\n${user}<|im_end|>\n` +
    `<|im_start|>assistant\n`;
  return {
    id: `own-${index}`,
    dataset_type,
    split: "train",
    call_index: index,
    example: { problem: "Q 7?", answer: 5, Source: "S", "Lower Limit": 4.75 },
    budget,
    expected: {
      messages: [{ role: "system", content: "SYS" }, { role: "user", content: user }],
      prompt_text: inner,
      record: {
        data_source: "S",
        prompt: [{ role: "user", content: inner }],
        ability: "medical",
        reward_model: {
          style: "rule",
          ground_truth: 5,
          num_tokens: budget,
          lower_limit: 4.75,
          upper_limit: null,
        },
        extra_info: { split: "train", index },
      },
      training_prompt_text: `<|im_start|>system\nOUTER<|im_end|>\n<|im_start|>user\n${inner}` +
        `<|im_end|>\n<|im_start|>assistant\n`,
    } as PromptGoldenCase["expected"],
  };
}

const ROWS = [
  ["MEDIQ", 7, "Q 7?  Letter. Use 7 now."],
  ["MEDIQ", -1, "Q 7?  Letter. "],
  ["MEDCALC_TEST", 0, "Q 7?  Number. Use 0 now."],
  ["MEDCALC", -30, "Q 7?  Number. Under 30!"],
  ["HUATUO", -2, "Q 7?  Text. Under 2!"],
  ["MEDRL", 12, "Q 7?  Letter. Use 12 now."],
] as const;

/** Every row three times, so that one wrong row is outvoted. */
const OWN = [...ROWS, ...ROWS, ...ROWS].map(makeCase);

const failures = (cases: readonly PromptGoldenCase[]) => {
  const wording = readReleasedWording(cases);
  return cases.filter((row) => runPromptGoldenCase(row, wording).length > 0).map((row) => row.id);
};

Deno.test("the wording is read out of rows, budget sentence and instruction apart", () => {
  const { template, defaultSystem } = readReleasedWording(OWN);
  assertEquals(template.system, "SYS");
  assertEquals(template.answerForms.choice, " Letter.");
  assertEquals(template.answerForms.date, " Number.");
  assertEquals(template.answerForms.open, " Text.");
  assertEquals(template.budgetSentences, {
    exact: "Use {tokens} now.",
    maximum: "Under {tokens}!",
  });
  assertEquals(defaultSystem, "OUTER");
  assertEquals(failures(OWN), []);
});

/** A copy with the last character of one text of its JSON changed. */
function tamper(row: PromptGoldenCase, key: string): PromptGoldenCase {
  const copy = structuredClone(row);
  const holder = { ...copy.expected } as Record<string, unknown>;
  if (key === "messages") {
    holder[key] = row.expected.messages!.map(({ role, content }) => ({
      role,
      content: role === "user" ? `${content}!` : content,
    }));
  } else if (key === "record") {
    holder[key] = { ...holder[key] as object, ability: "medic" };
  } else holder[key] = `${holder[key]} `;
  return { ...copy, expected: holder };
}

Deno.test("a changed row fails, whichever value it is, and no other row does", () => {
  for (const key of ["messages", "prompt_text", "record", "training_prompt_text"]) {
    for (const index of OWN.keys()) {
      const cases = OWN.map((row, i) => i === index ? tamper(row, key) : row);
      assertEquals(failures(cases), [`own-${index}`], key);
    }
  }
});

Deno.test("the reference's exceptions are told apart", () => {
  const wording = readReleasedWording(OWN);
  const run = (dataset_type: string, example: Record<string, unknown>, type: string) =>
    runPromptGoldenCase(
      { ...OWN[0]!, dataset_type, example, expected: { error: { type } } },
      wording,
    );
  const example = { problem: "q", answer: "a", Source: "s" };
  assertEquals(run("MMLUPRO", example, "UnboundLocalError"), []);
  assertEquals(run("MEDIQ", { Source: "s", answer: "a" }, "KeyError"), []);
  assertEquals(run("MEDIQ", { problem: "q", answer: "a" }, "KeyError"), []);
  // The data set's name is looked at before the answer is.
  assertEquals(run("MMLUPRO", { problem: "q", Source: "s" }, "UnboundLocalError"), []);
  assertEquals(run("MEDIQ", { problem: "q", Source: "s" }, "ValueError").length, 1);
  assertEquals(run("MEDIQ", example, "KeyError").length > 0, true);
});

Deno.test({
  name:
    "../shared/golden/prompts.jsonl is reproduced exactly, whole and in parts (ignored where absent)",
  ignore: !existsSync(SHARED),
  fn() {
    const rows = readFileSync(SHARED, "utf8").trimEnd().split("\n").map((line) => JSON.parse(line));
    assert(rows.every(isPromptGoldenCase));
    assertEquals(failures(rows), []);
    for (const rest of [0, 1]) assertEquals(failures(rows.filter((_, i) => i % 2 === rest)), []);
  },
});
