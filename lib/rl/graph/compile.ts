/**
 * Running tfjs code as TensorFlow graphs: recorded at its first call for each set of shapes, kept, and
 * run as a whole afterwards. On engines without graphs, and where compiling is off, the code simply runs.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { join } from "node:path";
import { type NativeBackend, nativeBackend } from "../engine/native_backend.ts";
import { edgeName, type GraphMessages, savedModelBytes } from "./graph_def.ts";
import { record, type Recording } from "./record.ts";

/** Tensors by name. */
export type Tensors = Readonly<Record<string, tf.Tensor>>;

interface Graph {
  readonly session: number;
  readonly inputNames: string;
  readonly outputNames: string;
  /** The names that the recorded function gave its outputs. */
  readonly outputKeys: readonly string[];
}

/** Graphs kept at once; the one unused for longest goes first. */
const MOST_GRAPHS = 96;

/** What compiles; null runs code as it stands. */
let messages: GraphMessages | null = null;
const graphs = new Map<string, Graph>();

/** Whether code is compiled: with TensorFlow's message classes, or null for not at all. */
export function useGraphs(classes: GraphMessages | null): void {
  messages = classes;
}

/** Whether the engine in use compiles. */
export function compiles(): boolean {
  return messages !== null && nativeBackend() !== null;
}

/**
 * Runs a function of tensors, as one graph where the engine can.
 *
 * @param name What the function does, with every value other than its inputs that it depends on: calls
 * of the same name with inputs of the same names and shapes run the same graph.
 * @param inputs All tensors that the function uses. They stay the caller's.
 * @param f Makes no use of the inputs' values in JavaScript.
 * @returns Tensors of the caller's. None of them is an input.
 *
 * @example
 * ```ts
 * import { loadEngine, runCompiled } from "@terse/rl";
 * import * as tf from "@tensorflow/tfjs";
 * import { assertEquals } from "@std/assert";
 * await loadEngine("wasm");
 * const { y } = runCompiled("double", { x: tf.tensor1d([1, 2]) }, ({ x }) => ({ y: tf.mul(x, 2) }));
 * assertEquals(await y.array(), [2, 4]);
 * ```
 */
export function runCompiled<I extends Tensors, O extends Tensors>(
  name: string,
  inputs: I,
  f: (inputs: I) => O,
): O {
  const run = (inputs: I) => tf.tidy(() => f(inputs) as tf.TensorContainer) as unknown as O;
  const backend = nativeBackend();
  if (messages === null || backend === null) return run(inputs);
  const key = `${name} ${
    Object.entries(inputs).map(([name, { dtype, shape }]) => `${name}:${dtype}[${shape}]`).join(" ")
  }`;
  let graph = graphs.get(key);
  if (graph === undefined) {
    graph = compile(backend, messages, inputs, run);
    dropOldest(backend);
  }
  graphs.delete(key);
  graphs.set(key, graph);
  // The first call, too, gives what the graph computes: its rounding must not depend on when it was compiled.
  return runGraph(backend, graph, Object.values(inputs)) as O;
}

function compile<I extends Tensors, O extends Tensors>(
  backend: NativeBackend,
  classes: GraphMessages,
  inputs: I,
  run: (inputs: I) => O,
): Graph {
  const names = Object.keys(inputs);
  const { outputs, recording } = record(
    backend,
    Object.values(inputs),
    (tensors) => run(Object.fromEntries(names.map((name, i) => [name, tensors[i]!])) as I),
  );
  tf.dispose(Object.values(outputs));
  return loadGraph(backend, classes, recording, Object.keys(outputs));
}

/** Makes room for one more graph. */
function dropOldest({ binding }: NativeBackend): void {
  for (const [key, { session }] of graphs) {
    if (graphs.size < MOST_GRAPHS) return;
    binding.deleteSavedModel(session);
    graphs.delete(key);
  }
}

function loadGraph(
  backend: NativeBackend,
  classes: GraphMessages,
  recording: Recording,
  outputKeys: readonly string[],
): Graph {
  const folder = Deno.makeTempDirSync({ prefix: "terse-graph-" });
  try {
    const bytes = savedModelBytes(classes, backend.binding, recording);
    Deno.writeFileSync(join(folder, "saved_model.pb"), bytes);
    const inputs = recording.nodes.filter(({ kind }) => kind === "input");
    return {
      session: backend.binding.loadSavedModel(folder, "serve"),
      inputNames: inputs.map((_, node) => edgeName({ node, output: 0 })).join(","),
      outputNames: recording.outputs.map(edgeName).join(","),
      outputKeys,
    };
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

function runGraph(
  backend: NativeBackend,
  { session, inputNames, outputNames, outputKeys }: Graph,
  inputs: readonly tf.Tensor[],
): Tensors {
  const ids = backend.getInputTensorIds(inputs);
  const outputs = backend.binding.runSavedModel(session, ids, inputNames, outputNames);
  return Object.fromEntries(
    outputKeys.map((key, i) => [key, backend.createOutputTensor(outputs[i]!)]),
  );
}
