/**
 * Runs a user's reward in a thread of its own, so that it can be ended whatever it does.
 *
 * @module
 */
import { parentPort } from "node:worker_threads";
import { describeCause } from "../reward.ts";
import type { ModuleReply, ModuleRequest } from "./module_reward.ts";
import type { UserReward } from "./user_reward.ts";

/** Exports that a message names. */
const SHOWN_EXPORTS = 5;

/** The one function that a file exports. */
async function findReward(url: string): Promise<UserReward> {
  const module = await import(url) as Record<string, unknown>;
  const functions = Object.values(module).filter((value) => typeof value === "function");
  // A function exported by its name and as the default is one function.
  const [reward, ...others] = new Set(functions);
  if (reward === undefined || others.length > 0) {
    const names = Object.keys(module).slice(0, SHOWN_EXPORTS).join(", ");
    throw new TypeError(
      `Cannot use the reward ${url}: the file must export one function: current exports are ` +
        (names === "" ? "none" : names),
    );
  }
  return reward as UserReward;
}

parentPort!.on("message", async ({ call, url, input }: ModuleRequest) => {
  const reply = (answer: ModuleReply) => parentPort!.postMessage(answer);
  try {
    const reward = await findReward(url);
    reply({ call, scores: await reward(input) as unknown });
  } catch (error) {
    reply({ call, cause: describeCause(error) });
  }
});
