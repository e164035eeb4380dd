/** How the commands of one installation are run. */
export interface CommandOptions {
  /** Ends the running command and refuses later ones. */
  readonly signal: AbortSignal;
  /** Where commands put their temporary files. */
  readonly temporaryFolder: string;
  /** Lets a command's progress through to the terminal. */
  readonly showProgress: boolean;
}

/** A command that ran and failed. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  /** The last lines that the command wrote to standard error. */
  readonly lastLines: string;

  constructor(command: string, lastLines: string) {
    super(`${command} failed: ${lastLines}`);
    this.lastLines = lastLines;
  }
}

/**
 * Runs a command to its end.
 *
 * @throws {CommandError} when it fails
 * @throws {Deno.errors.NotFound} when there is no such command
 * @throws the signal's reason when it was aborted
 */
export async function runCommand(
  command: string,
  args: readonly string[],
  { signal, temporaryFolder, showProgress }: CommandOptions,
): Promise<void> {
  signal.throwIfAborted();
  const { success, stderr } = await new Deno.Command(command, {
    args: [...args],
    // pip and g++ would leave their own half-finished files elsewhere when they are ended.
    env: { TMPDIR: temporaryFolder },
    stdin: "null",
    stdout: showProgress ? "inherit" : "null",
    stderr: "piped",
    signal,
  }).output();
  signal.throwIfAborted();
  if (!success) throw new CommandError(command, lastLines(new TextDecoder().decode(stderr)));
}

/** Whether a command is on PATH and succeeds. */
export async function commandWorks(command: string, args: readonly string[]): Promise<boolean> {
  try {
    const { success } = await new Deno.Command(command, {
      args: [...args],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).output();
    return success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function lastLines(text: string): string {
  const lines = text.trim().split("\n").filter((line) => !line.startsWith("WARNING: Location"));
  return lines.slice(-6).join("\n").trim();
}
