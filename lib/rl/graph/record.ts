/**
 * Recording what tfjs code does on the tensorflow engine: every operation and every constant, with what
 * flows from one to the other.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import {
  type NativeAttribute,
  type NativeBackend,
  type NativeBinding,
  nativeOp,
} from "../engine/native_backend.ts";

/** A value within a recording: the output of a node. */
export interface Edge {
  readonly node: number;
  readonly output: number;
}

/** One operation, constant or input, in order of execution. */
export type RecordedNode =
  | { readonly kind: "input"; readonly dtype: number; readonly shape: readonly number[] }
  | {
    readonly kind: "constant";
    readonly dtype: number;
    readonly shape: readonly number[];
    readonly values: ArrayLike<number>;
  }
  | {
    readonly kind: "operation";
    readonly op: string;
    readonly attributes: readonly NativeAttribute[];
    readonly inputs: readonly Edge[];
    /** Types of the inputs, which some attributes repeat. */
    readonly inputDtypes: readonly number[];
  };

/** What a function did. */
export interface Recording {
  /** Inputs first, in the order of the arguments. */
  readonly nodes: readonly RecordedNode[];
  readonly outputs: readonly Edge[];
}

/** Largest constant that a recording may hold, in numbers; larger ones would be copied into every graph. */
const LARGEST_CONSTANT = 65_536;

/**
 * Runs a function and records it. What the function computes is computed for real and returned.
 *
 * @param inputs All tensors that the function uses from outside.
 * @param f Makes no use of tensors' values in JavaScript.
 * @throws {Error} if it uses another tensor or makes a large constant.
 */
export function record<O extends Readonly<Record<string, tf.Tensor>>>(
  backend: NativeBackend,
  inputs: readonly tf.Tensor[],
  f: (inputs: readonly tf.Tensor[]) => O,
): { outputs: O; recording: Recording } {
  const nodes: RecordedNode[] = [];
  const edges = new Map<number, Edge & { readonly dtype: number }>();
  const { binding } = backend;
  const dtypes: Record<string, number> = {
    float32: binding.TF_FLOAT,
    int32: binding.TF_INT32,
    bool: binding.TF_BOOL,
  };
  const { distinct, copies } = distinctInputs(backend, inputs);
  const inputIds = backend.getInputTensorIds(distinct);
  inputs.forEach(({ dtype: name, shape }, i) => {
    const dtype = dtypes[name]!;
    edges.set(inputIds[i]!, { node: nodes.length, output: 0, dtype });
    nodes.push({ kind: "input", dtype, shape });
  });
  const edgeOf = (id: number, op: string) => edges.get(id) ?? refuseOutsider(op);
  // Data reaches TensorFlow at its first use; that of a tensor from outside must not pass for a constant.
  const { write } = backend;
  const made = new WeakSet<object>();
  const recorder: NativeBinding = Object.create(binding, {
    createTensor: {
      value: (shape: number[], dtype: number, values: ArrayLike<number>) => {
        if (!made.has(values)) refuseOutsider("an operation");
        if (values.length > LARGEST_CONSTANT && !isUniform(values)) {
          throw new Error(
            `Cannot record a graph: a constant must have at most ${LARGEST_CONSTANT} numbers: one has ` +
              `${values.length}. Hand it in as an input`,
          );
        }
        const id = binding.createTensor(shape, dtype, values);
        edges.set(id, { node: nodes.length, output: 0, dtype });
        nodes.push({ kind: "constant", dtype, shape: [...shape], values });
        return id;
      },
    },
    executeOp: {
      value: (
        op: string,
        attributes: readonly NativeAttribute[],
        ids: readonly number[],
        outputCount: number,
      ) => {
        const from = ids.map((id) => edgeOf(id, op));
        const results = binding.executeOp(op, attributes, ids, outputCount);
        results.forEach(({ id, dtype }, output) =>
          edges.set(id, { node: nodes.length, output, dtype })
        );
        nodes.push({
          kind: "operation",
          op,
          attributes,
          inputs: from,
          inputDtypes: from.map(({ dtype }) => dtype),
        });
        return results;
      },
    },
  });
  backend.binding = recorder;
  backend.write = (values, shape, dtype) => {
    made.add(values);
    return write.call(backend, values, shape, dtype);
  };
  try {
    const outputs = f(distinct);
    const ids = backend.getInputTensorIds(Object.values(outputs));
    return {
      outputs,
      recording: { nodes, outputs: ids.map((id) => edgeOf(id, "an output")) },
    };
  } finally {
    backend.binding = binding;
    backend.write = write;
    tf.dispose(copies);
  }
}

function refuseOutsider(op: string): never {
  throw new Error(
    `Cannot record a graph: ${op} must take inputs of the recorded function or what it made of ` +
      `them: it takes a tensor from outside. Hand it in as an input`,
  );
}

/** Inputs that share no data: a value's id alone must tell which input it is. */
function distinctInputs(backend: NativeBackend, inputs: readonly tf.Tensor[]) {
  const ids = backend.getInputTensorIds(inputs);
  const copies: tf.Tensor[] = [];
  const distinct = inputs.map((input, i) => {
    if (ids.indexOf(ids[i]!) === i) return input;
    const copy = nativeOp(backend, "Identity", [], [input]);
    copies.push(copy);
    return copy;
  });
  return { distinct, copies };
}

/** Whether all values are the same. */
export function isUniform(values: ArrayLike<number>): boolean {
  for (let i = 1; i < values.length; i++) if (values[i] !== values[0]) return false;
  return true;
}
