/**
 * Reading command lines, with refusals that name the option, what it must be and the value found.
 *
 * @module
 */

import { COMPILE_CHOICES, DEFAULT_ENGINE_SETTINGS, type EngineSettings } from "@terse/rl";
import { resolve } from "node:path";
import { parseArgs, type ParseArgsOptionsConfig } from "node:util";

/** Thrown for a command line that cannot be followed. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** Refuses an option's value. */
export function refuse(option: string, must: string, found: string): never {
  throw new UsageError(
    `Cannot start: ${option} must be ${must}: current value is ${found}. See --help`,
  );
}

/** The whole number of an option; null if the option is not given. */
export function wholeNumber(
  option: string,
  value: string | undefined,
  least: number,
): number | null {
  if (value === undefined) return null;
  const number = Number(value);
  if (!/^\d+$/.test(value) || number < least || !Number.isSafeInteger(number)) {
    refuse(option, `a whole number, ${least} or more`, JSON.stringify(value));
  }
  return number;
}

const ENGINES = ["auto", "tensorflow", "webgpu", "wasm"] as const;

/** What `--engine` takes. */
export type EngineArgument = (typeof ENGINES)[number];

/** The value of `--engine`; `auto` if it is not given. */
export function readEngine(value: string | undefined): EngineArgument {
  const engine = (value ?? "auto") as EngineArgument;
  if (!ENGINES.includes(engine)) refuse("--engine", `one of ${ENGINES.join(", ")}`, engine);
  return engine;
}

/** The values of `--compile` and `--tf32`. */
export function readEngineSettings(
  compile: string | undefined,
  tf32: boolean,
): EngineSettings {
  const chosen = (compile ?? DEFAULT_ENGINE_SETTINGS.compile) as EngineSettings["compile"];
  if (!COMPILE_CHOICES.includes(chosen)) {
    refuse("--compile", `one of ${COMPILE_CHOICES.join(", ")}`, chosen);
  }
  return { compile: chosen, tf32 };
}

/** The value of `--model`: a built-in model's name (`tiny` if it is not given) or an absolute path. */
export function readModelName(value: string | undefined, cwd: string): string {
  const model = value ?? "tiny";
  return model === "tiny" || model === "smollm2" ? model : resolve(cwd, model);
}

/** What a command line holds; options that are not given are missing. */
export interface Arguments {
  readonly values: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;
  readonly positionals: readonly string[];
}

/**
 * Reads the arguments that follow a program's name.
 *
 * @throws {UsageError} for an option that is not known, lacks its value, or has one that it must not have.
 */
export function readArguments(
  args: readonly string[],
  options: ParseArgsOptionsConfig,
): Arguments {
  // Not strict, as Node's own messages name neither the value found nor the choices.
  const { values, positionals, tokens } = parseArgs({
    args: [...args],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    if (!Object.hasOwn(options, token.name)) {
      const names = Object.keys(options).map((option) => `--${option}`).join(", ");
      refuse("an option", `one of ${names}`, token.rawName);
    }
    const takesValue = options[token.name]!.type === "string";
    if (
      takesValue &&
      (token.value === undefined || (!token.inlineValue && token.value.startsWith("-")))
    ) {
      refuse(token.rawName, "followed by a value", token.value ?? "nothing");
    }
    if (!takesValue && token.value !== undefined) {
      refuse(token.rawName, "written without a value", JSON.stringify(token.value));
    }
  }
  return { values, positionals };
}

/** One argument as a POSIX shell reads it back. */
function quote(argument: string): string {
  return /^[A-Za-z0-9_\/.,:=@%+-]+$/.test(argument)
    ? argument
    : `'${argument.replaceAll("'", "'\\''")}'`;
}

/**
 * The command that goes on with interrupted work.
 *
 * @example
 * ```ts
 * import { resumeCommand } from "./command_line.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(
 *   resumeCommand("ablate", ["--steps", "60"], "/data/my run"),
 *   "deno task ablate --steps 60 --out '/data/my run' --resume",
 * );
 * ```
 * @param task The command's name.
 * @param args The arguments of the interrupted command.
 * @param out The folder of its work.
 */
export function resumeCommand(task: string, args: readonly string[], out: string): string {
  const kept: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const argument = args[i]!;
    if (argument === "--resume" || argument.startsWith("--out=")) continue;
    if (argument === "--out") i++;
    else kept.push(argument);
  }
  return ["deno", "task", task, ...kept, "--out", out, "--resume"].map(quote).join(" ");
}
