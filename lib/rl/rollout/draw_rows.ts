/**
 * Drawing the next token of every row of a batch, where its engine does it best.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { runCompiled } from "../graph/compile.ts";
import { candidateCount, drawTokens } from "./device_sampling.ts";
import { belowOne, type DrawnToken, drawToken, type TokenSampling } from "./sampling.ts";

/**
 * Draws a token for every row that has a number. The wasm engine's tensors lie in this process, so
 * {@link drawToken} reads them as they are; elsewhere the engine draws, and three numbers a row come back.
 *
 * @param logits_B_V not freed.
 * @param uniforms_B in [0, 1); null for a row that needs no token.
 * @throws {RangeError} if a logit of a row with a number is NaN.
 */
export async function drawRows(
  logits_B_V: tf.Tensor2D,
  uniforms_B: readonly (number | null)[],
  sampling: TokenSampling,
): Promise<(DrawnToken | null)[]> {
  const [B, V] = logits_B_V.shape;
  if (tf.getBackend() === "wasm") {
    const logits = await logits_B_V.data() as Float32Array;
    return uniforms_B.map((u, b) =>
      u === null ? null : drawToken(logits.subarray(b * V, (b + 1) * V), sampling, u)
    );
  }
  const { temperature, topK, topP, minP } = sampling;
  const uniforms = tf.tensor1d(uniforms_B.map((u) => belowOne(u ?? 0)));
  const draw = async (isRepeated: boolean) => {
    const candidates = candidateCount(sampling, V, isRepeated);
    const name = `draw ${[temperature, topK, topP, minP, candidates].join("/")}`;
    const { drawn } = runCompiled(name, { logits: logits_B_V, uniforms }, (inputs) => ({
      drawn: drawTokens(inputs.logits, inputs.uniforms, sampling, candidates),
    }));
    const values = await drawn.data();
    drawn.dispose();
    return values;
  };
  const isMissing = (values: ArrayLike<number>) =>
    uniforms_B.some((u, b) => u !== null && values[2 * B + b] === 0);
  let values = await draw(false);
  if (isMissing(values)) values = await draw(true);
  uniforms.dispose();
  return uniforms_B.map((u, b) => {
    if (u === null) return null;
    const logprob = values[B + b]!;
    if (Number.isNaN(logprob)) {
      throw new RangeError("Cannot draw a token: logits must be numbers: at least one is NaN");
    }
    return { id: values[b]!, logprob };
  });
}
