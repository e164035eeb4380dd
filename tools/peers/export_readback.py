"""Reads exported files back as other trainers do: python export_readback.py FILE EXPECTED.jsonl

FILE is parquet or JSON lines; EXPECTED has one JSON object a row. Every reader must give the rows of
EXPECTED, value by value: pandas and pyarrow for parquet, Hugging Face datasets for both; JSON lines with
the features of the manifest FILE.manifest.json. Prints a line for each reader; exits 1 if one differs.
"""

import json
import math
import sys

import datasets
import numpy as np
import pandas as pd
import pyarrow.parquet as pq

path, expected_path = sys.argv[1:3]
expected = [json.loads(line) for line in open(expected_path, encoding="utf-8")]
is_parquet = open(path, "rb").read(4) == b"PAR1"


def plain(value):
    """What JSON would hold; pandas writes NaN where a number is missing."""
    if isinstance(value, np.ndarray):
        return [plain(entry) for entry in value]
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float) and math.isnan(value):
        return None
    if isinstance(value, dict):
        return {key: plain(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [plain(entry) for entry in value]
    return None if value is pd.NA else value


def from_datasets():
    kind, features = "parquet", None
    if not is_parquet:
        manifest = json.load(open(f"{path}.manifest.json", encoding="utf-8"))
        kind, features = "json", datasets.Features.from_dict(manifest["features"])
    data = datasets.load_dataset(
        kind, data_files=path, split="train", cache_dir=f"{path}.cache", features=features
    )
    print(f"  {path}: {data.features}")
    return data.to_list()


readers = {"datasets": from_datasets}
if is_parquet:
    readers["pyarrow"] = lambda: pq.read_table(path).to_pylist()
    readers["pandas"] = lambda: pd.read_parquet(path).to_dict("records")

failed = False
for name, read in readers.items():
    rows = [plain(row) for row in read()]
    differing = sum(a != b for a, b in zip(rows, expected)) + abs(len(rows) - len(expected))
    failed = failed or differing > 0
    print(f"  {name}: {len(rows)} rows of {len(expected)}, {differing} differ")
    for a, b in [(a, b) for a, b in zip(rows, expected) if a != b][:1]:
        print(f"    {str(a)[:600]}\n    must be\n    {str(b)[:600]}")
sys.exit(1 if failed else 0)
