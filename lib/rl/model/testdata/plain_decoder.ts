/**
 * A decoder of the Llama and Qwen2 families written down as papers do: one sequence, one head after the other,
 * elementary operations that tfjs differentiates itself. Slow; what the passes are tested against.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { ModelConfig } from "../config.ts";
import type { Weights } from "../weights.ts";

/** Logits of every token of a sequence, `[L, V]`. */
export function plainLogits(
  weights: Weights,
  config: ModelConfig,
  ids: readonly number[],
): tf.Tensor2D {
  const { numLayers, numHeads, numKvHeads, headDim, vocabSize, rmsNormEps } = config;
  const L = ids.length, half = headDim / 2;
  const weight = (name: string) => weights[name]!;
  const norm = (x: tf.Tensor, name: string) =>
    tf.mul(
      tf.div(x, tf.sqrt(tf.add(tf.mean(tf.mul(x, x), -1, true), rmsNormEps))),
      weight(name),
    );
  const angles = tf.tensor2d(
    ids.map((_, t) => Array.from({ length: half }, (_, i) => t / config.ropeTheta ** (i / half))),
  );
  const rotate = (x: tf.Tensor) => {
    const [a, b] = [tf.slice(x, [0, 0], [L, half]), tf.slice(x, [0, half], [L, half])];
    const [cos, sin] = [tf.cos(angles), tf.sin(angles)];
    return tf.concat([
      tf.sub(tf.mul(a, cos), tf.mul(b, sin)),
      tf.add(tf.mul(b, cos), tf.mul(a, sin)),
    ], 1);
  };
  const hidden = tf.tensor2d(ids.map((_, t) => ids.map((_, s) => s > t ? -1e9 : 0)));
  const embedding = weight("model.embed_tokens.weight");
  const oneHot = tf.cast(tf.oneHot(tf.tensor1d([...ids], "int32"), vocabSize), "float32");
  let x: tf.Tensor = tf.matMul(oneHot, embedding);
  for (let layer = 0; layer < numLayers; layer++) {
    const at = `model.layers.${layer}`;
    const normed = norm(x, `${at}.input_layernorm.weight`);
    const projected = (name: string, head: number) => {
      const all = tf.matMul(normed, weight(`${at}.self_attn.${name}.weight`));
      const bias = weights[`${at}.self_attn.${name}.bias`];
      const y = bias === undefined ? all : tf.add(all, bias);
      return tf.slice(y, [0, head * headDim], [L, headDim]);
    };
    const heads = Array.from({ length: numHeads }, (_, head) => {
      const shared = Math.floor(head / (numHeads / numKvHeads));
      const q = rotate(projected("q_proj", head)), k = rotate(projected("k_proj", shared));
      const scores = tf.div(tf.matMul(q, k, false, true), Math.sqrt(headDim));
      return tf.matMul(tf.softmax(tf.add(scores, hidden)), projected("v_proj", shared));
    });
    const attended = tf.matMul(tf.concat(heads, 1), weight(`${at}.self_attn.o_proj.weight`));
    x = tf.add(x, attended);
    const inner = norm(x, `${at}.post_attention_layernorm.weight`);
    const gate = tf.matMul(inner, weight(`${at}.mlp.gate_proj.weight`));
    const up = tf.matMul(inner, weight(`${at}.mlp.up_proj.weight`));
    const gated = tf.mul(tf.mul(gate, tf.sigmoid(gate)), up);
    x = tf.add(x, tf.matMul(gated, weight(`${at}.mlp.down_proj.weight`)));
  }
  const head = config.tieWordEmbeddings ? embedding : weight("lm_head.weight");
  return tf.matMul(norm(x, "model.norm.weight"), head, false, true) as tf.Tensor2D;
}
