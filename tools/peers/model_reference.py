"""What transformers makes of the SmolLM2 GGUF file: python model_reference.py GGUF TEXTS.json OUT_DIR

OUT_DIR becomes a model folder (float32 safetensors, tokenizer, configuration) plus reference.json:
  ids         ids of every text, cut as SmolLM2's own tokenizer.json and llama.cpp do (digits first)
  plain_ids   ids as transformers' GGUF conversion gives them (tokenizer.ggml.pre is ignored there)
  qwen2_ids   the same vocabulary under Qwen2's cutting rule and NFC
  decoded     every text's ids back as text; cut_decoded: without the last id
  chats       the chat template with generation prompt, for every text as a user message, and a dialogue
  blocks      random blocks of every quantised type, by ggml's number, with gguf's own values of them
"""

import json
import os
import sys

import gguf
import numpy as np
import safetensors.torch
import torch
from tokenizers import Regex, normalizers, pre_tokenizers
from transformers import AutoModelForCausalLM, AutoTokenizer

gguf_path, texts_path, out = sys.argv[1:4]
folder, gguf_file = os.path.split(gguf_path)
texts = json.load(open(texts_path, encoding="utf-8"))
os.makedirs(out, exist_ok=True)

tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=gguf_file)
backend = tokenizer.backend_tokenizer


def encode_all():
    return [tokenizer.encode(text, add_special_tokens=False) for text in texts]


plain_ids = encode_all()

QWEN2 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
backend.normalizer = normalizers.NFC()
backend.pre_tokenizer = pre_tokenizers.Sequence([
    pre_tokenizers.Split(Regex(QWEN2), "isolated"),
    pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
])
qwen2_ids = encode_all()

backend.normalizer = None
backend.pre_tokenizer = pre_tokenizers.Sequence([
    pre_tokenizers.Digits(individual_digits=True),
    pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
])
ids = encode_all()


def chat(messages):
    return tokenizer.apply_chat_template(messages, add_generation_prompt=True, tokenize=False)


chats = [chat([{"role": "user", "content": text}]) for text in texts]
dialogue = chat([
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "a"},
    {"role": "assistant", "content": "b"},
    {"role": "user", "content": "c"},
])
generator = np.random.default_rng(0)


def random_blocks(type_number):
    quantised = gguf.GGMLQuantizationType(type_number)
    _, block_bytes = gguf.GGML_QUANT_SIZES[quantised]
    blocks = generator.integers(0, 256, (64, block_bytes), dtype=np.uint8)
    with np.errstate(all="ignore"):
        values = gguf.dequantize(blocks, quantised).astype(np.float32)
    bits = values.view(np.uint32)
    # NaN has many bit patterns and JSON none.
    bits = np.where(np.isnan(values), 0x7FC00000, bits)
    return {"bytes": blocks.flatten().tolist(), "bits": bits.flatten().tolist()}


json.dump({
    "blocks": {number: random_blocks(number) for number in [1, 2, 3, 6, 7, 8, 12, 13, 14, 30]},
    "ids": ids,
    "plain_ids": plain_ids,
    "qwen2_ids": qwen2_ids,
    "decoded": [tokenizer.decode(row, skip_special_tokens=True) for row in ids],
    "cut_decoded": [tokenizer.decode(row[:-1], skip_special_tokens=True) for row in ids],
    "chats": chats,
    "dialogue": dialogue,
}, open(f"{out}/reference.json", "w", encoding="utf-8"))

model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=gguf_file, dtype=torch.float32)
state = {k: v.contiguous() for k, v in model.state_dict().items() if k != "lm_head.weight"}
safetensors.torch.save_file(state, f"{out}/model.safetensors", metadata={"format": "pt"})
if hasattr(model.config, "quantization_config"):
    del model.config.quantization_config
model.config.save_pretrained(out)
model.generation_config.save_pretrained(out)
tokenizer.save_pretrained(out)
