"""The rival of bench/negatives.ts in PyTorch: nearest passages by topk, a block of queries at a time.

torch-mining.py QUERIES PASSAGES DIMENSIONS K THREADS prints one JSON line.
"""

import json
import sys
import time

import torch

queries, passages, dimensions, k, threads = map(int, sys.argv[1:])
torch.set_num_threads(threads)
torch.manual_seed(1)


def unit(rows):
    matrix = torch.rand(rows, dimensions) - 0.5
    return matrix / matrix.norm(dim=1, keepdim=True)


q, p = unit(queries), unit(passages)
torch.topk(q[:8] @ p[: 8 * k].T, k, dim=1)  # start its threads
started, processor = time.perf_counter(), time.process_time()
for start in range(0, queries, 512):
    torch.topk(q[start : start + 512] @ p.T, k, dim=1)
print(
    json.dumps(
        {
            "seconds": time.perf_counter() - started,
            "processor": time.process_time() - processor,
            "version": torch.__version__,
        }
    )
)
