/**
 * A thread that does the tasks it is sent.
 *
 * @module
 */

/// <reference lib="deno.worker" />
import { runTask, type Task } from "./tasks.ts";

self.onmessage = ({ data }: MessageEvent<Task>) => {
  try {
    self.postMessage({ result: runTask(data) });
  } catch (error) {
    self.postMessage({ error: error instanceof Error ? error.message : String(error) });
  }
};
