/**
 * Running a part of a check as a process of its own.
 *
 * @module
 */

/** What a command came to. */
export interface CommandResult {
  readonly success: boolean;
  /** Both streams, in the order in which they came. */
  readonly output: string;
}

/**
 * Runs `deno` with arguments in the repository's root; output is shown as it comes and kept.
 *
 * @param options `quiet`: show the output only if the command fails; `captured`: never show it.
 */
export async function runDeno(
  args: readonly string[],
  options: {
    readonly quiet?: boolean;
    readonly captured?: boolean;
    readonly env?: Readonly<Record<string, string>>;
  },
): Promise<CommandResult> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: new URL("..", import.meta.url).pathname,
    env: { NO_COLOR: "1", ...options.env },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let output = "";
  const follow = async (stream: ReadableStream<Uint8Array>) => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      output += text;
      if (!options.quiet && !options.captured) {
        await Deno.stdout.write(new TextEncoder().encode(text));
      }
    }
  };
  await Promise.all([
    follow(child.stdout as ReadableStream<Uint8Array<ArrayBuffer>>),
    follow(child.stderr as ReadableStream<Uint8Array<ArrayBuffer>>),
  ]);
  const { success } = await child.status;
  if (!success && options.quiet) console.error(output);
  return { success, output };
}
