/**
 * Doing tasks on a few threads. Results do not depend on how many there are.
 *
 * @module
 */

import { runTask, type Task, type TaskResults } from "./tasks.ts";

/** What a worker answers. */
type Answer = { readonly result: TaskResults[Task["task"]] } | { readonly error: string };

/** Threads that do tasks. Give them back with `close`. */
export class TaskPool {
  readonly #workers: readonly Worker[];

  /** @param threads At most 1 runs the tasks where they are given. */
  constructor(threads: number) {
    const script = new URL("./task_worker.ts", import.meta.url);
    this.#workers = threads < 2
      ? []
      : Array.from({ length: threads }, () => new Worker(script, { type: "module" }));
  }

  /**
   * Does the tasks, in whatever order, and hands the results on in the order of the tasks.
   *
   * @param onResult Called once for each task.
   * @throws {Error} what a task threw first, or the signal's reason; the pool cannot be used again then.
   */
  async run<Kind extends Task["task"]>(
    tasks: readonly Extract<Task, { task: Kind }>[],
    onResult: (result: TaskResults[Kind], index: number) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const waiting = new Map<number, TaskResults[Kind]>();
    let next = 0, handed = 0;
    const take = (result: TaskResults[Kind], index: number) => {
      waiting.set(index, result);
      for (; waiting.has(handed); handed++) {
        onResult(waiting.get(handed)!, handed);
        waiting.delete(handed);
      }
    };
    const work = async (work: (task: Task) => Promise<TaskResults[Task["task"]]>) => {
      while (next < tasks.length) {
        signal.throwIfAborted();
        const index = next++;
        take(await work(tasks[index]!) as TaskResults[Kind], index);
      }
    };
    if (this.#workers.length === 0) {
      await work(async (task) => {
        // Lets signals in.
        await new Promise((resolve) => setTimeout(resolve, 0));
        return runTask(task);
      });
    } else {
      await Promise.all(this.#workers.map((worker) => work((task) => ask(worker, task, signal))));
    }
    signal.throwIfAborted();
  }

  /** Does one task on every thread. */
  async everywhere(task: Task, signal: AbortSignal): Promise<void> {
    if (this.#workers.length === 0) runTask(task);
    await Promise.all(this.#workers.map((worker) => ask(worker, task, signal)));
  }

  /** Ends the threads, at work or not. */
  close(): void {
    for (const worker of this.#workers) worker.terminate();
  }
}

function ask(worker: Worker, task: Task, signal: AbortSignal): Promise<TaskResults[Task["task"]]> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    const settle = () => signal.removeEventListener("abort", stop);
    worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      settle();
      if ("error" in data) reject(new Error(data.error));
      else resolve(data.result);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      settle();
      reject(new Error(event.message));
    };
    worker.postMessage(task);
  });
}
