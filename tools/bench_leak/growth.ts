/**
 * Telling a leak from a process that has merely found its size.
 *
 * @module
 */

/** What is alive at the end of a minute. */
export interface LeakSample {
  readonly minute: number;
  /** Training steps so far. */
  readonly steps: number;
  readonly numTensors: number;
  readonly numBytes: number;
  /** Largest resident memory after a step of the minute. */
  readonly rssBytes: number;
}

/**
 * Growth of memory from the second quarter to the last one that counts as a leak. Heaps find their size
 * with the longest completions, which come late; what leaks at every step grows beyond it.
 */
const RSS_SHARE = 0.1;

/** Fewer samples say nothing of memory: a heap is still finding its size. */
const LEAST_SAMPLES = 16;

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Mean memory of the second quarter of the samples and of the last. */
function quarters(samples: readonly LeakSample[]): [early: number, late: number] {
  const size = Math.max(1, Math.floor(samples.length / 4));
  const rss = samples.map(({ rssBytes }) => rssBytes);
  const early = rss.slice(size, 2 * size);
  return [mean(early.length === 0 ? rss.slice(0, 1) : early), mean(rss.slice(-size))];
}

/**
 * What grows.
 *
 * @param samples At least one, the first after the second step.
 * @returns `tensors`, `memory`, or null if nothing does.
 */
export function growsBy(samples: readonly LeakSample[]): "tensors" | "memory" | null {
  const first = samples[0]!;
  const isFlat = samples.every(({ numTensors, numBytes }) =>
    numTensors === first.numTensors && numBytes === first.numBytes
  );
  if (!isFlat) return "tensors";
  if (samples.length < LEAST_SAMPLES) return null;
  const [early, late] = quarters(samples);
  return late > (1 + RSS_SHARE) * early ? "memory" : null;
}

/** The result in a sentence. */
export function describeGrowth(samples: readonly LeakSample[]): string {
  const [first, last] = [samples[0]!, samples.at(-1)!];
  const [early, late] = quarters(samples).map((bytes) => (bytes / 2 ** 20).toFixed(0));
  const grows = growsBy(samples);
  return `${
    grows === null ? "Nothing leaks" : `LEAK of ${grows}`
  }: from step ${first.steps} to step ` +
    `${last.steps} tensors went from ${first.numTensors} to ${last.numTensors}, their bytes from ` +
    `${first.numBytes} to ${last.numBytes}, and memory from ${early} MiB in the second quarter to ` +
    `${late} MiB in the last.` +
    `${samples.length < LEAST_SAMPLES ? " Too short to judge memory by." : ""}`;
}
