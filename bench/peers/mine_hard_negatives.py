"""sentence-transformers' mine_hard_negatives and its evaluators on vectors made beforehand; for bench/agreement.ts.

mine_hard_negatives.py DIR < settings.json: DIR has queries.npy and passages.npy, settings has "pairs" (rows), "mining", a list of
keyword arguments, "graded" (rows and a grade) and "lists" (a query, right and wrong rows). Prints JSON: per setting the columns of the
dataset that came, then the figures of the evaluators.
"""

import json
import logging
import pathlib
import sys
import uuid

import numpy as np
import torch
from datasets import Dataset
from datasets.fingerprint import Hasher
from sentence_transformers.sentence_transformer.evaluation import (
    EmbeddingSimilarityEvaluator,
    InformationRetrievalEvaluator,
    RerankingEvaluator,
)
from sentence_transformers.util import cos_sim, mine_hard_negatives, pairwise_cos_sim

logging.disable(logging.WARNING)
# A fingerprint of each step is for a cache on disk, which is not wanted; some versions of dill cannot make it.
Hasher.hash = classmethod(lambda cls, value: uuid.uuid4().hex)
folder = pathlib.Path(sys.argv[1])
settings = json.load(sys.stdin)


def unit(name):
    rows = np.load(folder / f"{name}.npy").astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


vectors = {"q": unit("queries"), "p": unit("passages")}


class Model:
    """Gives each text the row that it names."""

    device = torch.device("cpu")
    similarity_fn_name = "cosine"

    def encode_query(self, texts, **_):
        return np.stack([vectors[text[0]][int(text[1:])] for text in texts])

    encode_document = encode_query
    encode = encode_query

    def similarity(self, a, b):
        return cos_sim(a, b)

    def similarity_pairwise(self, a, b):
        return pairwise_cos_sim(a, b)


def name(kind, row):
    return f"{kind}{row:06d}"


pairs = settings["pairs"]
corpus = [name("p", row) for row in range(len(vectors["p"]))]
mined = []
for options in settings["mining"]:
    dataset = Dataset.from_dict(
        {"anchor": [name("q", q) for q, _ in pairs], "positive": [name("p", p) for _, p in pairs]}
    )
    found = mine_hard_negatives(
        dataset, Model(), anchor_column_name="anchor", positive_column_name="positive", corpus=corpus, verbose=False, **options
    )
    mined.append([[row[column] for column in found.column_names] for row in found])

relevant = {}
for q, p in pairs:
    relevant.setdefault(name("q", q), set()).add(name("p", p))
asked = list(relevant)
ks = [1, 10, 100]
evaluator = InformationRetrievalEvaluator(
    {q: q for q in asked},
    {p: p for p in corpus},
    relevant,
    accuracy_at_k=ks,
    precision_recall_at_k=ks,
    mrr_at_k=ks,
    ndcg_at_k=ks,
    map_at_k=ks,
    score_functions={"cos": cos_sim},
)
figures = evaluator.compute_all_metrics(Model())
graded = settings["graded"]
similarity = EmbeddingSimilarityEvaluator(
    [name("q", q) for q, _, _ in graded],
    [name("p", p) for _, p, _ in graded],
    [grade for _, _, grade in graded],
    similarity_fn_names=["cosine", "dot"],
)
# The model card that figures are stored in is a real model's.
similarity.store_metrics_in_model_card_data = lambda *_: None
reranking = RerankingEvaluator(
    [
        {"query": name("q", q), "positive": [name("p", p) for p in right], "negative": [name("p", p) for p in wrong]}
        for q, right, wrong in settings["lists"]
    ],
    at_k=10,
)
evaluated = {
    "graded": {k: float(v) for k, v in similarity(Model()).items()},
    "reranking": {k: float(v) for k, v in reranking.compute_metrics(Model()).items()},
}
print(json.dumps({**evaluated, "mined": mined, "figures": {k: {str(n): v for n, v in of.items()} for k, of in figures["cos"].items()}}))
