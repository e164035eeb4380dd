"""Writes lib/rl/model/testdata/small_models.json: what transformers computes for two small models whose
weights come from a formula (weight i of the tensor with name n is 0.3 * sin(0.7 * i + sum of n's bytes),
plus 1 for norms). Run: python small_models.py OUT.json"""
import json, sys
import torch
from transformers import LlamaConfig, LlamaForCausalLM, Qwen2Config, Qwen2ForCausalLM

torch.manual_seed(0)
shape = dict(vocab_size=29, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=4,
             num_key_value_heads=2, max_position_embeddings=64, rms_norm_eps=1e-5)
models = {
    "llama": (LlamaForCausalLM, LlamaConfig(**shape, rope_theta=10000.0, tie_word_embeddings=False)),
    "qwen2": (Qwen2ForCausalLM, Qwen2Config(**shape, rope_theta=1000000.0, tie_word_embeddings=True)),
}
# Two prompts of different length, two completions each, of different length.
groups = [([3, 5, 7, 11, 2], [[4, 8, 15], [16, 23]]), ([9, 1, 6], [[20, 0, 10, 12], [13]])]
temperature = 0.8


def fill(model):
    with torch.no_grad():
        for name, p in model.named_parameters():
            seed = sum(name.encode())
            i = torch.arange(p.numel(), dtype=torch.float64)
            values = 0.3 * torch.sin(0.7 * i + seed)
            if "norm" in name:
                values = 1 + values
            p.copy_(values.reshape(p.shape).float())


out = {"temperature": temperature, "groups": [{"promptIds": p, "completions": c} for p, c in groups], "models": {}}
for key, (cls, config) in models.items():
    model = cls(config).float().eval()
    fill(model)
    logprobs, entropies, total = [], [], 0
    k = 0
    for prompt, completions in groups:
        for completion in completions:
            ids = torch.tensor([prompt + completion])
            logits = model(ids).logits[0, len(prompt) - 1:-1] / temperature
            lp = torch.log_softmax(logits, -1)
            chosen = lp.gather(-1, torch.tensor(completion)[:, None])[:, 0]
            h = -(lp.exp() * lp).sum(-1)
            logprobs.append(chosen.tolist())
            entropies.append(h.tolist())
            for t in range(len(completion)):
                k += 1
                # A loss with a different weight on every token's log-probability and entropy.
                total = total + (0.1 * k) * chosen[t] - (0.05 * k) * h[t]
    total.backward()
    out["models"][key] = {
        "config": {"vocabSize": 29, "hiddenSize": 16, "intermediateSize": 24, "numLayers": 2, "numHeads": 4,
                   "numKvHeads": 2, "headDim": 4, "ropeTheta": 10000.0 if key == "llama" else 1000000.0,
                   "rmsNormEps": 1e-5, "tieWordEmbeddings": key == "qwen2", "attentionBias": key == "qwen2",
                   "maxPositionEmbeddings": 64, "architecture": key},
        "logprobs": logprobs, "entropies": entropies, "loss": float(total),
        "shapes": {n: list(p.shape) for n, p in model.named_parameters()},
        # Enough of every gradient to tell a wrong one: its sum, its length and its first entries.
        "gradients": {n: {"sum": float(p.grad.double().sum()), "norm": float(p.grad.double().norm()),
                          "first": p.grad.flatten()[:6].tolist()} for n, p in model.named_parameters()},
    }
json.dump(out, open(sys.argv[1], "w"), indent=1)
