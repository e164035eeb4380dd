"""The rules of the reference in plain Python, for speed: one pass over the completions for each line of
standard input, its seconds as the answer. The first answer is the values, to be compared.

Usage: reward_speed.py COMPLETIONS.json
"""

import json
import re
import sys
import time

from nltk.translate.bleu_score import SmoothingFunction, sentence_bleu
from rouge_score import rouge_scorer

ANSWER = re.compile(r"<answer>(.*?)</answer>", re.DOTALL)
TAGS = ("<think>", "</think>", "<answer>", "</answer>")
MARKS = ';/[]"{}()=+\\_-><@`,?!'
BETWEEN_DIGITS = re.compile(r"\d,\d")
PERIOD = re.compile(r"\.(?!\d)")
NUMERALS = dict(zip("none zero one two three four five six seven eight nine ten".split(), "0 0 1 2 3 4 5 6 7 8 9 10".split()))
ARTICLES = {"a", "an", "the"}
SMOOTHING = SmoothingFunction().method1
ROUGE = rouge_scorer.RougeScorer(["rougeL"])


def extract(text):
    for header in ("Assistant:", "<|im_start|>assistant"):
        if header in text:
            text = text.split(header, 1)[1]
            break
    found = ANSWER.findall(text)
    return text, found[-1].strip() if found else None


def has_format(text):
    places = [text.find(tag) for tag in TAGS]
    return all(text.count(tag) == 1 for tag in TAGS) and places == sorted(places)


def normalize(text):
    joins_all = BETWEEN_DIGITS.search(text) is not None
    marked = text
    for mark in MARKS:
        joins = joins_all or mark + " " in text or " " + mark in text
        marked = marked.replace(mark, "" if joins else " ")
    words = PERIOD.sub("", marked, count=32).lower().split()
    words = [NUMERALS.get(word, word) for word in words]
    return [word for word in words if word not in ARTICLES]


def exact_match(reference, answer):
    words = normalize(answer)
    known = set(words)
    return 100 * len([word for word in dict.fromkeys(normalize(reference)) if word in known]) / len(words) if words else 0


def bleu(reference, answer):
    references, words = [reference.split()], answer.split()
    weights = ((1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0))
    return sum(round(sentence_bleu(references, words, weights=w, smoothing_function=SMOOTHING), 4) for w in weights) / 3


def score(item):
    text, answer = extract(item["prompt"] + item["completion"])
    total = 1 if has_format(text) else -1
    merge = 0.5 * exact_match(item["reference"], answer) + 0.5 * bleu(item["reference"], answer)
    total += 1 if merge > 45 else -1
    total += max(-1, min(1, 1 - abs(item["usedTokens"] - item["budgetTokens"]) / 1500))
    return {"total": total, "merge": merge, "rougeL": ROUGE.score(item["reference"], answer)["rougeL"].fmeasure}


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        items = json.load(file)
    print(json.dumps([score(item) for item in items]), flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        for item in items:
            score(item)
        print(time.perf_counter() - start, flush=True)


if __name__ == "__main__":
    main()
