"""What transformers makes of exported folders: python model_export_reference.py FOLDER IN.json OUT_DIR
FOLDER holds F32, BF16 and F16, each a model folder. IN.json: {"texts": [...], "chats": [[message...]...],
"prompts": [[id...]...]}. Writes logits_<i>.f32 (all positions of prompt i, row-major) and read.json:
  ids        ids of every text
  chats      every chat with generation prompt
  eos        end tokens that generate stops at
  narrowed   for BF16 and F16: the type that the weights are loaded as, and how many values of theirs differ
             from what PyTorch rounds the F32 folder's to"""
import json, sys
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

folder, source, out = sys.argv[1:4]
given = json.load(open(source, encoding="utf-8"))
tokenizer = AutoTokenizer.from_pretrained(f"{folder}/F32")
model = AutoModelForCausalLM.from_pretrained(f"{folder}/F32", dtype="auto").eval()
assert model.dtype == torch.float32, model.dtype
with torch.no_grad():
    for i, ids in enumerate(given["prompts"]):
        model(torch.tensor([ids])).logits[0].contiguous().numpy().tofile(f"{out}/logits_{i}.f32")
state = model.state_dict()
narrowed = {}
for name, dtype in [("BF16", torch.bfloat16), ("F16", torch.float16)]:
    other = AutoModelForCausalLM.from_pretrained(f"{folder}/{name}", dtype="auto")
    assert other.state_dict().keys() == state.keys()
    different = sum(
        int((value.view(torch.int16) != state[key].to(dtype).view(torch.int16)).sum())
        for key, value in other.state_dict().items()
    )
    narrowed[name] = {"dtype": str(other.dtype), "different": different}
eos = model.generation_config.eos_token_id
json.dump({
    "ids": [tokenizer.encode(text) for text in given["texts"]],
    "chats": [tokenizer.apply_chat_template(c, add_generation_prompt=True, tokenize=False) for c in given["chats"]],
    "eos": eos if isinstance(eos, list) else [eos],
    "narrowed": narrowed,
}, open(f"{out}/read.json", "w", encoding="utf-8"))
