"""GRPO in PyTorch, written out by hand, for tools/peers/grpo_check.ts.

python grpo_reference.py make OUT: writes small random Llama and Qwen2 folders OUT/small_*.
python grpo_reference.py compare OUT: computes what every folder OUT/* with an inputs.json holds (beside it,
*.safetensors) with transformers and torch.optim.AdamW; prints the largest relative errors; exits 1 if one is
above 1e-4. The error of a tensor is the largest difference of an entry over the largest entry.
"""
import copy
import json
import os
import sys

import torch
import transformers
from safetensors.torch import load_file
from transformers import (AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM, Qwen2Config,
                          Qwen2ForCausalLM)

LIMIT = 1e-4
VOCABULARY = 640  # of the tiny policy, whose tokenizer the small models use


def make(out):
    torch.manual_seed(1)
    shape = dict(vocab_size=VOCABULARY, hidden_size=48, intermediate_size=80, num_hidden_layers=3,
                 max_position_embeddings=128, rms_norm_eps=1e-5, initializer_range=0.15)
    kinds = {"llama": (LlamaForCausalLM, LlamaConfig, dict(num_attention_heads=4, num_key_value_heads=2)),
             "qwen2": (Qwen2ForCausalLM, Qwen2Config, dict(num_attention_heads=6, num_key_value_heads=2))}
    for kind, (model_class, config_class, heads) in kinds.items():
        for tied in [False, True]:
            model = model_class(config_class(**shape, **heads, tie_word_embeddings=tied)).float()
            with torch.no_grad():
                for name, p in model.named_parameters():
                    if "norm" in name or "bias" in name:  # 1 and 0 as made
                        p.add_(0.3 * torch.randn_like(p))
            model.save_pretrained(f"{out}/small_{kind}_{'tied' if tied else 'untied'}")


def load(path):
    if path.endswith(".gguf"):
        folder, file = os.path.split(path)
        model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=file, dtype=torch.float32)
    else:
        model = AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32)
    return model.eval()


def forward(model, groups, temperature):
    """Logits [C, V], and log-probabilities and entropies, of all completions' tokens one after the other."""
    logits, chosen, entropies = [], [], []
    for group in groups:
        prompt = group["promptIds"]
        for completion in group["completions"]:
            rows = model(torch.tensor([prompt + completion])).logits[0, len(prompt) - 1:-1]
            logp = torch.log_softmax(rows / temperature, -1)
            logits.append(rows)
            chosen.append(logp[torch.arange(len(completion)), torch.tensor(completion)])
            entropies.append(-(logp.exp() * logp).sum(-1))
    return torch.cat(logits), torch.cat(chosen), torch.cat(entropies)


def grpo_loss(new, old, ref, entropies, advantages, config, lengths, kind="bnpo"):
    """Loss of one type over the tokens of completions of these lengths, one after the other."""
    log_ratio = new - old
    if kind == "gspo":
        log_ratio = torch.cat([x.mean().expand(len(x)) for x in log_ratio.split(lengths)])
    ratio = torch.exp(log_ratio)
    clipped = torch.clamp(ratio, 1 - config["epsilon"], 1 + config["epsilonHigh"])
    surrogate = -torch.minimum(ratio * advantages, clipped * advantages)
    if kind == "cispo":
        surrogate = -clipped.detach() * advantages * new
    log_ratio = ref - new
    kl = torch.clamp(torch.exp(log_ratio) - log_ratio - 1, -10, 10)
    tokens = surrogate + config["beta"] * kl - config["entropyCoefficient"] * entropies
    if kind in ("grpo", "gspo"):
        loss = torch.stack([x.mean() for x in tokens.split(lengths)]).mean()
    elif kind == "dr_grpo":
        loss = tokens.sum() / (len(lengths) * config["maxCompletionLength"])
    else:
        loss = tokens.mean()
    low = ((ratio < 1 - config["epsilon"]) & (advantages < 0)).float().mean()
    high = ((ratio > 1 + config["epsilonHigh"]) & (advantages > 0)).float().mean()
    return loss, kl.mean(), low, high


def spread(values, groups):
    """One number a completion to one a token."""
    lengths = [len(c) for group in groups for c in group["completions"]]
    flat = torch.tensor([v for row in values for v in row], dtype=torch.float32)
    return torch.repeat_interleave(flat, torch.tensor(lengths))


class Errors:
    def __init__(self):
        self.worst = {}

    def add(self, what, name, ours, theirs):
        ours, theirs = torch.as_tensor(ours).float(), torch.as_tensor(theirs).detach().float()
        if ours.shape != theirs.shape:
            sys.exit(f"{what} of {name}: shape {list(ours.shape)}, PyTorch's is {list(theirs.shape)}")
        scale = theirs.abs().max().item()
        difference = (ours - theirs).abs().max().item()
        error = difference / scale if scale > 0 else difference
        if not error <= self.worst.get(what, (-1,))[0]:  # NaN is the worst
            self.worst[what] = (error, name)

    def add_all(self, what, ours, theirs):
        if set(ours) != set(theirs):
            sys.exit(f"{what}: names differ: {sorted(set(ours) ^ set(theirs))}")
        for name, value in theirs.items():
            self.add(what, name, ours[name], value)


def compare(folder):
    inputs = json.load(open(f"{folder}/inputs.json"))
    config = inputs["config"]
    model = load(inputs["model"])
    ref_model = copy.deepcopy(model)
    with torch.no_grad():
        for p in ref_model.parameters():
            p.mul_(15 / 16)
    errors = Errors()
    temperature = config["temperature"]

    off = inputs["offPolicy"]
    groups = off["groups"]
    tokens = load_file(f"{folder}/tokens.safetensors")
    lengths = [len(c) for group in groups for c in group["completions"]]
    flat = lambda rows: torch.cat([row[:n] for row, n in zip(rows, lengths)])
    logits, new, entropies = forward(model, groups, temperature)
    with torch.no_grad():
        ref = forward(ref_model, groups, temperature)[1]
    errors.add("logits", "logits", tokens["logits"], logits)
    errors.add("log-probabilities", "policy", flat(tokens["logprobs"]), new)
    errors.add("log-probabilities", "reference", flat(tokens["ref_logprobs"]), ref)
    errors.add("entropies", "policy", flat(tokens["entropies"]), entropies)
    advantages = spread(off["advantages_P_G"], groups)
    old = flat(tokens["old_logprobs"])
    _, _, low, high = grpo_loss(new, old, ref, entropies, advantages, config, lengths)
    if not (low > 0 and high > 0):
        sys.exit(f"the ratios must be clipped on both sides: {low:.3f} below, {high:.3f} above")
    errors.add("clipped share", "below", tokens["low"].reshape(()), low)
    errors.add("clipped share", "above", tokens["high"].reshape(()), high)
    gradients = lambda: {name: p.grad for name, p in model.named_parameters()}
    for kind in off["lossTypes"]:
        loss = grpo_loss(new, old, ref, entropies, advantages, config, lengths, kind)[0]
        errors.add("loss", f"{kind}, off policy", tokens[f"loss_{kind}"].reshape(()), loss)
        loss.backward(retain_graph=True)
        errors.add_all(f"gradients of {kind}, off policy",
                       load_file(f"{folder}/off_policy_gradients_{kind}.safetensors"), gradients())
        model.zero_grad()
    loss, kl, _, _ = grpo_loss(new, new.detach(), ref, entropies, advantages, config, lengths)
    loss.backward()
    errors.add("loss", "on policy", off["metrics"]["loss"], loss)
    errors.add("loss", "kl", off["metrics"]["kl"], kl)
    errors.add_all("gradients, on policy", load_file(f"{folder}/on_policy_gradients.safetensors"),
                   gradients())
    model.zero_grad()

    step = inputs["step"]
    groups = step["groups"]
    rewards = torch.tensor(step["rewards_P_G"], dtype=torch.float64)
    advantages = (rewards - rewards.mean(1, keepdim=True)) / (rewards.std(1, keepdim=True) + 1e-6)
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=config["learningRate"], betas=(config["adamBeta1"], config["adamBeta2"]),
        eps=config["adamEpsilon"], weight_decay=config["weightDecay"])
    for p in model.parameters():
        w = p.detach()
        optimizer.state[p] = {"step": torch.tensor(float(inputs["adamStep"])), "exp_avg": w * 2**-10,
                              "exp_avg_sq": (w * w + 2**-6) * 2**-20}
    _, new, entropies = forward(model, groups, temperature)
    with torch.no_grad():
        ref = forward(ref_model, groups, temperature)[1]
    step_lengths = [len(c) for group in groups for c in group["completions"]]
    loss, kl, _, _ = grpo_loss(new, new.detach(), ref, entropies, spread(advantages.tolist(), groups), config,
                               step_lengths)
    loss.backward()
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), config["maxGradNorm"])
    if norm <= config["maxGradNorm"]:
        sys.exit(f"the gradient must be clipped: its norm is {norm:.3g}")
    optimizer.step()
    for name, value in [("loss", loss), ("kl", kl), ("entropy", entropies.mean()), ("grad_norm", norm)]:
        errors.add("step's figures", name, step["metrics"][name], value)
    ours = load_file(f"{folder}/new_weights.safetensors")
    now = dict(model.named_parameters())
    errors.add_all("step's weights", ours, now)
    errors.add_all("step's change of weights", {n: ours[n] - before[n] for n in ours},
                   {n: now[n].detach() - before[n] for n in now})
    for what, key, file in [("first", "exp_avg", "new_m"), ("second", "exp_avg_sq", "new_v")]:
        errors.add_all(f"step's {what} moments", load_file(f"{folder}/{file}.safetensors"),
                       {name: optimizer.state[p][key] for name, p in now.items()})

    parameters = sum(p.numel() for p in model.parameters())
    print(f"{os.path.basename(folder)}: {len(before)} tensors, {parameters} parameters, completions of "
          f"{lengths} tokens, {low:.2f} clipped below, {high:.2f} above, norm {norm:.3g}")
    is_equal = True
    for what, (error, name) in errors.worst.items():
        good = error <= LIMIT
        is_equal = is_equal and good
        print(f"  {'' if good else 'NOT EQUAL '}{what}: {error:.1e} ({name})")
    return is_equal


# A second thread gains little on so few tokens, and costs much where other processes want the cores.
torch.set_num_threads(1)
transformers.utils.logging.disable_progress_bar()
if sys.argv[1] == "make":
    make(sys.argv[2])
else:
    folders = sorted(f"{sys.argv[2]}/{name}" for name in os.listdir(sys.argv[2]))
    results = [compare(folder) for folder in folders if os.path.exists(f"{folder}/inputs.json")]
    print("equal within the limits" if all(results) else "not equal")
    sys.exit(0 if all(results) else 1)
