"""Logistic regression on the questions' vectors, a class per passage: a probe of what they tell. For few passages.

python bench/peers/logistic_regression.py ../shared/data/sets/clinc minilm
"""

import json
import sys
import time

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression

from vector_set import VectorSet, figures

data = VectorSet(sys.argv[1], sys.argv[2])
query, passage = data.train.T
began = time.perf_counter()
model = LogisticRegression(C=10, max_iter=1000).fit(data.queries[query], passage)
seconds = time.perf_counter() - began
rows = np.unique(data.test[:, 0])
# A passage without labels has no class, and ranks last.
scores = np.full((len(rows), len(data.passages)), -1.0)
scores[:, model.classes_] = model.predict_proba(data.queries[rows])
result = figures(scores, rows, data.test)
print(json.dumps({**result, "seconds": seconds, "version": sklearn.__version__}))
