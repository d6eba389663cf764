"""The rival of bench/scan.ts: one query at a time against a resident matrix, in NumPy.

numpy-scan.py ROWS DIMENSIONS K QUERIES prints, as JSON, milliseconds of the product alone and of the product with its best K.
"""

import json
import sys
import time

import numpy as np

rows, dimensions, k, count = map(int, sys.argv[1:])
random = np.random.default_rng(1)
matrix = random.random((rows, dimensions), dtype=np.float32) - np.float32(0.5)
queries = random.random((count, dimensions), dtype=np.float32) - np.float32(0.5)


def best(query):
    scores = matrix @ query
    found = np.argpartition(-scores, k)[:k]
    return found[np.argsort(-scores[found])]


def times(job):
    result = []
    for query in queries:
        started = time.perf_counter()
        job(query)
        result.append(1e3 * (time.perf_counter() - started))
    return result


times(lambda query: matrix @ query)
product = times(lambda query: matrix @ query)
print(json.dumps({"product": product, "best": times(best), "numpy": np.__version__}))
