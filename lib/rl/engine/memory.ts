/**
 * The most memory that the process has held at once, in bytes, native libraries included.
 *
 * On Linux this is the kernel's own high-water mark of the resident set (`VmHWM`). Elsewhere no
 * such mark is at hand and the present resident set stands in, so there the peak is the largest
 * value seen by calling this often.
 */
export function peakMemoryBytes(): number {
  if (Deno.build.os !== "linux") return Deno.memoryUsage().rss;
  return peakBytesFromStatus(Deno.readTextFileSync("/proc/self/status"));
}

/**
 * Reads the high-water mark out of the text of a Linux `/proc/<pid>/status` file.
 *
 * @returns bytes (the file counts in kibibytes)
 * @throws {Error} when the text holds no such line
 */
export function peakBytesFromStatus(status: string): number {
  const kibibytes = /^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1];
  if (kibibytes === undefined) {
    throw new Error(
      `Cannot read the peak memory: /proc/self/status must have a line "VmHWM: <number> kB": ` +
        `current value is ${JSON.stringify(status.slice(0, 80))}...`,
    );
  }
  return Number(kibibytes) * 1024;
}

/**
 * Memory that new processes can have without taking it from others, in bytes: as the kernel estimates it,
 * and at most what the control group of a container allows.
 */
export function availableMemoryBytes(): number {
  const { available, free } = Deno.systemMemoryInfo();
  // Systems other than Linux may not tell what is available.
  const machine = available > 0 ? available : free;
  return Math.min(machine, readNumber("/sys/fs/cgroup/memory.max") ?? machine);
}

/** The number in a file; null if there is no such file or it holds none, e.g. `max`. */
function readNumber(path: string): number | null {
  try {
    const value = Number(Deno.readTextFileSync(path));
    return Number.isFinite(value) ? value : null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
