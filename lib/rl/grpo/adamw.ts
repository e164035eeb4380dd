/**
 * AdamW: Adam with weight decay apart from the gradient.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";

/** Moments of the gradients, by parameter name. A type rather than an interface for tf.dispose. */
export type AdamWState = {
  /** Steps taken so far. */
  readonly step: number;
  /** Running mean of the gradients. */
  readonly m: Record<string, tf.Tensor>;
  /** Running mean of their squares. */
  readonly v: Record<string, tf.Tensor>;
};

/** Constants of AdamW. PyTorch's defaults: beta1 0.9, beta2 0.999, epsilon 1e-8, weightDecay 0.01. */
export interface AdamWOptions {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
}

/**
 * The state before the first step: moments of zero.
 *
 * @param weights Parameters by name; the caller keeps them.
 * @returns A state whose tensors the caller owns; `tf.dispose(state)` frees them.
 */
export function createAdamWState(weights: Readonly<Record<string, tf.Tensor>>): AdamWState {
  const zeros = () =>
    Object.fromEntries(Object.entries(weights).map(([name, x]) => [name, tf.zerosLike(x)]));
  return { step: 0, m: zeros(), v: zeros() };
}

/**
 * One step of AdamW (Loshchilov and Hutter, arXiv 1711.05101, algorithm 2) with the arithmetic of
 * torch.optim.AdamW: the decay is multiplied by the learning rate and reaches every parameter,
 * epsilon is added after the bias correction of the second moment.
 *
 * Takes the weights and the state over: each old tensor is disposed once, as soon as its successor
 * exists, so a step needs the memory of one parameter on top, and the number of live tensors
 * stays. The caller keeps the gradients.
 *
 * @param weights Parameters by name; not to be used afterwards.
 * @param gradients A gradient of the same shape for every parameter.
 * @param state Moments for the same names; not to be used afterwards.
 * @param options Constants.
 * @returns New weights and state.
 * @throws {RangeError} A parameter lacks its gradient or moments, or a shape differs; nothing has
 * been disposed.
 */
export function adamwStep(
  weights: Readonly<Record<string, tf.Tensor>>,
  gradients: Readonly<Record<string, tf.Tensor>>,
  state: AdamWState,
  options: AdamWOptions,
): { weights: Record<string, tf.Tensor>; state: AdamWState } {
  checkTensors(weights, { gradient: gradients, "first moment": state.m, "second moment": state.v });
  const { learningRate, beta1, beta2, epsilon, weightDecay } = options;
  const step = state.step + 1;
  const stepSize = learningRate / (1 - beta1 ** step);
  const rootCorrection2 = Math.sqrt(1 - beta2 ** step);
  const next = { weights: {}, m: {}, v: {} } as Record<
    "weights" | "m" | "v",
    Record<string, tf.Tensor>
  >;
  for (const [name, weight] of Object.entries(weights)) {
    const gradient = gradients[name]!;
    const m = state.m[name]!;
    const v = state.v[name]!;
    const updated = tf.tidy(() => {
      const newM = tf.add(tf.mul(m, beta1), tf.mul(gradient, 1 - beta1));
      const newV = tf.add(tf.mul(v, beta2), tf.mul(tf.square(gradient), 1 - beta2));
      const divisor = tf.add(tf.div(tf.sqrt(newV), rootCorrection2), epsilon);
      const decayed = tf.mul(weight, 1 - learningRate * weightDecay);
      return { weight: tf.sub(decayed, tf.mul(stepSize, tf.div(newM, divisor))), m: newM, v: newV };
    });
    tf.dispose([weight, m, v]);
    next.weights[name] = updated.weight;
    next.m[name] = updated.m;
    next.v[name] = updated.v;
  }
  return { weights: next.weights, state: { step, m: next.m, v: next.v } };
}

/** All names and shapes are checked before the first tensor is disposed. */
function checkTensors(
  weights: Readonly<Record<string, tf.Tensor>>,
  others: Readonly<Record<string, Readonly<Record<string, tf.Tensor>>>>,
): void {
  for (const [name, weight] of Object.entries(weights)) {
    for (const [role, tensors] of Object.entries(others)) {
      const shape = tensors[name]?.shape;
      if (shape === undefined || shape.join() !== weight.shape.join()) {
        throw new RangeError(
          `Cannot update ${name}: its ${role} must be a tensor of shape [${weight.shape}]: ` +
            `current value is ${shape === undefined ? "missing" : `[${shape}]`}`,
        );
      }
    }
  }
}
