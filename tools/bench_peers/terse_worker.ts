/**
 * This project's side of `deno task bench:peers`: one piece of work, done once for every line of standard
 * input; the counterpart of tools/peers/torch_worker.py.
 *
 * deno run -A tools/bench_peers/terse_worker.ts WORK.json
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import {
  layOutGroups,
  loadEngine,
  loadPolicy,
  type Policy,
  sampleRollouts,
  weightGradients,
} from "@terse/rl";
import { answerRounds, type Round } from "./answer_rounds.ts";
import { grpoRounds } from "./grpo_rounds.ts";
import type { Work } from "./work.ts";

const SEED = 1;

/** No completion ends before its last token. */
async function loadEndlessPolicy(model: string): Promise<Policy> {
  const policy = await loadPolicy(model);
  return { ...policy, tokenizer: { ...policy.tokenizer, endTokenIds: [] } };
}

async function decodeRounds(work: Work): Promise<Round> {
  const policy = await loadEndlessPolicy(work.model);
  const prompts = work.prompts.map((prompt, i) => ({ ...prompt, key: String(i) }));
  let step = 0;
  return async () => {
    const rollouts = await sampleRollouts(policy, prompts, {
      groupSize: work.groupSize,
      maxCompletionLength: work.newTokens,
      temperature: work.temperature,
      topK: 0,
      topP: 1,
      minP: 0,
      rowsAtOnce: work.groupSize * work.prompts.length,
      seed: SEED,
      step: step++,
      purpose: "rollout",
    });
    const lengths = rollouts.flatMap(({ completions }) =>
      completions.map(({ tokenIds }) => tokenIds.length)
    );
    return { tokens: lengths.reduce((a, b) => a + b, 0) };
  };
}

/** Two tokens of a sequence make the prompt, so that all but the first are predicted from 192 rows. */
async function passesRounds(work: Work): Promise<Round> {
  const { weights, config } = await loadPolicy(work.model);
  const batch = layOutGroups(work.prompts.map(({ tokenIds }) => ({
    promptIds: tokenIds.slice(0, 2),
    completions: [tokenIds.slice(2)],
  })));
  const tokenCount = batch.labelIds_C.length;
  return async () => {
    const { gradients, extra } = weightGradients(weights, config, batch, 1, false, (tokens) => ({
      dLogprobs_B_T: tf.fill(tokens.logprobs_B_T.shape, -1 / tokenCount) as tf.Tensor2D,
      dEntropies_B_T: tf.zerosLike(tokens.entropies_B_T),
      extra: { loss: tf.neg(tf.div(tf.sum(tokens.logprobs_B_T), tokenCount)) },
    }));
    const [loss] = await extra.loss.data();
    tf.dispose([gradients, extra]);
    return { tokens: batch.inputIds_M.length, loss: loss! };
  };
}

async function stepRounds(work: Work): Promise<Round> {
  return grpoRounds(await loadEndlessPolicy(work.model), work);
}

const KINDS = { step: stepRounds, decode: decodeRounds, passes: passesRounds };

if (import.meta.main) {
  const work: Work = JSON.parse(await Deno.readTextFile(Deno.args[0]!));
  await loadEngine("tensorflow");
  await answerRounds(await KINDS[work.kind](work));
}
