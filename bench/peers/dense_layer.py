"""sentence-transformers training a Dense layer on top of vectors that stay as they are, by its own trainer and
MultipleNegativesRankingLoss (scale 20, the default). Both sides share the layer, which starts from the identity.

python bench/peers/dense_layer.py ../shared/data/sets/clinc minilm
"""

import json
import sys
import tempfile
import time

import numpy as np
import sentence_transformers
import torch
from datasets import Dataset
from sentence_transformers import (
    SentenceTransformer,
    SentenceTransformerTrainer,
    SentenceTransformerTrainingArguments,
)
from sentence_transformers.losses import MultipleNegativesRankingLoss
from sentence_transformers.models import Dense
from sentence_transformers.training_args import BatchSamplers

from vector_set import VectorSet, figures

try:
    from sentence_transformers.models import InputModule
except ImportError:  # before version 5
    from torch.nn import Module as InputModule


class GivenVectors(InputModule):
    """Looks vectors up: the text "7" stands for row 7 of the questions and the passages under each other."""

    def __init__(self, table):
        super().__init__()
        self.table = torch.from_numpy(table)
        self.max_seq_length = None
        self.tokenizer = None

    def preprocess(self, texts, **kwargs):
        # The trainer finds a column's features by this name.
        return {"input_ids": torch.tensor([int(text) for text in texts])}

    def tokenize(self, texts, **kwargs):
        return self.preprocess(texts)

    def forward(self, features, **kwargs):
        features["sentence_embedding"] = self.table[features["input_ids"]]
        return features

    def get_sentence_embedding_dimension(self):
        return self.table.shape[1]

    def get_word_embedding_dimension(self):
        return self.table.shape[1]

    def save(self, *args, **kwargs):
        raise NotImplementedError


data = VectorSet(sys.argv[1], sys.argv[2])
dimensions = data.queries.shape[1]
table = np.concatenate([data.queries, data.passages])
dense = Dense(
    dimensions,
    dimensions,
    bias=False,
    activation_function=torch.nn.Identity(),
    init_weight=torch.eye(dimensions),
)
model = SentenceTransformer(modules=[GivenVectors(table), dense], device="cpu")
pairs = Dataset.from_dict(
    {
        "anchor": [str(query) for query, _ in data.train],
        "positive": [str(len(data.queries) + passage) for _, passage in data.train],
    }
)
with tempfile.TemporaryDirectory() as folder:
    arguments = SentenceTransformerTrainingArguments(
        output_dir=folder,
        num_train_epochs=10,
        per_device_train_batch_size=128,
        learning_rate=1e-3,
        warmup_steps=10,
        # With few passages a batch would else hold a question's own passage as its negative.
        batch_sampler=BatchSamplers.NO_DUPLICATES,
        save_strategy="no",
        logging_strategy="no",
        report_to="none",
        disable_tqdm=True,
        use_cpu=True,
        seed=1,
    )
    loss = MultipleNegativesRankingLoss(model)
    trainer = SentenceTransformerTrainer(
        model=model, args=arguments, train_dataset=pairs, loss=loss
    )
    began = time.perf_counter()
    trainer.train()
    seconds = time.perf_counter() - began

with torch.no_grad():
    weight = dense.linear.weight.numpy()
rows = np.unique(data.test[:, 0])


def mapped(matrix):
    matrix = matrix @ weight.T
    return matrix / np.linalg.norm(matrix, axis=1, keepdims=True)


scores = mapped(data.queries[rows]) @ mapped(data.passages).T
result = figures(scores, rows, data.test)
version = sentence_transformers.__version__
print(json.dumps({**result, "seconds": seconds, "version": version}))
