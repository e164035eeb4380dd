import { assertEquals, assertThrows } from "@std/assert";
import { hfConfigFields, parseHfConfig } from "./hf_config.ts";

const LLAMA = {
  model_type: "llama",
  vocab_size: 100,
  hidden_size: 32,
  intermediate_size: 64,
  num_hidden_layers: 2,
  num_attention_heads: 4,
};
const parse = (fields: Record<string, unknown>) => parseHfConfig({ source: "config.json", fields });

Deno.test("missing fields take Hugging Face's defaults", () => {
  assertEquals(parse(LLAMA), {
    architecture: "llama",
    vocabSize: 100,
    hiddenSize: 32,
    intermediateSize: 64,
    numLayers: 2,
    numHeads: 4,
    numKvHeads: 4,
    headDim: 8,
    ropeTheta: 10_000,
    rmsNormEps: 1e-6,
    tieWordEmbeddings: false,
    attentionBias: false,
    maxPositionEmbeddings: 2048,
  });
});

Deno.test("Qwen2 has biases at query, key and value without saying so", () => {
  const config = parse({ ...LLAMA, model_type: "qwen2", num_key_value_heads: 2 });
  assertEquals([config.attentionBias, config.numKvHeads], [true, 2]);
});

Deno.test("the rotary base is read in the old and in the new form", () => {
  assertEquals(parse({ ...LLAMA, rope_theta: 5e5, rope_scaling: null }).ropeTheta, 5e5);
  const plain = { rope_theta: 7e4, rope_type: "default" };
  assertEquals(parse({ ...LLAMA, rope_parameters: plain }).ropeTheta, 7e4);
  assertEquals(parse({ ...LLAMA, rope_scaling: { type: "default" } }).ropeTheta, 10_000);
});

Deno.test("what the project's models do not do is refused by field and value", () => {
  const refused = (fields: Record<string, unknown>, message: string) =>
    assertThrows(() => parse({ ...LLAMA, ...fields }), Error, message);
  refused(
    { model_type: "mamba" },
    'model_type must be "llama" or "qwen2": current value is "mamba"',
  );
  refused({ rope_scaling: { rope_type: "llama3", factor: 8 } }, "rope_scaling");
  refused({ rope_parameters: { rope_type: "yarn", rope_theta: 1 } }, "rope_parameters");
  refused({ hidden_act: "gelu" }, "hidden_act");
  refused({ attention_bias: true }, "attention_bias");
  refused({ quantization_config: { bits: 4 } }, "quantization_config");
  refused({ use_sliding_window: true }, "use_sliding_window");
  refused({ num_key_value_heads: 3 }, "num_key_value_heads must be a divisor of the 4 heads");
  refused({ num_attention_heads: 5 }, "head_dim");
  refused({ vocab_size: "many" }, 'vocab_size must be a positive integer: current value is "many"');
  refused(
    { hidden_size: undefined },
    "hidden_size must be a positive integer: current value is missing",
  );
  refused({ rms_norm_eps: 0 }, "rms_norm_eps");
});

Deno.test("written fields read as the same configuration", () => {
  for (const extra of [{}, { model_type: "qwen2", tie_word_embeddings: true, head_dim: 16 }]) {
    const config = parse({ ...LLAMA, ...extra });
    const fields = hfConfigFields(config, { endTokenIds: [1, 2], padTokenId: 0 });
    assertEquals(parse(fields), config);
    assertEquals(fields.eos_token_id, [1, 2]);
  }
});
