"""sentence-transformers with an adapter as its Dense module: the largest difference from what the adapter gives, fresh and after
its folder was written and read again.

python bench/peers/dense_module.py FOLDER, where FOLDER holds vectors.npy (n × d), weights.npy and bias.npy of `denseMap`, and
adapted.npy, what `applyAdapter` makes of the vectors. `npm run bench -- stack --only files --python …` writes it and prints the
figures.
"""

import json
import sys
import tempfile
from pathlib import Path

import numpy as np
import sentence_transformers
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.models import Dense, Normalize

folder = Path(sys.argv[1])
vectors, weights, bias, adapted = (
    np.load(folder / f"{name}.npy") for name in ("vectors", "weights", "bias", "adapted")
)
layer = Dense(
    *weights.shape,
    activation_function=torch.nn.Identity(),
    init_weight=torch.from_numpy(weights.T.copy()),
    init_bias=torch.from_numpy(bias[0]),
)


def difference(modules):
    features = {"sentence_embedding": torch.from_numpy(vectors)}
    with torch.no_grad():
        for module in modules:
            features = module(features)
    return float(np.abs(features["sentence_embedding"].numpy() - adapted).max())


model = SentenceTransformer(modules=[Normalize(), layer, Normalize()], device="cpu")
fresh = difference(model)
with tempfile.TemporaryDirectory() as saved:
    model.save(saved)
    read_again = difference(SentenceTransformer(saved, device="cpu"))
version = sentence_transformers.__version__
print(json.dumps({"fresh": fresh, "readAgain": read_again, "version": version}))
