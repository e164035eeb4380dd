/**
 * The command lines of the data commands.
 *
 * @module
 */

import { parseArgs } from "node:util";

/** Thrown for a command line that cannot be followed. */
export class UsageError extends Error {
  /** The class's name. */
  override readonly name = "UsageError";
}

/** What an option of a command takes: texts to choose from, any text, any text again and again, or nothing. */
export type OptionForm = readonly string[] | "text" | "texts" | "flag";

/** A command line, taken apart. */
export interface DataArguments {
  readonly positionals: readonly string[];
  /** Values by option; `true` for a flag that is given. */
  readonly options: Readonly<Record<string, string | true>>;
  /** Values of the options that may be repeated. */
  readonly lists: Readonly<Record<string, readonly string[]>>;
}

function refuse(option: string, must: string, found: string): never {
  throw new UsageError(
    `Cannot start: ${option} must be ${must}: current value is ${found}. See --help`,
  );
}

/**
 * Takes a command line apart.
 *
 * @param forms What the command's options take, by name; `help` is added.
 * @returns `help` if help is asked for.
 * @throws {UsageError} naming the option, what it must be, and the value found.
 *
 * @example
 * ```ts
 * import { parseDataArguments } from "./data_arguments.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(parseDataArguments(["a.jsonl", "--on-bad-row=skip"], { "on-bad-row": ["fail", "skip"] }), {
 *   positionals: ["a.jsonl"],
 *   options: { "on-bad-row": "skip" },
 *   lists: {},
 * });
 * ```
 */
export function parseDataArguments(
  args: readonly string[],
  forms: Readonly<Record<string, OptionForm>>,
): DataArguments | "help" {
  const all: Readonly<Record<string, OptionForm>> = { ...forms, help: "flag" };
  const types = Object.entries(all).map(([name, form]) =>
    [name, { type: form === "flag" ? "boolean" : "string" } as const] as const
  );
  // Not strict, as Node's own messages name neither the value found nor the choices.
  const { positionals, tokens } = parseArgs({
    args: args.map((arg) => arg === "-h" ? "--help" : arg),
    options: Object.fromEntries(types),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const options: Record<string, string | true> = {};
  const lists: Record<string, string[]> = {};
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    const { name, rawName, value, inlineValue } = token;
    const form = Object.hasOwn(all, name) ? all[name]! : refuse(
      "an option",
      `one of ${Object.keys(all).map((option) => `--${option}`).join(", ")}`,
      rawName,
    );
    if (form === "flag") {
      if (value !== undefined) refuse(rawName, "written without a value", JSON.stringify(value));
      options[name] = true;
    } else {
      if (value === undefined || (!inlineValue && value.startsWith("-"))) {
        refuse(rawName, "followed by a value", value ?? "nothing");
      }
      if (typeof form !== "string" && !form.includes(value)) {
        refuse(rawName, `one of ${form.join(", ")}`, JSON.stringify(value));
      }
      if (form === "texts") (lists[name] ??= []).push(value);
      else options[name] = value;
    }
  }
  return options.help === true ? "help" : { positionals, options, lists };
}
