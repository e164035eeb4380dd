import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { readModel } from "./read_model.ts";
import {
  countingTensor,
  ggufBytes,
  type GgufTensor,
  smallMetadata,
  smallTensors,
} from "./testdata/gguf_bytes.ts";

async function fileOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const path = join(await Deno.makeTempDir(), "small.gguf");
  await Deno.writeFile(path, bytes);
  return path;
}

function replaced(tensors: readonly GgufTensor[], tensor: GgufTensor): GgufTensor[] {
  return tensors.map((old) => old.name === tensor.name ? tensor : old);
}

async function assertRefused(
  message: string,
  metadata: Record<string, unknown>,
  tensors: readonly GgufTensor[],
) {
  const path = await fileOf(ggufBytes(metadata, tensors));
  const error = await assertRejects(() => readModel(path), Error, message);
  assertEquals((error as Error).message.includes(path), true);
}

Deno.test("a Llama file: configuration, Hugging Face's names, layout and rotary halves", async () => {
  const path = await fileOf(ggufBytes(smallMetadata("llama"), smallTensors("llama")));
  const { config, tensors, tokenizer, sha256 } = await readModel(path);
  assertEquals(config, {
    architecture: "llama",
    vocabSize: 258,
    hiddenSize: 32,
    intermediateSize: 32,
    numLayers: 1,
    numHeads: 2,
    numKvHeads: 1,
    headDim: 16,
    ropeTheta: 10_000.5,
    rmsNormEps: 1e-5,
    tieWordEmbeddings: true,
    attentionBias: false,
    maxPositionEmbeddings: 64,
  });
  const embedding = tensors.get("model.embed_tokens.weight")!;
  assertEquals([embedding.shape, embedding.data[33]], [[258, 32], 33]);
  // Rows of the second query head: 16, 18, 20 ... 30 of the file, then 17, 19 ... 31.
  const query = tensors.get("model.layers.0.self_attn.q_proj.weight")!;
  const fileRow = (row: number) => (query.data[row * 32]! - 300_000) / 32;
  assertEquals([16, 17, 23, 24, 31].map(fileRow), [16, 18, 30, 17, 31]);
  const value = tensors.get("model.layers.0.self_attn.v_proj.weight")!;
  assertEquals(value.data, Float32Array.from({ length: 512 }, (_, i) => 500_000 + i));
  assertEquals(tokenizer.encode("<end>ab1"), [0, 257, 1 + 0x31]);
  assertEquals(tokenizer.renderChat([{ role: "user", content: "hi" }]), "hi");
  const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile(path));
  assertEquals(sha256, new Uint8Array(digest).toHex());
});

Deno.test("a Qwen2 file has biases and its query rows stay as they are", async () => {
  const metadata = { ...smallMetadata("qwen2"), "tokenizer.ggml.pre": "qwen2" };
  const path = await fileOf(ggufBytes(metadata, smallTensors("qwen2")));
  const { config, tensors } = await readModel(path);
  assertEquals([config.architecture, config.attentionBias], ["qwen2", true]);
  const query = tensors.get("model.layers.0.self_attn.q_proj.weight")!;
  assertEquals(query.data[32 * 17], 300_000 + 32 * 17);
  assertEquals(tensors.get("model.layers.0.self_attn.k_proj.bias")!.shape, [16]);
});

Deno.test("quantised tensors are read by rows; an output layer of its own unties the embedding", async () => {
  const block = new Uint8Array(34);
  block.set([0x00, 0x38, 4]);
  const bytes = new Uint8Array(34 * 258);
  bytes.set(block, 34 * 257);
  const output = { name: "output.weight", sizes: [32, 258], type: 8, bytes };
  const path = await fileOf(ggufBytes(smallMetadata("llama"), [...smallTensors("llama"), output]));
  const { config, tensors } = await readModel(path);
  assertEquals(config.tieWordEmbeddings, false);
  const head = tensors.get("lm_head.weight")!;
  assertEquals([head.data[257 * 32], head.data[256 * 32]], [2, 0]);
});

Deno.test("a file that is cut off is refused, whatever the place", async () => {
  const whole = ggufBytes(smallMetadata("llama"), smallTensors("llama"));
  const path = await fileOf(whole.slice(0, -1));
  await assertRejects(() => readModel(path), Error, `tensor blk.0.ffn_down.weight from ${path}`);
  // Every 97th length is one inside of the magic, the metadata, the tensor list or the tensors.
  for (let length = 0; length < whole.length; length += length < 8000 ? 97 : 9973) {
    await Deno.writeFile(path, whole.slice(0, length));
    const error = await assertRejects(() => readModel(path), Error);
    assertEquals((error as Error).message.includes(path), true);
  }
});

Deno.test("unknown architectures, types, tensors and tokenizers are refused by name", async () => {
  const metadata = smallMetadata("llama"), tensors = smallTensors("llama");
  await assertRefused('must be "llama" or "qwen2"', smallMetadata("mamba"), tensors);
  const unknownType = { ...tensors[4]!, type: 16 };
  await assertRefused("tensor blk.0.attn_k.weight", metadata, replaced(tensors, unknownType));
  await assertRefused("ggml type 16", metadata, replaced(tensors, unknownType));
  const extra = countingTensor("rope_freqs.weight", [8], 0);
  await assertRefused("tensor rope_freqs.weight", metadata, [...tensors, extra]);
  await assertRefused("twice", metadata, [...tensors, tensors[1]!]);
  await assertRefused("layers.1", metadata, [
    ...tensors,
    countingTensor("blk.1.ffn_up.weight", [32, 32], 0),
  ]);
  await assertRefused("token_embd.weight", metadata, tensors.slice(1));
  const scaled = { ...metadata, "llama.rope.scaling.type": "yarn" };
  await assertRefused("llama.rope.scaling.type", scaled, tensors);
  const pre = { ...metadata, "tokenizer.ggml.pre": "tekken" };
  await assertRefused(
    'tokenizer.ggml.pre must be one of gpt-2, smollm, qwen2: current value is "tekken"',
    pre,
    tensors,
  );
  await assertRefused(
    "tokenizer.ggml.model",
    { ...metadata, "tokenizer.ggml.model": "llama" },
    tensors,
  );
  const types = { ...metadata, "tokenizer.ggml.token_type": [3] };
  await assertRefused("list of 258 numbers", types, tensors);
});

Deno.test("shapes that do not fit the metadata or the type are refused by tensor", async () => {
  const metadata = smallMetadata("llama"), tensors = smallTensors("llama");
  const wide = countingTensor("blk.0.ffn_up.weight", [32, 33], 0);
  await assertRefused("mlp.up_proj.weight must be [32,32]", metadata, replaced(tensors, wide));
  const odd = { name: "blk.0.ffn_up.weight", sizes: [40, 1], type: 8, bytes: new Uint8Array(68) };
  await assertRefused(
    "multiple of 32 values: current value is 40",
    metadata,
    replaced(tensors, odd),
  );
  await assertRefused(
    "norm.weight must be present",
    metadata,
    tensors.filter((t) => t.name !== "output_norm.weight"),
  );
});
