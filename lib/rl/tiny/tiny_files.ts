/**
 * The tiny policy as a Hugging Face folder.
 *
 * @module
 */
import { join } from "node:path";
import type { ModelConfig } from "../model/config.ts";
import { writeSafetensors } from "../model/files/safetensors.ts";
import { writeHfConfig } from "../model/files/write_hf_folder.ts";
import { downloadWeights, type Weights } from "../model/weights.ts";
import type { TokenizerJson } from "../tokenizer/tokenizer_json.ts";

/** A user's text, then the policy's turn. */
export const TINY_CHAT_TEMPLATE: string =
  "{% for message in messages %}{% if message.role == 'user' %}<|user|>{{ message.content }}" +
  "{% else %}<|assistant|>{{ message.content }}<|end|>{% endif %}{% endfor %}" +
  "{% if add_generation_prompt %}<|assistant|>{% endif %}";

/** Writes everything of the folder but its weights. */
export async function writeTinyConfig(
  folder: string,
  config: ModelConfig,
  tokenizer: TokenizerJson,
): Promise<void> {
  const idOf = (content: string) => tokenizer.added_tokens.find((t) => t.content === content)!.id;
  await writeHfConfig(folder, config, {
    source: folder,
    json: tokenizer,
    chatTemplate: TINY_CHAT_TEMPLATE,
    endTokenIds: [idOf("<|end|>")],
    padTokenId: idOf("<|pad|>"),
    namedTokens: { eos_token: "<|end|>", pad_token: "<|pad|>" },
  }, "F32");
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
