/**
 * AdamW: Adam with weight decay apart from the gradient.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { type AdamTensors, nativeAdam } from "../engine/native_adam.ts";
import { nativeBackend } from "../engine/native_backend.ts";

/** Moments of the gradients, by parameter name. A type rather than an interface for tf.dispose. */
export type AdamWState = {
  /** Steps taken so far. */
  readonly step: number;
  /** Running mean of the gradients. */
  readonly m: Record<string, tf.Tensor>;
  /** Running mean of their squares. */
  readonly v: Record<string, tf.Tensor>;
};

/** Constants of a step of AdamW. PyTorch's defaults: beta1 0.9, beta2 0.999, epsilon 1e-8, weightDecay 0.01. */
export interface AdamWOptions {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  /** What every gradient is multiplied by first: see clipGradNorm. */
  readonly gradientFactor: number;
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
 * exists, so a step needs the memory of one parameter on top (none on the tensorflow engine, whose own kernel
 * updates in place), and the number of live tensors stays. The caller keeps the gradients.
 *
 * Deviation on the tensorflow engine: its kernel takes 1 - beta2 in float32, which moves an update by up to a
 * hundred-thousandth of itself.
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
  const step = state.step + 1;
  const next = { weights: {}, m: {}, v: {} } as Record<
    "weights" | "m" | "v",
    Record<string, tf.Tensor>
  >;
  for (const [name, weight] of Object.entries(weights)) {
    const tensors = { weight, m: state.m[name]!, v: state.v[name]! };
    const updated = updateParameter(tensors, gradients[name]!, step, options);
    next.weights[name] = updated.weight;
    next.m[name] = updated.m;
    next.v[name] = updated.v;
  }
  return { weights: next.weights, state: { step, m: next.m, v: next.v } };
}

/** Step `step` of one parameter; consumes its tensors. */
function updateParameter(
  { weight, m, v }: AdamTensors,
  unscaled: tf.Tensor,
  step: number,
  { learningRate, beta1, beta2, epsilon, weightDecay, gradientFactor }: AdamWOptions,
): AdamTensors {
  const gradient = gradientFactor === 1 ? tf.clone(unscaled) : tf.mul(unscaled, gradientFactor);
  const stepSize = learningRate / (1 - beta1 ** step);
  const rootCorrection2 = Math.sqrt(1 - beta2 ** step);
  const decay = Math.fround(1 - learningRate * weightDecay);
  const native = nativeBackend();
  if (native !== null) {
    const decayed = decay === 1 ? tf.clone(weight) : tf.mul(weight, decay);
    weight.dispose();
    // With the correction taken out of the root, epsilon and the step size are scaled by it.
    const updated = nativeAdam(native, { weight: decayed, m, v }, gradient, {
      stepSize: stepSize * rootCorrection2,
      beta1,
      beta2,
      epsilon: epsilon * rootCorrection2,
    });
    gradient.dispose();
    return updated;
  }
  const updated = tf.tidy(() => {
    const newM = tf.add(tf.mul(m, beta1), tf.mul(gradient, 1 - beta1));
    const newV = tf.add(tf.mul(v, beta2), tf.mul(tf.square(gradient), 1 - beta2));
    const divisor = tf.add(tf.div(tf.sqrt(newV), rootCorrection2), epsilon);
    const moved = tf.sub(tf.mul(weight, decay), tf.mul(stepSize, tf.div(newM, divisor)));
    return { weight: moved, m: newM, v: newV };
  });
  tf.dispose([weight, m, v, gradient]);
  return updated;
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
