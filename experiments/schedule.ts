/**
 * Runs jobs a few at a time. A job that fails does not touch the others; a stop lets running jobs end
 * on their own terms and starts no more.
 *
 * @module
 */

/** How a job ended. `stopped` = it was asked to stop, or never started because of that. */
export type JobOutcome =
  | { readonly state: "done" }
  | { readonly state: "stopped" }
  | { readonly state: "failed"; readonly cause: string };

/** A job under way. */
export interface RunningJob {
  /** Settles when the job has ended; a rejection counts as a failure. */
  readonly finished: Promise<JobOutcome>;
  /** Asks the job to end soon; called once at most. */
  stop(): void;
}

/** What {@linkcode runJobs} needs besides the jobs. */
export interface ScheduleOptions<Job> {
  /** Jobs at a time, at least 1. */
  readonly limit: number;
  readonly launch: (job: Job) => RunningJob;
  /** Told of each job's end, in the order in which they end. */
  readonly onEnd: (job: Job, outcome: JobOutcome) => void;
  /** When it aborts, running jobs are asked to stop. */
  readonly signal: AbortSignal;
}

/**
 * Runs the jobs in their order, `limit` at a time.
 *
 * @returns One outcome for each job, in the order of the jobs. It never rejects because of a job.
 */
export async function runJobs<Job>(
  jobs: readonly Job[],
  { limit, launch, onEnd, signal }: ScheduleOptions<Job>,
): Promise<JobOutcome[]> {
  const outcomes: JobOutcome[] = jobs.map(() => ({ state: "stopped" }));
  let next = 0;
  const work = async () => {
    while (next < jobs.length && !signal.aborted) {
      const index = next++;
      const job = jobs[index]!;
      const outcome = await runOne(() => launch(job), signal);
      outcomes[index] = outcome;
      onEnd(job, outcome);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, jobs.length) }, work));
  return outcomes;
}

async function runOne(launch: () => RunningJob, signal: AbortSignal): Promise<JobOutcome> {
  try {
    const running = launch();
    const stop = () => running.stop();
    signal.addEventListener("abort", stop, { once: true });
    try {
      return await running.finished;
    } finally {
      signal.removeEventListener("abort", stop);
    }
  } catch (error) {
    return { state: "failed", cause: error instanceof Error ? error.message : String(error) };
  }
}
