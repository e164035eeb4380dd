/**
 * Time and memory of a process with all that it starts.
 *
 * @module
 */

/** What a process took. */
export interface Measured {
  readonly seconds: number;
  /** Processor time of the process and those it waited for. */
  readonly cpuSeconds: number;
  /** Largest sum of the resident sets of the process and its descendants, looked at ten times a second. */
  readonly peakBytes: number;
}

const POLL_MS = 100;
const PAGE_BYTES = 4096;
const TICKS_PER_SECOND = 100;

/** The fields of /proc/PID/stat after the name, which may hold spaces; null if the process is gone. */
function statFields(pid: number | string): string[] | null {
  try {
    const text = Deno.readTextFileSync(`/proc/${pid}/stat`);
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return null;
  }
}

/** Resident bytes of a process and its descendants. Fields: 1 the parent's id, 21 resident pages. */
function residentBytes(root: number): number {
  const parents = new Map<number, number>(), pages = new Map<number, number>();
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const fields = statFields(name);
    if (fields === null) continue;
    parents.set(Number(name), Number(fields[1]));
    pages.set(Number(name), Number(fields[21]));
  }
  let total = 0;
  for (const pid of pages.keys()) {
    let at: number | undefined = pid;
    while (at !== undefined && at !== root) at = parents.get(at);
    if (at === root) total += pages.get(pid)!;
  }
  return total * PAGE_BYTES;
}

/**
 * Runs a program to its end (Linux).
 *
 * @throws {Error} if it fails, with the last lines of what it said.
 */
export async function measureProcess(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Measured> {
  const startMs = performance.now();
  const child = new Deno.Command(program, {
    args: [...args],
    env: { ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let peakBytes = 0, ticks = 0;
  const look = () => {
    peakBytes = Math.max(peakBytes, residentBytes(child.pid));
    const fields = statFields(child.pid);
    // 11 to 14: user and system time, the process's own and of children that it waited for.
    if (fields !== null) ticks = fields.slice(11, 15).reduce((sum, text) => sum + Number(text), 0);
  };
  const timer = setInterval(look, POLL_MS);
  try {
    const { success, code, stderr } = await child.output();
    if (!success) {
      const lines = new TextDecoder().decode(stderr).trim().split("\n").slice(-8);
      throw new Error(`Cannot measure: ${program} ended with status ${code}\n${lines.join("\n")}`);
    }
  } finally {
    clearInterval(timer);
  }
  const seconds = (performance.now() - startMs) / 1000;
  return { seconds, cpuSeconds: ticks / TICKS_PER_SECOND, peakBytes };
}
