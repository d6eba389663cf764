"""A set of BEIR's shape with vectors, as bench/sets.ts reads it, and the figures of a ranking."""

import gzip
import json
from pathlib import Path

import numpy as np


class VectorSet:
    def __init__(self, folder, embedder):
        folder = Path(folder)
        query_row = ids(folder / "queries.jsonl.gz")
        passage_row = ids(folder / "corpus.jsonl.gz")
        self.queries = unit(np.load(folder / f"{embedder}-queries.npy"))
        self.passages = unit(np.load(folder / f"{embedder}-passages.npy"))
        self.train = pairs(folder / "train.tsv", query_row, passage_row)
        self.test = pairs(folder / "test.tsv", query_row, passage_row)


def ids(path):
    with gzip.open(path, "rt") as lines:
        return {json.loads(line)["_id"]: row for row, line in enumerate(lines)}


def pairs(path, query_row, passage_row):
    """Rows of questions and of their passages, n × 2."""
    with open(path) as lines:
        next(lines)
        cells = [line.split("\t") for line in lines]
    return np.array([(query_row[cell[0]], passage_row[cell[1]]) for cell in cells])


def unit(matrix):
    matrix = matrix.astype(np.float32)
    return matrix / np.linalg.norm(matrix, axis=1, keepdims=True)


def figures(scores, rows, test):
    """recall@1 and MRR, a question once; wrong passages of an equal score stand before the match.

    scores: questions × passages, row i for the table's row rows[i]; test: pairs as rows of both tables.
    """
    relevant = {}
    for query, passage in test:
        relevant.setdefault(query, []).append(passage)
    reciprocal = []
    for row, score in zip(rows, scores):
        own = relevant[row]
        wrong = np.ones(len(score), bool)
        wrong[own] = False
        reciprocal.append(1 / (1 + np.sum(score[wrong] >= score[own].max())))
    reciprocal = np.array(reciprocal)
    return {"recall@1": float(np.mean(reciprocal == 1)), "mrr": float(np.mean(reciprocal))}
