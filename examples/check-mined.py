"""Computes with NumPy what examples/mine-negatives.ts --export DIR mined, and compares:

python3 examples/check-mined.py DIR
"""

import json
import pathlib
import sys

import numpy as np

folder = pathlib.Path(sys.argv[1])
exported = json.loads((folder / "mined.json").read_text(encoding="utf-8"))
count = exported["settings"]["numNegatives"]
margin = exported["settings"]["relativeMargin"]


def unit(path):
    rows = np.load(path).astype(np.float64)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


cosines = unit(folder / "queries.npy") @ unit(folder / "passages.npy").T
texts = [" ".join(text.lower().split()) for text in exported["texts"]]
most_positives = max(len(entry["positives"]) for entry in exported["mined"])
depth = 10 * count + 2 * most_positives  # what mineHardNegatives looks at by default

different = 0
worst = 0.0
for entry in exported["mined"]:
    row = cosines[entry["query"]]
    positives = [texts[i] for i in entry["positives"]]
    limit = (1 - margin) * row[entry["positives"]].min()
    expected = []
    for i in np.argsort(-row, kind="stable")[:depth]:
        repeats = any(text in texts[i] for text in positives)
        twice = texts[i] in [texts[j] for j in expected]
        if row[i] <= limit and not repeats and not twice and i not in entry["refused"]:
            expected.append(int(i))
    expected = expected[:count]
    same = len(expected) == len(entry["negatives"]) and np.allclose(
        row[expected], row[entry["negatives"]], rtol=0, atol=1e-6  # equally near passages may change places
    )
    different += not same
    if entry["scores"]:
        worst = max(worst, float(np.abs(row[entry["negatives"]] - entry["scores"]).max()))

total = len(exported["mined"])
print(f"{total - different} of {total} queries agree with NumPy; the greatest difference of a score is {worst:.1e}")
sys.exit(1 if different or worst > 1e-5 else 0)
