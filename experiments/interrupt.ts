/**
 * Ctrl-C: once to stop in an orderly way, twice to leave.
 *
 * @module
 */

/** Exit status of interrupted work. */
export const INTERRUPTED = 130;

/** `deno task` hands a signal on that the process has had already: one Ctrl-C arrives twice. */
const SAME_SIGNAL_MS = 1000;

/**
 * A signal that aborts at the first SIGINT or SIGTERM; the second ends the process.
 *
 * @param onFirst Told of the first, to say what happens now.
 */
export function abortOnSignal(onFirst: () => void): AbortSignal {
  const controller = new AbortController();
  let firstMs = 0;
  const stop = () => {
    if (controller.signal.aborted) {
      if (performance.now() - firstMs < SAME_SIGNAL_MS) return;
      Deno.exit(INTERRUPTED);
    }
    firstMs = performance.now();
    onFirst();
    controller.abort();
  };
  Deno.addSignalListener("SIGINT", stop);
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", stop);
  return controller.signal;
}
