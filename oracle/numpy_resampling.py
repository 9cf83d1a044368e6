"""Writes tests/MemKD.Tests/vectors/resampling.json: what numpy's RandomState draws and how it splits.

The split is the rule of the archive's evaluation tools: labels as lower-case text, classes in the order of
numpy.unique, one RandomState(resample) for all classes, the first n_train[c] shuffled cases of a class are TRAIN.
"""

import json
import pathlib

import numpy as np


def split(train, test, seed):
    labels = np.array([label.lower() for label in train + test])
    rng = np.random.RandomState(seed)
    unique, counts = np.unique(labels[: len(train)], return_counts=True)
    new_train, new_test = [], []
    for label, count in zip(unique, counts):
        members = np.where(labels == label)[0]
        rng.shuffle(members)
        new_train += members[:count].tolist()
        new_test += members[count:].tolist()
    return new_train, new_test


words = {}
for seed in (0, 1, 42, 4294967295):
    rng = np.random.RandomState(seed)
    drawn = [int(rng.randint(0, 2**32, dtype=np.uint32)) for _ in range(1300)]  # beyond two refills
    words[str(seed)] = {"first": drawn[:10], "last": drawn[-5:]}

shuffles = []
for seed, n in ((0, 10), (42, 10), (7, 1), (7, 2), (3, 700)):
    items = np.arange(n)
    np.random.RandomState(seed).shuffle(items)
    shuffles.append({"seed": seed, "order": items.tolist()})

names = ["1", "2", "10", "-1", "b", "A", "C"]
pick = np.random.RandomState(99)
train = [names[i] for i in pick.randint(0, 7, 60)] + names
test = [names[i] for i in pick.randint(0, 7, 90)] + names
splits = []
for seed in (1, 2, 29):
    a, b = split(train, test, seed)
    splits.append({"seed": seed, "train": a, "test": b})

out = {
    "numpy": np.__version__,
    "words": words,
    "shuffles": shuffles,
    "train": train,
    "test": test,
    "splits": splits,
}
path = pathlib.Path(__file__).parent.parent / "tests/MemKD.Tests/vectors/resampling.json"
path.write_text(json.dumps(out) + "\n")
