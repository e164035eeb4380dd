"""The PyTorch side of `deno task bench:peers`: one piece of work, done once for every line of standard input.

python torch_worker.py WORK.json: WORK.json is a `Work` of tools/bench_peers/work.ts. Prints a line when ready,
then for every line read one of JSON: seconds; tokens made or seen; peak memory of this process in bytes;
the loss where one is computed.

step     TRL's GRPOTrainer: each optimizer step waits for its line. Full fine-tuning in float32, beta 0.001,
         the reference a second model, accumulated over parts of `microBatchSize` completions, without gradient
         checkpointing (faster; TRL's default is with it). No end token may be sampled, so every completion
         has `newTokens` tokens.
decode   transformers' generate with its key/value cache, sampling at the temperature from the whole
         vocabulary, without an end token.
passes   the mean loss of all next tokens but the first, and its gradients.
"""
import json
import os
import sys
import time

# What the libraries print must not mix with the answers.
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
os.environ.update(HF_HUB_OFFLINE="1", HF_DATASETS_OFFLINE="1", TOKENIZERS_PARALLELISM="false")

import torch
import transformers
from transformers import AutoModelForCausalLM, AutoTokenizer

work = json.load(open(sys.argv[1], encoding="utf-8"))
torch.set_num_threads(work["threads"])
torch.manual_seed(0)


def answer(**values):
    print(json.dumps(values), file=answers, flush=True)


def peak_bytes():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))


def load():
    return AutoModelForCausalLM.from_pretrained(work["model"], dtype=torch.float32)


def each_round(run):
    """Answers every line with what `run` returns and how long it took."""
    answer(ready=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        values = run()
        answer(seconds=time.perf_counter() - start, peakBytes=peak_bytes(), **values)


def decode():
    model = load().eval()
    ids = torch.tensor([p["tokenIds"] for p in work["prompts"] for _ in range(work["groupSize"])])
    # Other values of the generation config would stop early or cut the distribution.
    config = transformers.GenerationConfig(
        do_sample=True, temperature=work["temperature"], top_k=0, top_p=1.0, eos_token_id=None,
        pad_token_id=0, max_new_tokens=work["newTokens"], use_cache=True)
    model.generation_config = config

    def run():
        with torch.no_grad():
            out = model.generate(ids, attention_mask=torch.ones_like(ids), generation_config=config)
        return {"tokens": (out.shape[1] - ids.shape[1]) * out.shape[0]}

    each_round(run)


def passes():
    model = load().train()
    ids = torch.tensor([p["tokenIds"] for p in work["prompts"]])

    def run():
        model.zero_grad(set_to_none=True)
        logits = model(ids[:, :-1]).logits[:, 1:]
        loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), ids[:, 2:].flatten())
        loss.backward()
        return {"tokens": ids[:, :-1].numel(), "loss": loss.item()}

    each_round(run)


def step():
    from datasets import Dataset
    from trl import GRPOConfig, GRPOTrainer

    rows = len(work["prompts"]) * work["groupSize"]
    config = GRPOConfig(
        output_dir=work["scratch"], per_device_train_batch_size=work["microBatchSize"],
        gradient_accumulation_steps=rows // work["microBatchSize"], num_generations=work["groupSize"],
        max_completion_length=work["newTokens"], max_steps=10**6, learning_rate=1e-6, beta=work["beta"],
        temperature=work["temperature"], use_cpu=True, bf16=False, fp16=False,
        gradient_checkpointing=False, report_to=[], save_strategy="no", logging_steps=1, disable_tqdm=True,
        generation_kwargs={"min_new_tokens": work["newTokens"]}, max_grad_norm=1.0)

    def reward(completion_ids, **_):
        return [float(len(set(ids))) for ids in completion_ids]

    trainer = GRPOTrainer(
        model=load(), reward_funcs=reward, args=config,
        train_dataset=Dataset.from_dict({"prompt": [p["text"] for p in work["prompts"]]}),
        processing_class=AutoTokenizer.from_pretrained(work["model"]))

    class OnRequest(transformers.TrainerCallback):
        start = 0.0
        tokens = 0

        def on_step_begin(self, *_, **__):
            if sys.stdin.readline() == "":
                os._exit(0)
            self.start = time.perf_counter()

        def on_step_end(self, *_, **__):
            seconds = time.perf_counter() - self.start
            total = trainer._metrics["train"]["num_tokens"][-1]
            answer(seconds=seconds, peakBytes=peak_bytes(), tokens=total - self.tokens)
            self.tokens = total

    trainer.add_callback(OnRequest())
    answer(ready=True)
    trainer.train()


{"step": step, "decode": decode, "passes": passes}[work["kind"]]()
