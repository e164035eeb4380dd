/**
 * Templates from files of the user's own.
 *
 * @module
 */

import { z } from "zod";
import { previewValue } from "./data_error.ts";
import type { PromptTemplate } from "./prompt_template.ts";

const text = z.string({ error: "a text" });

function textWith(...placeholders: string[]) {
  return z.string({ error: `a text with ${placeholders.join(" and ")}` }).refine(
    (value) => placeholders.every((placeholder) => value.includes(placeholder)),
    { error: `a text with ${placeholders.join(" and ")}` },
  );
}

const object = (what: string) => ({ error: `an object with ${what}` });

/** What a {@link PromptTemplate} must be, for schemas that hold one. */
export const templateRule: z.ZodType<PromptTemplate> = z.strictObject({
  name: text.min(1, { error: "a text with characters" }),
  profile: z.enum(["corrected", "asReleased"], { error: '"corrected" or "asReleased"' }),
  system: z.union([z.string(), z.null()], { error: "a text or null" }),
  examples: z.array(
    z.strictObject({ question: text, reply: text }, object("question and reply")),
    { error: "a list of examples" },
  ).optional(),
  passage: textWith("{context}", "{question}"),
  answerForms: z.strictObject({
    choice: text,
    decimal: text,
    integer: text,
    date: text,
    weeks_days: text,
    open: text,
  }, object("choice, decimal, integer, date, weeks_days and open")),
  budgetSentences: z.strictObject(
    { exact: textWith("{tokens}"), maximum: textWith("{tokens}") },
    object("exact and maximum"),
  ),
  separator: text,
}, object("the fields of a template"));

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<PropertyKey, unknown> | null | undefined)?.[key],
    root,
  );
}

/**
 * Checks a template that comes from outside.
 *
 * @param value Anything, e.g. the JSON of a file.
 * @param where What it comes from, for errors.
 * @throws {TypeError} naming the field, the value found and what it must be.
 */
export function parseTemplate(value: unknown, where: string): PromptTemplate {
  const parsed = templateRule.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const unknownKey = issue.code === "unrecognized_keys" ? [issue.keys[0]!] : [];
  const path = [...issue.path, ...unknownKey];
  const must = unknownKey.length > 0 ? "left out, as no template has it" : issue.message;
  throw new TypeError(
    `Cannot use the template of ${where}: ${path.map(String).join(".") || "it"} must be ${must}: ` +
      `current value is ${previewValue(valueAt(value, path))}`,
  );
}

/**
 * Reads a template from a JSON file with the fields of {@link PromptTemplate}.
 *
 * @throws {TypeError} naming the file, the field, the value found and what it must be.
 *
 * @example
 * ```ts
 * import { defaultTemplate, loadTemplate } from "@terse/data";
 * import { assertEquals } from "@std/assert";
 * const path = `${await Deno.makeTempDir()}/template.json`;
 * const german = { ...defaultTemplate, name: "german", system: "Du beantwortest Fragen." };
 * await Deno.writeTextFile(path, JSON.stringify(german));
 * assertEquals(await loadTemplate(path), german);
 * ```
 */
export async function loadTemplate(path: string): Promise<PromptTemplate> {
  let value: unknown;
  try {
    value = JSON.parse(await Deno.readTextFile(path));
  } catch (cause) {
    throw new TypeError(
      `Cannot use the template of ${path}: it must be a JSON file: current reading fails with ` +
        (cause as Error).message,
      { cause },
    );
  }
  return parseTemplate(value, path);
}
