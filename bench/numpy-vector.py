"""The rival of bench/one-vector.ts: one vector through a map, in NumPy on one thread.

numpy-vector.py RUNS CASES prints, as JSON, the microseconds of each run of each case: [dimensions, rank], rank 0 for a dense map.
"""

import json
import sys
import time

import numpy as np

runs = int(sys.argv[1])
random = np.random.default_rng(1)


def case(dimensions, rank):
    x = random.standard_normal(dimensions, dtype=np.float32)
    if rank == 0:
        weights = random.standard_normal((dimensions, dimensions), dtype=np.float32)
        apply = lambda unit: unit @ weights
    else:
        left = random.standard_normal((dimensions, rank), dtype=np.float32)
        right = random.standard_normal((rank, dimensions), dtype=np.float32)
        apply = lambda unit: unit + (unit @ left) @ right

    def job():
        y = apply(x / np.sqrt(x @ x))
        return y / np.sqrt(y @ y)

    times = []
    for _ in range(runs + 5):
        started = time.perf_counter()
        job()
        times.append(1e6 * (time.perf_counter() - started))
    return times[5:]


times = [case(*shape) for shape in json.loads(sys.argv[2])]
print(json.dumps({"times": times, "numpy": np.__version__}))
