/**
 * A recording as the bytes of a SavedModel, which TensorFlow loads as one graph.
 *
 * @module
 */
import type { NativeBinding } from "../engine/native_backend.ts";
import type { Edge, RecordedNode, Recording } from "./record.ts";
import { isUniform } from "./record.ts";

/** Message classes of TensorFlow's protocol buffers, by their names; generated code without types. */
// deno-lint-ignore no-explicit-any
export type GraphMessages = Readonly<Record<string, any>>;

/** Attributes that eager operations leave to TensorFlow's inference and a graph must state. */
const INFERRED: Readonly<Record<string, readonly [name: string, from: "type" | "count"][]>> = {
  ExpandDims: [["T", "type"]],
  Pack: [["N", "count"], ["T", "type"]],
  AddN: [["N", "count"], ["T", "type"]],
};

/** Name of a node within the graph. */
function nodeName(node: number): string {
  return `n${node}`;
}

/** Name of a value, as sessions take it. */
export function edgeName({ node, output }: Edge): string {
  return `${nodeName(node)}:${output}`;
}

/** Serialises a recording. Outputs that are inputs or constants pass through an operation of their own. */
export function savedModelBytes(
  messages: GraphMessages,
  binding: NativeBinding,
  { nodes }: Recording,
): Uint8Array {
  const graph = new messages["GraphDef"]();
  nodes.forEach((node, index) => graph.addNode(nodeMessage(messages, binding, node, index)));
  const versions = new messages["VersionDef"]();
  // Any producer from 2019 on: operations of both that time and today's.
  versions.setProducer(1087);
  graph.setVersions(versions);
  const info = new messages["MetaGraphDef"].MetaInfoDef();
  info.addTags("serve");
  const meta = new messages["MetaGraphDef"]();
  meta.setMetaInfoDef(info);
  meta.setGraphDef(graph);
  const model = new messages["SavedModel"]();
  model.setSavedModelSchemaVersion(1);
  model.addMetaGraphs(meta);
  return model.serializeBinary();
}

function nodeMessage(
  messages: GraphMessages,
  binding: NativeBinding,
  node: RecordedNode,
  index: number,
) {
  const message = new messages["NodeDef"]();
  message.setName(nodeName(index));
  const attributes = message.getAttrMap();
  const setType = (name: string, dtype: number) => {
    const value = new messages["AttrValue"]();
    value.setType(dtype);
    attributes.set(name, value);
  };
  if (node.kind === "input") {
    message.setOp("Placeholder");
    setType("dtype", node.dtype);
    const value = new messages["AttrValue"]();
    value.setShape(shapeMessage(messages, node.shape));
    attributes.set("shape", value);
    return message;
  }
  if (node.kind === "constant") {
    message.setOp("Const");
    setType("dtype", node.dtype);
    const value = new messages["AttrValue"]();
    value.setTensor(tensorMessage(messages, binding, node));
    attributes.set("value", value);
    return message;
  }
  message.setOp(node.op);
  node.inputs.forEach(({ node, output }) =>
    message.addInput(output === 0 ? nodeName(node) : `${nodeName(node)}:${output}`)
  );
  for (const { name, type, value } of node.attributes) {
    attributes.set(name, attributeMessage(messages, binding, type, value));
  }
  for (const [name, from] of INFERRED[node.op] ?? []) {
    if (from === "type") setType(name, node.inputDtypes[0]!);
    else {
      const value = new messages["AttrValue"]();
      value.setI(node.inputs.length);
      attributes.set(name, value);
    }
  }
  return message;
}

function attributeMessage(
  messages: GraphMessages,
  binding: NativeBinding,
  type: number,
  value: unknown,
) {
  const message = new messages["AttrValue"]();
  const setters = new Map<number, (value: unknown) => void>([
    [binding.TF_ATTR_TYPE, (x) => message.setType(x)],
    [binding.TF_ATTR_BOOL, (x) => message.setB(x)],
    [binding.TF_ATTR_INT, (x) => message.setI(x)],
    [binding.TF_ATTR_FLOAT, (x) => message.setF(x)],
    [binding.TF_ATTR_STRING, (x) => message.setS(new TextEncoder().encode(String(x)))],
  ]);
  const set = setters.get(type);
  if (set === undefined || Array.isArray(value)) {
    throw new Error(
      `Cannot write a graph: attributes must be a type, a truth value, a number or a text: current ` +
        `value is ${JSON.stringify(value)} of type ${type}`,
    );
  }
  set(value);
  return message;
}

function shapeMessage(messages: GraphMessages, shape: readonly number[]) {
  const message = new messages["TensorShape"]();
  for (const extent of shape) {
    const dim = new messages["TensorShape"].Dim();
    dim.setSize(extent);
    message.addDim(dim);
  }
  return message;
}

function tensorMessage(
  messages: GraphMessages,
  binding: NativeBinding,
  { dtype, shape, values }: RecordedNode & { kind: "constant" },
) {
  const message = new messages["Tensor"]();
  message.setDtype(dtype);
  message.setTensorShape(shapeMessage(messages, shape));
  // A tensor of equal values states one: TensorFlow repeats the last.
  const stated = values.length > 1 && isUniform(values) ? [values[0]!] : Array.from(values);
  if (dtype === binding.TF_FLOAT) message.setFloatValList(stated);
  else if (dtype === binding.TF_BOOL) message.setBoolValList(stated.map(Boolean));
  else message.setIntValList(stated);
  return message;
}
