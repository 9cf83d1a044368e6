"""Writes tests/MemKD.Tests/vectors/preparation.json: gaps, resampling and scaling as numpy does them.

Gaps: numpy.interp over the known time points (it extends the ends with the nearest value).
Length: numpy.interp at numpy.linspace(0, n - 1, m) (first and last value stay in place).
Scaling: (x - mean) / std with numpy's population standard deviation, after gaps and length.
"""

import json
import pathlib

import numpy as np

LIMIT = 12


def prepare(series):
    x = np.asarray(series, dtype=np.float32).astype(np.float64)
    known = ~np.isnan(x)
    if not known.all():
        x = np.interp(np.arange(x.size), np.flatnonzero(known), x[known])
    if x.size > LIMIT:
        x = np.interp(np.linspace(0, x.size - 1, LIMIT), np.arange(x.size), x)
    return x


rng = np.random.default_rng(20)
cases = []
for length in (5, 12, 13, 20, 31, 20, 9):
    channels = []
    for offset in (0.0, 40.0):
        x = rng.normal(offset, 3.0, length).astype(np.float32)
        x[rng.random(length) < 0.25] = np.nan
        x[length // 2] = offset + 1  # at least one value is known
        channels.append(x)
    cases.append(channels)

prepared = [[prepare(c) for c in case] for case in cases]
series_z = [[(c - c.mean()) / c.std() for c in case] for case in prepared]
pooled = [np.concatenate([case[c] for case in prepared]) for c in (0, 1)]
channel_z = [[(case[c] - pooled[c].mean()) / pooled[c].std() for c in (0, 1)] for case in prepared]


def text(nested):
    return [[[None if np.isnan(v) else float(v) for v in c] for c in case] for case in nested]


out = {
    "numpy": np.__version__,
    "limit": LIMIT,
    "input": text(cases),
    "raw": text(prepared),
    "series-z": text(series_z),
    "train-channel-z": text(channel_z),
    "means": [p.mean() for p in pooled],
    "deviations": [p.std() for p in pooled],
}
path = pathlib.Path(__file__).parent.parent / "tests/MemKD.Tests/vectors/preparation.json"
path.parent.mkdir(parents=True, exist_ok=True)
path.write_text(json.dumps(out) + "\n")
