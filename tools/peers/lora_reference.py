"""What PEFT makes of adapters: python lora_reference.py MODEL ADAPTER MERGED IN.json OUT_DIR
MODEL and MERGED are model folders, ADAPTER a PEFT folder, IN.json {"prompts": [[id...]...]}. Writes, for each
prompt i, all positions row-major: adapter_<i>.f32 (MODEL with ADAPTER), merged_<i>.f32 (MERGED), and
theirs_<i>.f32 (MODEL with an adapter of PEFT's own, which it saves in OUT_DIR/theirs)."""
import json, sys
import torch
from peft import AutoPeftModelForCausalLM, LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForCausalLM

folder, adapter, merged, source, out = sys.argv[1:6]
prompts = json.load(open(source))["prompts"]


def load(path):
    return AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32)


@torch.no_grad()
def write(name, model):
    model.eval()
    for i, ids in enumerate(prompts):
        logits = model(torch.tensor([ids])).logits[0].contiguous()
        logits.numpy().tofile(f"{out}/{name}_{i}.f32")
    return logits


given = PeftModel.from_pretrained(load(folder), adapter)
last = write("adapter", given)
named = AutoPeftModelForCausalLM.from_pretrained(adapter, dtype=torch.float32).eval()
with torch.no_grad():
    assert torch.equal(named(torch.tensor([prompts[-1]])).logits[0], last), "the adapter names another model"
write("merged", load(merged))

torch.manual_seed(0)
# Without init_lora_weights B is random too.
config = LoraConfig(r=3, lora_alpha=5, target_modules=["q_proj", "o_proj", "up_proj"], lora_dropout=0.0,
                    init_lora_weights=False, task_type="CAUSAL_LM")
own = get_peft_model(load(folder), config)
own.save_pretrained(f"{out}/theirs")
write("theirs", own)
