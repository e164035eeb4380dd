/**
 * One measurement at a time on a machine.
 *
 * @module
 */
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The file whose lock a measurement holds; `flock` of the command line honours it, too. */
const LOCK_PATH = join(tmpdir(), "terse-bench.lock");

/** Waits until no other measurement runs, measures, and lets the next one in. */
export async function measureAlone<T>(measure: () => Promise<T>): Promise<T> {
  const file = await Deno.open(LOCK_PATH, { create: true, write: true });
  try {
    if (!await file.tryLock(true)) {
      console.error(`waiting for another measurement to leave ${LOCK_PATH}`);
      await file.lock(true);
    }
    return await measure();
  } finally {
    // Closing the file lets the lock go.
    file.close();
  }
}
