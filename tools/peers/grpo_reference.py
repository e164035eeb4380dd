"""GRPO in PyTorch, written out by hand, for tools/peers/grpo_check.ts.

python grpo_reference.py make OUT: writes small random Llama and Qwen2 folders OUT/small_*.
python grpo_reference.py compare OUT: computes what every folder OUT/* with an inputs.json holds (beside it,
*.safetensors) with transformers and torch.optim.AdamW, in float64 and once more in float32; prints the
largest relative errors against float64 of both, this project's and PyTorch's own float32; exits 1 if one is
above its limit.

The error of a tensor is the largest difference of an entry over the largest entry. Its limit is 1e-4, or the
largest error of PyTorch's own float32 where that is more: SmolLM2's first token has activations thousands of
times larger than the others, and in that one of 576 dimensions the gradients of the norms cancel. All
tensors together, as one vector, must be within 1e-4 in any case.
"""
import json
import os
import sys

import torch
import transformers
from safetensors import safe_open
from safetensors.torch import load_file, save_file
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


def grpo_loss(new, old, ref, entropies, advantages, config, groups, kind="bnpo"):
    """Loss of one type over the tokens of all completions, one after the other."""
    lengths = [len(c) for group in groups for c in group["completions"]]
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
    """The worst tensor of each kind, of this project and of PyTorch's float32, and all of a kind together."""

    def __init__(self):
        self.kinds = {}

    def add(self, what, name, ours, peer, reference):
        kind = self.kinds.setdefault(what, {"ours": (-1, ""), "peer": 0, "off": 0, "all": 0})
        reference = torch.as_tensor(reference).double()
        for side, values in [("ours", ours), ("peer", peer)]:
            values = torch.as_tensor(values).double()
            if values.shape != reference.shape:
                sys.exit(f"{what} of {name}: shape {list(values.shape)}, PyTorch's is "
                         f"{list(reference.shape)}")
            difference = values - reference
            scale = reference.abs().max().item()
            error = difference.abs().max().item() / (scale if scale > 0 else 1)
            if side == "peer":
                kind["peer"] = max(kind["peer"], error)
                continue
            if not error <= kind["ours"][0]:  # NaN is the worst
                kind["ours"] = (error, name)
            kind["off"] += difference.square().sum().item()
            kind["all"] += reference.square().sum().item()

    def report(self):
        """Prints a line for each kind; whether all are within their limits."""
        is_equal = True
        for what, kind in self.kinds.items():
            error, name = kind["ours"]
            together = (kind["off"] / kind["all"]) ** 0.5 if kind["all"] > 0 else kind["off"] ** 0.5
            good = error <= max(LIMIT, kind["peer"]) and together <= LIMIT
            is_equal = is_equal and good
            print(f"  {'' if good else 'NOT EQUAL '}{what}: {error:.1e} ({name}), together {together:.1e}; "
                  f"PyTorch's float32 {kind['peer']:.1e}")
        return is_equal


def save(folder, file, tensors):
    save_file({name: x.detach().float().contiguous() for name, x in tensors.items()},
              f"{folder}/{file}.safetensors")


def compute(folder, inputs, dtype, figures):
    """One precision: writes gradients, weights and moments into the folder as float32, for size, and gives
    figures[kind][name] the small ones."""
    config, temperature = inputs["config"], inputs["config"]["temperature"]
    off, step = inputs["offPolicy"], inputs["step"]
    os.makedirs(folder, exist_ok=True)
    model = load(inputs["model"]).to(dtype)
    with torch.no_grad():
        for p in model.parameters():
            p.mul_(15 / 16)
        off_ref, step_ref = (forward(model, x["groups"], temperature)[1] for x in [off, step])
    model = load(inputs["model"]).to(dtype)

    groups = off["groups"]
    old = torch.tensor(inputs["oldLogprobs"], dtype=dtype)
    logits, new, entropies = forward(model, groups, temperature)
    figures["logits"] = {"logits": logits.detach()}
    figures["log-probabilities"] = {"policy": new.detach(), "reference": off_ref}
    figures["entropies"] = {"policy": entropies.detach()}
    advantages = spread(off["advantages_P_G"], groups).to(dtype)
    _, _, low, high = grpo_loss(new, old, off_ref, entropies, advantages, config, groups)
    if not (low > 0 and high > 0):
        sys.exit(f"the ratios must be clipped on both sides: {low:.3f} below, {high:.3f} above")
    figures["clipped share"] = {"below": low.item(), "above": high.item()}
    figures["loss"] = {}
    for kind in off["lossTypes"]:
        loss = grpo_loss(new, old, off_ref, entropies, advantages, config, groups, kind)[0]
        loss.backward(retain_graph=True)
        figures["loss"][kind] = loss.item()
        save(folder, f"off_policy_gradients_{kind}", {name: p.grad for name, p in model.named_parameters()})
        model.zero_grad()
    loss, kl, _, _ = grpo_loss(new, new.detach(), off_ref, entropies, advantages, config, groups)
    loss.backward()
    figures["loss"] |= {"on policy": loss.item(), "kl": kl.item()}
    save(folder, "on_policy_gradients", {name: p.grad for name, p in model.named_parameters()})
    model.zero_grad()
    del logits, new, entropies, loss

    groups = step["groups"]
    rewards = torch.tensor(step["rewards_P_G"], dtype=torch.float64)
    advantages = (rewards - rewards.mean(1, keepdim=True)) / (rewards.std(1, keepdim=True) + 1e-6)
    _, new, entropies = forward(model, groups, temperature)
    loss, kl, _, _ = grpo_loss(new, new.detach(), step_ref, entropies,
                               spread(advantages.tolist(), groups).to(dtype), config, groups)
    loss.backward()
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), config["maxGradNorm"])
    if norm <= config["maxGradNorm"]:
        sys.exit(f"the gradient must be clipped: its norm is {norm:.3g}")
    figures["step's figures"] = {"loss": loss.item(), "kl": kl.item(), "entropy": entropies.mean().item(),
                                 "grad_norm": norm.item()}
    del new, entropies, loss, kl
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=config["learningRate"], betas=(config["adamBeta1"], config["adamBeta2"]),
        eps=config["adamEpsilon"], weight_decay=config["weightDecay"])
    for p in model.parameters():
        w = p.detach()
        optimizer.state[p] = {"step": torch.tensor(float(inputs["adamStep"])), "exp_avg": w * 2**-10,
                              "exp_avg_sq": (w * w + 2**-6) * 2**-20}
    optimizer.step()
    save(folder, "new_weights", dict(model.named_parameters()))
    for key, file in [("exp_avg", "new_m"), ("exp_avg_sq", "new_v")]:
        save(folder, file, {name: optimizer.state[p][key] for name, p in model.named_parameters()})


def our_figures(folder, inputs):
    """This project's small figures, under the same names."""
    off, step = inputs["offPolicy"], inputs["step"]
    lengths = [len(c) for group in off["groups"] for c in group["completions"]]
    tokens = load_file(f"{folder}/tokens.safetensors")
    flat = lambda rows: torch.cat([row[:n] for row, n in zip(rows, lengths)])
    inputs["oldLogprobs"] = flat(tokens["old_logprobs"]).tolist()
    return lengths, {
        "logits": {"logits": tokens["logits"]},
        "log-probabilities": {"policy": flat(tokens["logprobs"]),
                              "reference": flat(tokens["ref_logprobs"])},
        "entropies": {"policy": flat(tokens["entropies"])},
        "loss": {"on policy": off["metrics"]["loss"], "kl": off["metrics"]["kl"],
                 **{kind: tokens[f"loss_{kind}"].reshape(()) for kind in off["lossTypes"]}},
        "clipped share": {"below": tokens["low"].reshape(()), "above": tokens["high"].reshape(())},
        "step's figures": {key: step["metrics"][key] for key in ["loss", "kl", "entropy", "grad_norm"]},
    }


def compare(folder):
    inputs = json.load(open(f"{folder}/inputs.json"))
    lengths, ours = our_figures(folder, inputs)
    figures = {"float64": {}, "float32": {}}
    for name, dtype in [("float64", torch.float64), ("float32", torch.float32)]:
        print(f"{os.path.basename(folder)} in {name} ...", file=sys.stderr, flush=True)
        compute(f"{folder}/{name}", inputs, dtype, figures[name])
    errors = Errors()
    for what, values in figures["float64"].items():
        for name, reference in values.items():
            errors.add(what, name, ours[what][name], figures["float32"][what][name], reference)
    before = dict(load(inputs["model"]).named_parameters())
    off_policy = [(f"gradients of {kind}, off policy", f"off_policy_gradients_{kind}")
                  for kind in inputs["offPolicy"]["lossTypes"]]
    for what, file in [*off_policy, ("gradients, on policy", "on_policy_gradients"),
                       ("step's weights", "new_weights"), ("step's first moments", "new_m"),
                       ("step's second moments", "new_v")]:
        sides = [safe_open(f"{folder}/{part}{file}.safetensors", "pt")
                 for part in ["", "float32/", "float64/"]]
        if set(sides[0].keys()) != set(sides[2].keys()):
            sys.exit(f"{what}: names differ: {sorted(set(sides[0].keys()) ^ set(sides[2].keys()))}")
        for name in sides[2].keys():
            values = [side.get_tensor(name) for side in sides]
            errors.add(what, name, *values)
            if file == "new_weights":
                start = before[name].detach()
                errors.add("step's change of weights", name, *(value - start for value in values))
    parameters = sum(p.numel() for p in before.values())
    clipped, norm = figures["float64"]["clipped share"], figures["float64"]["step's figures"]["grad_norm"]
    print(f"{os.path.basename(folder)}: {len(before)} tensors, {parameters} parameters, completions of "
          f"{lengths} tokens, {clipped['below']:.2f} clipped below, {clipped['above']:.2f} above, norm "
          f"{norm:.3g}")
    return errors.report()


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
