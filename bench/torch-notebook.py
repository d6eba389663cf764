"""The reference notebook's training loop in PyTorch, on vectors that bench/train.ts writes.

Run by bench/train.ts: python3 torch-notebook.py FOLDER EPOCHS THREADS. Prints one JSON line.

Per epoch, as in the notebook: shuffled batches of 1,000 with dropout, OneCycleLR advanced per step; then loss and
best-threshold accuracy (the notebook's sweep, vectorised) on the validation pairs, dropout off. Accuracy on the training
pairs comes from the batches as they pass, in embedtune's run as in this one.
"""

import json
import resource
import sys
import time

import numpy as np
import torch

folder, epochs, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
torch.set_num_threads(threads)
torch.manual_seed(1)


def read(side):
    queries = torch.from_numpy(np.load(f"{folder}/{side}-queries.npy"))
    passages = torch.from_numpy(np.load(f"{folder}/{side}-passages.npy"))
    pairs = np.fromfile(f"{folder}/{side}-pairs.u32", dtype="<u4").reshape(-1, 3).astype("int64")
    query, passage, label = torch.from_numpy(pairs).T
    return queries[query], passages[passage], label.float()


def cosines(a, b, matrix):
    return torch.nn.functional.cosine_similarity(a @ matrix, b @ matrix)


def accuracy(scores, labels):
    """Best accuracy over 2,000 thresholds from -1 to 1, by sorting once instead of the notebook's two loops."""
    order = torch.sort(scores)
    matches_below = torch.cumsum(labels[order.indices], 0)
    below = torch.searchsorted(order.values, torch.arange(-1, 1, 0.001), right=True)
    found = torch.where(below > 0, matches_below[(below - 1).clamp(min=0)], torch.zeros(1))
    correct = (below - found) + (labels.sum() - found)
    return (correct.max() / len(labels)).item()


train, validation = read("train"), read("validation")
d = train[0].shape[1]
started = time.perf_counter()
matrix = torch.randn(d, round(2 * d / 3), requires_grad=True)
loader = torch.utils.data.DataLoader(
    torch.utils.data.TensorDataset(*train), batch_size=1000, shuffle=True
)
optimizer = torch.optim.SGD([matrix], lr=1000)
scheduler = torch.optim.lr_scheduler.OneCycleLR(
    optimizer, max_lr=1000, epochs=epochs, steps_per_epoch=len(loader)
)
best = 0
for epoch in range(epochs):
    total, passed, labels = 0.0, [], []
    for a, b, label in loader:
        optimizer.zero_grad()
        a = torch.nn.functional.dropout(a, p=0.1)
        b = torch.nn.functional.dropout(b, p=0.1)
        scores = cosines(a, b, matrix)
        loss = ((scores - label) ** 2).mean()
        loss.backward()
        optimizer.step()
        scheduler.step() if scheduler.last_epoch < epochs * len(loader) - 1 else None
        total += loss.item() * len(label)
        passed.append(scores.detach())
        labels.append(label)
    with torch.no_grad():
        on_validation = cosines(*validation[:2], matrix)
        ((on_validation - validation[2]) ** 2).mean().item()
        accuracy(torch.cat(passed), torch.cat(labels))
        best = max(best, accuracy(on_validation, validation[2]))
print(
    json.dumps(
        {
            "seconds": time.perf_counter() - started,
            "trainLoss": total / len(train[2]),
            "accuracy": best,
            "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "version": torch.__version__,
        }
    )
)
