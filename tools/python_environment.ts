/**
 * Virtual environments of Python for what the project is compared with, all below `.peers/`.
 *
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const PEERS = fileURLToPath(new URL("../.peers", import.meta.url));

/** A virtual environment: the name of its folder below `.peers/`, and what is installed from PyPI. */
export interface PythonEnvironment {
  readonly name: string;
  /** Requirements with exact versions. */
  readonly packages: readonly string[];
}

/** Path of a program of an environment, e.g. `python`. */
export function environmentProgram({ name }: PythonEnvironment, program: string): string {
  return Deno.build.os === "windows"
    ? join(PEERS, name, "Scripts", `${program}.exe`)
    : join(PEERS, name, "bin", program);
}

/** Written last, so that an environment whose installation was interrupted is made anew. */
function markerPath({ name }: PythonEnvironment): string {
  return join(PEERS, name, "installed.txt");
}

/** Whether the environment holds exactly its packages in the right versions. */
export async function hasEnvironment(environment: PythonEnvironment): Promise<boolean> {
  const found = await Deno.readTextFile(markerPath(environment)).catch(() => "");
  return found === environment.packages.join("\n");
}

async function run(program: string, args: readonly string[], advice: string): Promise<void> {
  let output: Deno.CommandOutput;
  try {
    output = await new Deno.Command(program, { args: [...args], stdin: "null" }).output();
  } catch (cause) {
    throw new Error(`Cannot install from PyPI: ${advice}: ${(cause as Error).message}`, { cause });
  }
  if (output.success) return;
  const lines = new TextDecoder().decode(output.stderr).trim().split("\n");
  throw new Error(
    `Cannot install from PyPI: ${advice}. ${program} ended with\n${lines.slice(-8).join("\n")}`,
  );
}

/**
 * Makes an environment unless it is there with the right packages.
 *
 * @throws {Error} if python3 or the registry is missing, with the installer's last lines.
 */
export async function ensureEnvironment(environment: PythonEnvironment): Promise<void> {
  if (await hasEnvironment(environment)) return;
  const folder = join(PEERS, environment.name);
  console.error(`installing ${environment.packages.join(", ")} into ${folder}`);
  await run(
    Deno.build.os === "windows" ? "python" : "python3",
    ["-m", "venv", "--clear", folder],
    "python3 with its venv module must be on PATH (Debian: apt-get install python3-venv)",
  );
  await run(
    environmentProgram(environment, "python"),
    ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...environment.packages],
    "PyPI must be reachable",
  );
  await Deno.writeTextFile(markerPath(environment), environment.packages.join("\n"));
}
