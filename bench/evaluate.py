"""The same figures by NumPy and scikit-learn, on the numbers bench/evaluate.ts wrote. Prints JSON."""
import json
import resource
import sys
import time

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score


def best_of(runs, job):
    value = job()
    seconds = float("inf")
    for _ in range(runs):
        start = time.perf_counter()
        value = job()
        seconds = min(seconds, time.perf_counter() - start)
    return {"seconds": seconds, "value": float(value)}


def threshold(scores, labels):
    """Every cut between distinct scores and both extremes, by one sort and two cumulative sums."""
    order = np.argsort(-scores, kind="stable")
    ordered, positive = scores[order], labels[order].astype(np.int64)
    last = np.append(np.flatnonzero(np.diff(ordered)), len(ordered) - 1)
    true_positives = np.cumsum(positive)[last]
    false_positives = last + 1 - true_positives
    negatives = len(labels) - positive.sum()
    right = np.append(true_positives + negatives - false_positives, negatives)
    return right.max() / len(labels)


def sweep(scores, labels):
    """The notebook's 2,000 thresholds, vectorised over the scores (it loops over them in Python)."""
    truth = labels == 1
    return max(np.mean((scores > x / 1000) == truth) for x in range(-1000, 1000))


def scores_task(folder):
    scores = np.fromfile(f"{folder}/scores.f64")
    labels = np.fromfile(f"{folder}/labels.u8", dtype=np.uint8)
    return {
        "tie-safe threshold (exact)": best_of(5, lambda: threshold(scores, labels)),
        "notebook's sweep": best_of(1, lambda: sweep(scores, labels)),
        "ROC AUC": best_of(5, lambda: roc_auc_score(labels, scores)),
        "average precision": best_of(5, lambda: average_precision_score(labels, scores)),
    }


def retrieval_task(folder, query_count, dimensions):
    queries = np.fromfile(f"{folder}/queries.f32", dtype=np.float32).reshape(query_count, dimensions)
    corpus = np.fromfile(f"{folder}/corpus.f32", dtype=np.float32).reshape(-1, dimensions)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start, processor = time.perf_counter(), time.process_time()
    queries = queries / np.linalg.norm(queries, axis=1, keepdims=True)
    corpus = corpus / np.linalg.norm(corpus, axis=1, keepdims=True)
    ranks = []
    # 512 queries at a time, so that the scores fit.
    for first in range(0, query_count, 512):
        scores = queries[first : first + 512] @ corpus.T
        own = np.arange(first, first + len(scores)) % len(corpus)
        ranks.append(1 + (scores > scores[np.arange(len(scores)), own][:, None]).sum(axis=1))
    seconds, processor = time.perf_counter() - start, time.process_time() - processor
    ranks = np.concatenate(ranks)
    extra = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    return {
        "NumPy, ranks from single-precision products": {
            "seconds": seconds,
            "processor": processor,
            "value": float(np.mean(ranks <= 1)),
            "recall10": float(np.mean(ranks <= 10)),
            "extra": extra,
        }
    }


task, folder, *rest = sys.argv[1:]
print(json.dumps(scores_task(folder) if task == "scores" else retrieval_task(folder, *map(int, rest))))
