/**
 * A log that keeps its newest lines and never grows beyond its bound.
 *
 * @module
 */

/** Half of what is kept; the older half lies beside the log under {@linkcode olderPath}. */
const HALF_BYTES = 512 * 1024;

/** Longest line kept, in characters. */
const LINE_CHARACTERS = 8 * 1024;

/** A log file that lines are added to. */
export interface BoundedLog {
  write(line: string): void;
  /** The latest line that is not blank; empty if there is none. */
  lastLine(): string;
  close(): void;
}

/** Where the lines before those in the log are kept. */
function olderPath(path: string): string {
  return `${path}.1`;
}

/**
 * Opens a log and goes on at its end. When a half is full it becomes the older half.
 *
 * @param path The log's file; its folder must exist.
 * @param halfBytes Size at which a half is full.
 */
export function openLog(path: string, halfBytes: number = HALF_BYTES): BoundedLog {
  const open = () => Deno.openSync(path, { append: true, create: true });
  let file = open();
  let size = file.statSync().size;
  let last = "";
  return {
    write(line) {
      const kept = line.length > LINE_CHARACTERS ? `${line.slice(0, LINE_CHARACTERS)}...` : line;
      if (kept.trim() !== "") last = kept.trim();
      const bytes = new TextEncoder().encode(kept + "\n");
      if (size > 0 && size + bytes.length > halfBytes) {
        file.close();
        Deno.renameSync(path, olderPath(path));
        file = open();
        size = 0;
      }
      for (let sent = 0; sent < bytes.length;) sent += file.writeSync(bytes.subarray(sent));
      size += bytes.length;
    },
    lastLine: () => last,
    close: () => file.close(),
  };
}
