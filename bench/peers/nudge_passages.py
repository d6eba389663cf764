"""NUDGE-M and NUDGE-N (Zeighami et al., ICLR 2025) by their authors' package, nudge-ft. A fifth of the labels, drawn at
random, is what it validates on. Labels come from standard input, as rows of the set's tables.

echo '{"query": [0, 1], "passage": [3, 5]}' | python bench/peers/nudge_passages.py ../shared/data/sets/clinc minilm
"""

import contextlib
import json
import sys
import time
from importlib.metadata import version

import numpy as np
from nudge import NUDGEM, NUDGEN

from vector_set import VectorSet, figures

data = VectorSet(sys.argv[1], sys.argv[2])
labels = json.load(sys.stdin)
answers = {}
for query, passage in zip(labels["query"], labels["passage"]):
    answers.setdefault(query, []).append(passage)
questions = np.random.default_rng(1).permutation(sorted(answers))
held = len(questions) // 5


def part(rows):
    return {"q_embs": data.queries[rows], "q_ans_indx": [answers[row] for row in rows]}


rows = np.unique(data.test[:, 0])
result = {"version": version("nudge-ft")}
for name, method in (("NUDGE-M", NUDGEM), ("NUDGE-N", NUDGEN)):
    began = time.perf_counter()
    with contextlib.redirect_stdout(sys.stderr):
        moved = method().finetune_embeddings(
            data.passages, part(questions[held:]), part(questions[:held])
        )
    seconds = time.perf_counter() - began
    # As its authors say: by the inner product, the moved vectors as they are.
    scores = data.queries[rows] @ np.asarray(moved, np.float32).T
    result[name] = {**figures(scores, rows, data.test), "seconds": seconds}
print(json.dumps(result))
