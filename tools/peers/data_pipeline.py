"""The job of `deno task data:prepare tools/bench_data/recipe.ts` with Hugging Face datasets and datasketch.

python data_pipeline.py FOLDER OUT: reads FOLDER's choices, calculations, open and test tables; mixes,
removes exact and near-duplicates and what gives test questions away, draws budgets, and writes
OUT/train.parquet, OUT/test.parquet and OUT/removed.txt (ids). Near-duplicates by the same rule: Jaccard
similarity of at least 0.8 of the sets of 5-character shingles (0.5 of the question alone), same numbers,
same answer.
"""
import hashlib
import json
import random
import re
import sys
import unicodedata

import numpy as np
import xxhash
from datasets import concatenate_datasets, load_dataset
from datasketch import MinHash, MinHashLSH

NUM_PERM = 128
THRESHOLD = 0.8
QUESTION_THRESHOLD = 0.5
NGRAM = 8
OVERLAP = 0.7
NUM_PROC = 2
SEPARATORS = re.compile(r"[^\w<>≤≥]+")
NUMBER = re.compile(r"\d+(?:\.\d+)*")


def normalise(text):
    return SEPARATORS.sub(" ", unicodedata.normalize("NFKC", text).lower()).strip()


def shingles(parts):
    found = set()
    for part in parts:
        found.update(part[i : i + 5] for i in range(max(1, len(part) - 4)))
    return found


def parts_of(context, question, options):
    texts = [] if options is None else list(json.loads(options).values())
    return [normalise(text) for text in [context, question, *texts]]


def similarity(parts, others):
    own, theirs = shingles(parts), shingles(others)
    return len(own & theirs) / len(own | theirs)


def answer_of(gold, options):
    answer = json.loads(gold)
    if answer["kind"] == "choice":
        return normalise(json.loads(options)[answer["letter"]])
    return normalise(answer["answer"])


def xxh32(data):
    return xxhash.xxh32_intdigest(data)


def sketch(batch):
    rows = list(zip(batch["context"], batch["question"], batch["options"], batch["gold"]))
    parts = [parts_of(context, question, options) for context, question, options, _ in rows]
    sets = [[s.encode() for s in shingles(p)] for p in parts]
    hashes = MinHash.bulk(sets, num_perm=NUM_PERM, hashfunc=xxh32, scheme="affine32")
    return {
        "exact": [
            hashlib.md5("\n".join(p[:2] + sorted(p[2:])).encode()).hexdigest() for p in parts
        ],
        "numbers": [
            " ".join(NUMBER.findall(context + " " + question)) for context, question, _, _ in rows
        ],
        "answer": [answer_of(gold, options) for _, _, options, gold in rows],
        "signature": [h.hashvalues for h in hashes],
    }


def ngrams(text):
    words = text.split(" ")
    return {" ".join(words[i : i + NGRAM]) for i in range(len(words) - NGRAM + 1)}


def find_duplicates(train):
    removed = set()
    seen = set()
    lsh = MinHashLSH(threshold=THRESHOLD, num_perm=NUM_PERM)
    texts = train.with_format(None)
    row = 0
    fields = train.select_columns(["exact", "numbers", "answer", "signature"]).with_format(
        "numpy", columns=["signature"], output_all_columns=True
    )
    kept = {}
    for batch in fields.iter(batch_size=1000):
        for exact, numbers, answer, signature in zip(
            batch["exact"], batch["numbers"], batch["answer"], batch["signature"]
        ):
            if exact in seen:
                removed.add(row)
                row += 1
                continue
            seen.add(exact)
            minhash = MinHash(num_perm=NUM_PERM, hashvalues=signature, scheme="affine32")
            own = None
            for other in lsh.query(minhash):
                if kept[other] != (numbers, answer):
                    continue
                if own is None:
                    own = parts_of(*fields_of(texts, row))
                theirs = parts_of(*fields_of(texts, other))
                if similarity(own, theirs) >= THRESHOLD and (
                    similarity(own[1:2], theirs[1:2]) >= QUESTION_THRESHOLD
                ):
                    removed.add(row)
                    break
            else:
                lsh.insert(row, minhash, check_duplication=False)
                kept[row] = (numbers, answer)
            row += 1
    return removed


def fields_of(dataset, row):
    found = dataset[row]
    return found["context"], found["question"], found["options"]


def index_test(test):
    questions = []
    index = {}
    stems = set()
    for context, question in zip(test["context"], test["question"]):
        parts = [normalise(context), normalise(question)]
        stems.add("\n".join(parts))
        grams = [ngrams(part) for part in parts]
        for gram in set().union(*grams):
            index.setdefault(gram, []).append(len(questions))
        questions.append([g for g in grams if g])
    return stems, index, questions


def main(folder, out):
    names = ["choices", "calculations", "open"]
    loaded = {
        name: load_dataset("parquet", data_files=f"{folder}/{name}.parquet", split="train")
        for name in [*names, "test"]
    }
    train = concatenate_datasets([loaded[name] for name in names])
    train = train.map(sketch, batched=True, batch_size=1000, num_proc=NUM_PROC)
    removed = find_duplicates(train)

    stems, index, questions = index_test(loaded["test"])

    def leaks(batch):
        found = []
        for context, question in zip(batch["context"], batch["question"]):
            parts = [normalise(context), normalise(question)]
            if "\n".join(parts) in stems:
                found.append(True)
                continue
            own = ngrams(parts[0]) | ngrams(parts[1])
            candidates = {row for gram in own if gram in index for row in index[gram]}
            found.append(
                any(
                    all(len(grams & own) >= OVERLAP * len(grams) for grams in questions[row])
                    for row in candidates
                    if questions[row]
                )
            )
        return {"leaks": found}

    train = train.map(leaks, batched=True, batch_size=1000, num_proc=NUM_PROC)
    removed.update(np.flatnonzero(np.asarray(train["leaks"])).tolist())
    ids = train["id"]
    with open(f"{out}/removed.txt", "w") as file:
        file.writelines(f"{ids[row]}\n" for row in sorted(removed))
    keep = [row for row in range(len(train)) if row not in removed]
    train = train.select(keep).remove_columns(["exact", "numbers", "answer", "signature", "leaks"])

    # Twice as many choices as of either other source, as many as there are.
    sources = np.asarray(train["source"])
    weights = {"Choices": 2, "Calculations": 1, "Open": 1}
    sizes = {name: int((sources == name).sum()) for name in weights}
    unit = min(sizes[name] / weight for name, weight in weights.items())
    generator = np.random.default_rng(1)
    chosen = [
        generator.permutation(np.flatnonzero(sources == name))[: int(unit * weight)]
        for name, weight in weights.items()
    ]
    train = train.select(generator.permutation(np.concatenate(chosen)))

    def budgets(batch):
        keys = zip(batch["source"], batch["id"])
        return {
            "budget_mode": ["exact"] * len(batch["id"]),
            "budget_tokens": [
                random.Random(f"1/{source}/{id}").randint(100, 2000) for source, id in keys
            ],
        }

    for name, dataset in [("train", train), ("test", loaded["test"])]:
        dataset = dataset.map(budgets, batched=True, batch_size=1000, num_proc=NUM_PROC)
        dataset.to_parquet(f"{out}/{name}.parquet")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
