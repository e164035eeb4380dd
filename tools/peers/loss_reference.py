"""Values of the losses by PyTorch's tape in float64, for lib/rl/grpo/losses_test.ts.

python loss_reference.py OUT.json: writes a batch of four completions, and loss and gradients of every loss
type, KL estimator, correction and mask. The losses are written as TRL writes them: tensors of tokens, one
formula a type, the gradient by autograd; nothing is shared with this project's closed forms.
"""
import json
import sys

import torch

torch.manual_seed(7)
LENGTHS, T, ROOM = [5, 1, 3, 4], 5, 8
EPSILON, EPSILON_HIGH, BETA, ENTROPY = 0.2, 0.28, 0.04, 0.01


def rounded(tensor):
    return [[round(x, 5) for x in row] for row in tensor.tolist()]


def batch():
    shape = (len(LENGTHS), T)
    mask = torch.tensor([[float(t < n) for t in range(T)] for n in LENGTHS])
    old = -3 * torch.rand(shape) - 0.1
    # Rows drift by their own amount, so that sequence ratios are clipped too.
    policy = old + torch.tensor([[0.35], [0.1], [-0.4], [0.3]]) + 0.6 * (torch.rand(shape) - 0.5)
    return {
        "policy": rounded(policy), "old": rounded(old),
        "ref": rounded(policy + 1.6 * (torch.rand(shape) - 0.5)),
        "sampler": rounded(old + 0.5 * (torch.rand(shape) - 0.5)),
        "entropies": rounded(2 * torch.rand(shape)),
        "advantages": [1.3, -0.7, -1.1, 0.6], "mask": mask.tolist(),
    }


def loss(case, data):
    policy, old, ref, sampler, entropies, mask = (
        torch.tensor(data[name], dtype=torch.float64)
        for name in ["policy", "old", "ref", "sampler", "entropies", "mask"])
    mask[case["masked"]] = 0
    policy.requires_grad_()
    entropies.requires_grad_()
    advantages = torch.tensor(data["advantages"], dtype=torch.float64).unsqueeze(1)
    log_ratio = policy - old
    kind = case["lossType"]
    if kind == "gspo":
        log_ratio = (log_ratio * mask).sum(-1, keepdim=True) / mask.sum(-1, keepdim=True).clamp(min=1)
    ratio = torch.exp(log_ratio)
    low, high = 1 - EPSILON, 1 + EPSILON_HIGH
    if kind == "cispo":
        per_token = -torch.clamp(ratio, low, high).detach() * advantages * policy
    else:
        per_token = -torch.min(ratio * advantages, torch.clamp(ratio, low, high) * advantages)
    if case["cap"] is not None:
        per_token = per_token * torch.clamp(torch.exp(old - sampler), max=case["cap"])
    difference = ref - policy
    kl = {"k1": -difference, "k2": difference ** 2 / 2, "abs": difference.abs(),
          "k3": torch.exp(difference) - difference - 1}[case["klEstimator"]]
    per_token = per_token + BETA * kl - ENTROPY * entropies
    if kind in ("grpo", "gspo"):
        total = ((per_token * mask).sum(-1) / mask.sum(-1).clamp(min=1)).mean()
    elif kind == "dr_grpo":
        total = (per_token * mask).sum() / (per_token.size(0) * ROOM)
    else:
        total = (per_token * mask).sum() / mask.sum()
    total.backward()
    return {"loss": total.item(), "dPolicy": policy.grad.tolist(), "dEntropies": entropies.grad.tolist()}


def main(path):
    data = batch()
    kinds = ["grpo", "dr_grpo", "bnpo", "dapo", "gspo", "cispo"]
    plain = {"klEstimator": "k3", "cap": None, "masked": []}
    cases = [{**plain, "lossType": kind} for kind in kinds]
    cases += [{**plain, "lossType": "dapo", "klEstimator": name} for name in ["k1", "k2", "abs"]]
    cases += [{**plain, "lossType": kind, "cap": 1.1} for kind in ["grpo", "dapo", "gspo", "cispo"]]
    cases += [{**plain, "lossType": kind, "masked": [0, 3]} for kind in kinds]
    options = {"epsilon": EPSILON, "epsilonHigh": EPSILON_HIGH, "beta": BETA, "entropyCoefficient": ENTROPY,
               "maxCompletionLength": ROOM}
    lines = ",\n".join(json.dumps({**case, **loss(case, data)}) for case in cases)
    with open(path, "w") as file:
        file.write(f'{{"batch": {json.dumps(data)},\n"options": {json.dumps(options)},\n"cases": [\n{lines}\n]}}\n')


main(sys.argv[1])
