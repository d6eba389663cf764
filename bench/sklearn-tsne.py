"""The rival of bench/tsne.ts: scikit-learn's Barnes-Hut t-SNE on one thread, under the same settings.

sklearn-tsne.py VECTORS ROWS COLS POINTS ITERATIONS reads float32 rows from VECTORS, writes its float32 points to POINTS and
prints, as JSON, the seconds it took by the clock and of the processor, its own estimate of the divergence, and its own
trustworthiness of the points.
"""

import json
import sys
import time

import numpy as np
import sklearn
from sklearn.manifold import TSNE, trustworthiness

vectors, rows, cols, points, iterations = sys.argv[1:]
x = np.fromfile(vectors, dtype=np.float32).reshape(int(rows), int(cols))
model = TSNE(perplexity=30, angle=0.5, max_iter=int(iterations), init="pca", method="barnes_hut", random_state=1, n_jobs=1)
clock, processor = time.perf_counter(), time.process_time()
y = model.fit_transform(x).astype(np.float32)
clock, processor = time.perf_counter() - clock, time.process_time() - processor
y.tofile(points)
print(
    json.dumps(
        {
            "seconds": clock,
            "processorSeconds": processor,
            "iterations": model.n_iter_ + 1,
            "divergence": float(model.kl_divergence_),
            "trustworthiness": float(trustworthiness(x, y, n_neighbors=12)),
            "version": sklearn.__version__,
        }
    )
)
