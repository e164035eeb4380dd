/**
 * Trying again: what may work another time, after waits that grow.
 *
 * @module
 */

/** A failure that may pass. */
export class PassingError extends Error {
  override name = "PassingError";

  /** @param waitMs What the other side asked to wait; null if it did not say. */
  constructor(message: string, readonly waitMs: number | null) {
    super(message);
  }
}

/** How often and how patiently to try. */
export interface RetryOptions {
  /** Tries in all, at least 1. */
  readonly tries: number;
  /** Wait after the first failure; it doubles with each further one. */
  readonly firstWaitMs: number;
  /** No wait is longer, even if the other side asks for more. */
  readonly longestWaitMs: number;
  /** A number in [0, 1) for the n-th wait, which shortens it by up to a quarter: not all come at once. */
  readonly jitter: (n: number) => number;
  readonly signal: AbortSignal;
}

/**
 * The wait in milliseconds before another try.
 *
 * @example
 * ```ts
 * import { waitBeforeTry } from "./retry.ts";
 * import { assertEquals } from "@std/assert";
 * const options = { firstWaitMs: 500, longestWaitMs: 3000, jitter: () => 0 };
 * assertEquals([0, 1, 2, 3].map((n) => waitBeforeTry(n, null, options)), [500, 1000, 2000, 3000]);
 * assertEquals(waitBeforeTry(0, 1500, options), 1500);
 * assertEquals(waitBeforeTry(0, 3_600_000, options), 3000);
 * ```
 * @param n Failures before the one that is waited after.
 * @param askedMs What the other side asked for; null if nothing.
 */
export function waitBeforeTry(
  n: number,
  askedMs: number | null,
  { firstWaitMs, longestWaitMs, jitter }: Pick<
    RetryOptions,
    "firstWaitMs" | "longestWaitMs" | "jitter"
  >,
): number {
  const waitMs = askedMs ?? firstWaitMs * 2 ** n * (1 - jitter(n) / 4);
  return Math.min(longestWaitMs, waitMs);
}

/** Waits, or rejects as soon as the signal aborts. */
function sleep(waitMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, waitMs);
    signal.addEventListener("abort", stop, { once: true });
  });
}

/**
 * Calls `work` until it succeeds, fails with anything but a {@linkcode PassingError}, or has had its tries.
 *
 * @throws What `work` throws last, and the signal's reason once it aborts.
 */
export async function withRetries<T>(
  work: () => Promise<T>,
  options: RetryOptions,
): Promise<T> {
  for (let failures = 0;; failures++) {
    try {
      return await work();
    } catch (error) {
      options.signal.throwIfAborted();
      if (!(error instanceof PassingError) || failures + 1 >= options.tries) throw error;
      await sleep(waitBeforeTry(failures, error.waitMs, options), options.signal);
    }
  }
}

/**
 * The milliseconds of a Retry-After header (RFC 9110, section 10.2.3: seconds or a date).
 *
 * @example
 * ```ts
 * import { retryAfterMs } from "./retry.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(retryAfterMs("2", 0), 2000);
 * assertEquals(retryAfterMs("Thu, 01 Jan 1970 00:00:05 GMT", 1000), 4000);
 * assertEquals(retryAfterMs("soon", 0), null);
 * ```
 * @param nowMs Milliseconds since 1970.
 * @returns Null if there is no header or it says neither.
 */
export function retryAfterMs(header: string | null, nowMs: number): number | null {
  if (header === null) return null;
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1000;
  const atMs = Date.parse(header);
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - nowMs);
}
