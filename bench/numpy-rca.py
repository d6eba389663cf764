"""One point of RCA in NumPy, on vectors that bench/train.ts writes.

Run by bench/train.ts: python3 numpy-rca.py FOLDER LAMBDA POWER. Prints one JSON line.

The same steps as fitRca with a single point: rows of length 1, each side centred over the matching pairs, the covariance
of their differences, W = (C + lambda * mean eigenvalue * I)^-power through an eigen-decomposition.
"""

import json
import sys
import time

import numpy as np

folder, shrinkage, power = sys.argv[1], float(sys.argv[2]), float(sys.argv[3])
queries = np.load(f"{folder}/train-queries.npy")
passages = np.load(f"{folder}/train-passages.npy")
pairs = np.fromfile(f"{folder}/train-pairs.u32", dtype="<u4").reshape(-1, 3)


def fit():
    q = queries / np.linalg.norm(queries, axis=1, keepdims=True)
    p = passages / np.linalg.norm(passages, axis=1, keepdims=True)
    matches = pairs[pairs[:, 2] == 1]
    q, p = q[matches[:, 0]], p[matches[:, 1]]
    difference = (q - q.mean(0)) - (p - p.mean(0))
    c = difference.T @ difference / len(difference)
    values, vectors = np.linalg.eigh(c)
    scales = (values.clip(0) + shrinkage * values.mean()) ** -power
    return (vectors * scales) @ vectors.T


def timed():
    started, processor = time.perf_counter(), time.process_time()
    fit()
    return time.perf_counter() - started, time.process_time() - processor


fit()
seconds, processor = zip(*(timed() for _ in range(5)))
median = {"seconds": float(np.median(seconds)), "processor": float(np.median(processor))}
print(json.dumps({**median, "version": np.__version__}))
