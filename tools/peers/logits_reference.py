"""What transformers computes for given token ids: python logits_reference.py HF_FOLDER IN.json OUT_DIR
IN.json is a list of prompts (lists of ids). Writes logits_<i>.f32 (all positions, row-major) and greedy.json (64 tokens each)."""
import json, sys
import torch
from transformers import AutoModelForCausalLM

folder, source, out = sys.argv[1:4]
model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
prompts = json.load(open(source))
greedy = []
with torch.no_grad():
    for i, ids in enumerate(prompts):
        tensor = torch.tensor([ids])
        model(tensor).logits[0].contiguous().numpy().tofile(f"{out}/logits_{i}.f32")
        tokens = model.generate(tensor, attention_mask=torch.ones_like(tensor), do_sample=False, temperature=None,
                                top_p=None, top_k=None, max_new_tokens=64)
        greedy.append(tokens[0, len(ids):].tolist())
json.dump(greedy, open(f"{out}/greedy.json", "w"))
