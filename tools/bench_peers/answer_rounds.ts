/**
 * The worker's side of the line protocol of worker.ts.
 *
 * @module
 */
import { peakMemoryBytes } from "@terse/rl";
import { createInterface } from "node:readline";
import process from "node:process";
import type { RoundAnswer } from "./work.ts";

/** One round: what it says besides time and memory. */
export type Round = () => Promise<Omit<RoundAnswer, "seconds" | "peakBytes">>;

function answer(values: unknown): void {
  Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(values) + "\n"));
}

/** Says that the worker is ready, then does one round for every line of standard input. */
export async function answerRounds(round: Round): Promise<void> {
  // What libraries print must not mix with the answers.
  console.log = console.info = console.error;
  answer({ ready: true });
  for await (const _ of createInterface({ input: process.stdin })) {
    const startMs = performance.now();
    const values = await round();
    const seconds = (performance.now() - startMs) / 1000;
    answer({ seconds, peakBytes: peakMemoryBytes(), ...values });
  }
}
