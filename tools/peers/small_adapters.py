"""Writes lib/rl/lora/testdata/small_adapters.json: what PEFT computes for the two small models of
small_models.py with LoRA adapters whose matrices come from the same formula (0.3 * sin(0.7 * i + sum of the
name's bytes), the name as the model has it). Run: python small_adapters.py SMALL_MODELS.json OUT.json"""
import json, sys
import torch
from peft import LoraConfig, get_peft_model
from transformers import LlamaConfig, LlamaForCausalLM, Qwen2Config, Qwen2ForCausalLM

given = json.load(open(sys.argv[1]))
classes = {"llama": (LlamaForCausalLM, LlamaConfig), "qwen2": (Qwen2ForCausalLM, Qwen2Config)}
# One adapter beside every linear module, one beside some of them.
settings = {
    "llama": {"rank": 3, "alpha": 6, "targetModules": ["q_proj", "v_proj", "down_proj"]},
    "qwen2": {"rank": 2, "alpha": 5, "targetModules": ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj",
                                                       "up_proj", "down_proj"]},
}


def values(name, shape):
    seed = sum(name.encode())
    i = torch.arange(shape.numel(), dtype=torch.float64)
    wave = 0.3 * torch.sin(0.7 * i + seed)
    return (1 + wave if "norm" in name else wave).reshape(shape).float()


def plain_name(name):
    name = name.removeprefix("base_model.model.").replace(".base_layer.", ".")
    return name.replace(".default.", ".")


out = {}
for key, (model_class, config_class) in classes.items():
    c = given["models"][key]["config"]
    model = model_class(config_class(
        vocab_size=c["vocabSize"], hidden_size=c["hiddenSize"], intermediate_size=c["intermediateSize"],
        num_hidden_layers=c["numLayers"], num_attention_heads=c["numHeads"], num_key_value_heads=c["numKvHeads"],
        max_position_embeddings=c["maxPositionEmbeddings"], rms_norm_eps=c["rmsNormEps"],
        rope_theta=c["ropeTheta"], tie_word_embeddings=c["tieWordEmbeddings"])).float()
    lora = settings[key]
    model = get_peft_model(model, LoraConfig(
        r=lora["rank"], lora_alpha=lora["alpha"], target_modules=lora["targetModules"], lora_dropout=0.0,
        task_type="CAUSAL_LM")).eval()
    with torch.no_grad():
        for name, p in model.named_parameters():
            p.copy_(values(plain_name(name), p.shape))
    logprobs, total, k = [], 0, 0
    for group in given["groups"]:
        prompt = group["promptIds"]
        for completion in group["completions"]:
            logits = model(torch.tensor([prompt + completion])).logits[0, len(prompt) - 1:-1]
            lp = torch.log_softmax(logits / given["temperature"], -1)
            chosen = lp.gather(-1, torch.tensor(completion)[:, None])[:, 0]
            h = -(lp.exp() * lp).sum(-1)
            logprobs.append(chosen.tolist())
            for t in range(len(completion)):
                k += 1
                # The loss of small_models.py.
                total = total + (0.1 * k) * chosen[t] - (0.05 * k) * h[t]
    total.backward()
    trained = {plain_name(n): p for n, p in model.named_parameters() if p.requires_grad}
    out[key] = {
        "settings": lora,
        "logprobs": logprobs,
        "gradients": {n: {"sum": float(p.grad.double().sum()), "norm": float(p.grad.double().norm()),
                          "first": p.grad.flatten()[:6].tolist()} for n, p in trained.items()},
    }
json.dump(out, open(sys.argv[2], "w"), indent=1)
