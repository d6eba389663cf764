"""The rival of bench/negatives.ts: nearest passages by NumPy, a block of queries at a time.

numpy-mining.py QUERIES PASSAGES DIMENSIONS K prints seconds.
"""

import sys
import time

import numpy as np

queries, passages, dimensions, k = map(int, sys.argv[1:])
random = np.random.default_rng(1)


def unit(rows):
    matrix = random.random((rows, dimensions), dtype=np.float32) - np.float32(0.5)
    return matrix / np.linalg.norm(matrix, axis=1, keepdims=True)


q, p = unit(queries), unit(passages)
q[:8] @ p[:8].T  # start its threads
started = time.perf_counter()
for start in range(0, queries, 512):
    scores = q[start : start + 512] @ p.T
    nearest = np.argpartition(-scores, k, axis=1)[:, :k]
    order = np.argsort(-np.take_along_axis(scores, nearest, axis=1), axis=1)
    np.take_along_axis(nearest, order, axis=1)
print(time.perf_counter() - started)
