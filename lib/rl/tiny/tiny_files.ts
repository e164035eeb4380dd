/**
 * The tiny policy as a Hugging Face folder.
 *
 * @module
 */
import { join } from "node:path";
import type { ModelConfig } from "../model/config.ts";
import { hfConfigFields } from "../model/files/hf_config.ts";
import { writeSafetensors } from "../model/files/safetensors.ts";
import { downloadWeights, type Weights } from "../model/weights.ts";
import type { TokenizerJson } from "../tokenizer/tokenizer_json.ts";

/** A user's text, then the policy's turn. */
export const TINY_CHAT_TEMPLATE: string =
  "{% for message in messages %}{% if message.role == 'user' %}<|user|>{{ message.content }}" +
  "{% else %}<|assistant|>{{ message.content }}<|end|>{% endif %}{% endfor %}" +
  "{% if add_generation_prompt %}<|assistant|>{% endif %}";

/** Writes tokenizer.json, tokenizer_config.json and config.json. */
export async function writeTinyConfig(
  folder: string,
  config: ModelConfig,
  tokenizer: TokenizerJson,
): Promise<void> {
  const write = (name: string, value: unknown) =>
    Deno.writeTextFile(join(folder, name), JSON.stringify(value, null, 1) + "\n");
  const idOf = (content: string) => tokenizer.added_tokens.find((t) => t.content === content)!.id;
  await write("tokenizer.json", tokenizer);
  await write("tokenizer_config.json", {
    chat_template: TINY_CHAT_TEMPLATE,
    eos_token: "<|end|>",
    pad_token: "<|pad|>",
    model_max_length: config.maxPositionEmbeddings,
    tokenizer_class: "PreTrainedTokenizerFast",
  });
  await write(
    "config.json",
    hfConfigFields(config, { endTokenIds: [idOf("<|end|>")], padTokenId: idOf("<|pad|>") }),
  );
}

/** Writes model.safetensors; the metadata say what it was trained on. */
export async function writeTinyWeights(
  folder: string,
  weights: Weights,
  metadata: Readonly<Record<string, string>>,
): Promise<void> {
  await writeSafetensors(join(folder, "model.safetensors"), await downloadWeights(weights), {
    format: "pt",
    ...metadata,
  });
}
