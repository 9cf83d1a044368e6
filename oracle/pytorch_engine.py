#!/usr/bin/env python3
"""Writes tests/MemKD.Engine.Tests/vectors/pytorch_*.json: what PyTorch computes in float64 for the engine's tests.

Run from the repository root:  python3 oracle/pytorch_engine.py
Not needed to build or to test. Inputs and parameters are multiples of a power of two, exact in float32 and short to
print; results are printed with 12 digits, far beyond what float32 is compared at.
"""
import json
import math
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

TARGET = Path(__file__).parent.parent / "tests" / "MemKD.Engine.Tests" / "vectors"
CELLS = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}
torch.set_default_dtype(torch.float64)


def exact(generator, shape, unit, scale=1.0):
    """Standard normal numbers times scale, rounded to multiples of 1/unit."""
    return torch.round(torch.randn(shape, generator=generator) * scale * unit) / unit


def uniform(generator, shape, bound):
    return torch.round((torch.rand(shape, generator=generator) * 2 - 1) * bound * 1024) / 1024


def numbers(tensor):
    return [float(f"{v:.12g}") for v in tensor.detach().reshape(-1).tolist()]


class Classifier(nn.Module):
    """Recurrent layers and a linear layer on the last state of each direction or on the mean over valid steps."""

    def __init__(self, cell, inputs, hidden, layers, classes, bidirectional, pooling):
        super().__init__()
        self.rnn = CELLS[cell](inputs, hidden, layers, batch_first=True, bidirectional=bidirectional)
        self.fc = nn.Linear(hidden * (2 if bidirectional else 1), classes)
        self.bidirectional, self.pooling = bidirectional, pooling

    def forward(self, cases):
        lengths = torch.tensor([c.shape[0] for c in cases])
        padded = nn.utils.rnn.pad_sequence(cases, batch_first=True)
        packed, final = self.rnn(pack_padded_sequence(padded, lengths, batch_first=True, enforce_sorted=False))
        hidden, _ = pad_packed_sequence(packed, batch_first=True)
        final = final[0] if isinstance(final, tuple) else final
        if self.pooling == "mean":
            pooled = hidden.sum(dim=1) / lengths[:, None]
        else:
            pooled = torch.cat([final[-2], final[-1]], dim=1) if self.bidirectional else final[-1]
        return self.fc(pooled), hidden


def build(generator, cell, inputs, hidden, layers, classes, bidirectional, pooling):
    model = Classifier(cell, inputs, hidden, layers, classes, bidirectional, pooling)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            bound = 1 / math.sqrt(hidden if name.startswith("rnn") else model.fc.in_features)
            parameter.copy_(uniform(generator, parameter.shape, bound))
    return model


def network(name, seed, cell, inputs, hidden, layers, classes, bidirectional, pooling, lengths, smoothing):
    """Loss = label-smoothed cross-entropy + the mean over cases of <projection, hidden states>."""
    generator = torch.Generator().manual_seed(seed)
    model = build(generator, cell, inputs, hidden, layers, classes, bidirectional, pooling)
    cases = [exact(generator, (t, inputs), 64) for t in lengths]
    labels = torch.randint(classes, (len(lengths),), generator=generator)
    logits, states = model(cases)
    logits.retain_grad()
    projection = [exact(generator, (t, states.shape[2]), 64, 0.25) for t in lengths]
    cross_entropy = F.cross_entropy(logits, labels, label_smoothing=smoothing)
    injected = sum((states[i, :t] * projection[i]).sum() for i, t in enumerate(lengths)) / len(lengths)
    (cross_entropy + injected).backward()
    return {
        "name": name, "cell": cell, "inputs": inputs, "hidden": hidden, "layers": layers, "classes": classes,
        "bidirectional": bidirectional, "pooling": pooling, "lengths": lengths, "smoothing": smoothing,
        "labels": labels.tolist(),
        "cases": [numbers(c.T) for c in cases],                       # [channel, timepoint]
        "projection": [numbers(p) for p in projection],               # [timepoint, unit]
        "parameters": {n: numbers(p) for n, p in model.named_parameters()},
        "logits": numbers(logits), "crossEntropy": cross_entropy.item(),
        "states": [numbers(states[i, :t]) for i, t in enumerate(lengths)],
        "logitGradient": numbers(logits.grad),
        "gradients": {n: numbers(p.grad) for n, p in model.named_parameters()},
    }


def optimizer(name, make, rate, count=21, steps=10):
    """21 numbers: whole vectors of any width and a rest."""
    generator = torch.Generator().manual_seed(3)
    parameter = nn.Parameter(exact(generator, (count,), 64))
    start = numbers(parameter)
    gradients = [exact(generator, (count,), 64) for _ in range(steps)]
    gradients[4][:5] = 0
    rule, after = make([parameter]), []
    for gradient in gradients:
        parameter.grad = gradient.clone()
        rule.step()
        after.append(numbers(parameter))
    return {"name": name, "rate": rate, "start": start, "gradients": [numbers(g) for g in gradients], "after": after}


def clipping(max_norm):
    generator = torch.Generator().manual_seed(4)
    parameter = nn.Parameter(torch.zeros(11))
    parameter.grad = exact(generator, (11,), 64)
    before = numbers(parameter.grad)
    norm = nn.utils.clip_grad_norm_([parameter], max_norm)
    return {"maxNorm": max_norm, "before": before, "norm": norm.item(), "after": numbers(parameter.grad)}


def cosine(base, budget):
    rule = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=base)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(rule, budget)
    rates = []
    for _ in range(budget):
        rates.append(schedule.get_last_lr()[0])
        rule.step()
        schedule.step()
    return {"base": base, "budget": budget, "rates": rates}


def smoothing(epsilon):
    generator = torch.Generator().manual_seed(6)
    logits = (exact(generator, (5, 4), 16, 3)).requires_grad_()
    labels = torch.randint(4, (5,), generator=generator)
    loss = F.cross_entropy(logits, labels, label_smoothing=epsilon)
    loss.backward()
    return {"smoothing": epsilon, "labels": labels.tolist(), "logits": numbers(logits), "loss": loss.item(),
            "gradient": numbers(logits.grad)}


def training():
    """Ten updates of a tiny LSTM: cross-entropy, clipping, Adam with coupled weight decay."""
    generator = torch.Generator().manual_seed(8)
    model = build(generator, "lstm", 1, 8, 1, 2, False, "last")
    cases = [exact(generator, (9, 1), 64) for _ in range(6)]
    labels = torch.tensor([0, 1, 0, 1, 1, 0])
    start = {n: numbers(p) for n, p in model.named_parameters()}
    rule = torch.optim.Adam(model.parameters(), lr=0.05, weight_decay=1e-3)
    losses, norms = [], []
    for _ in range(10):
        rule.zero_grad()
        loss = F.cross_entropy(model(cases)[0], labels)
        loss.backward()
        norms.append(nn.utils.clip_grad_norm_(model.parameters(), 0.2).item())
        rule.step()
        losses.append(loss.item())
    return {"cases": [numbers(c) for c in cases], "labels": labels.tolist(), "rate": 0.05, "weightDecay": 1e-3,
            "maxNorm": 0.2, "start": start, "losses": losses, "norms": norms,
            "end": {n: numbers(p) for n, p in model.named_parameters()}}


def write(name, content):
    path = TARGET / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"torch": torch.__version__, **content}, separators=(",", ":")) + "\n")
    print(f"{path.name}: {path.stat().st_size} bytes")


uneven = [7, 1, 4, 6, 2]
write("pytorch_networks.json", {"networks": [
    network("lstm, one layer", 1, "lstm", 1, 8, 1, 3, False, "last", [6, 6, 6], 0.0),
    network("lstm, two layers both ways, uneven", 2, "lstm", 2, 4, 2, 3, True, "last", uneven, 0.1),
    network("lstm, mean, uneven", 3, "lstm", 3, 5, 2, 2, False, "mean", uneven, 0.0),
    network("gru, one layer", 4, "gru", 1, 8, 1, 2, False, "last", [6, 6, 6], 0.1),
    network("gru, two layers both ways, mean, uneven", 5, "gru", 2, 4, 2, 3, True, "mean", uneven, 0.0),
    network("gru, three layers, uneven", 6, "gru", 2, 3, 3, 2, False, "last", uneven, 0.0),
    network("rnn, two layers both ways, uneven", 7, "rnn", 2, 5, 2, 3, True, "last", uneven, 0.0),
    network("rnn, mean", 8, "rnn", 1, 6, 1, 4, False, "mean", [8, 8], 0.2),
]})
write("pytorch_optimizers.json", {
    "trajectories": [
        optimizer("adam", lambda p: torch.optim.Adam(p, lr=0.01), 0.01),
        optimizer("adam, coupled decay", lambda p: torch.optim.Adam(p, lr=0.01, weight_decay=0.1), 0.01),
        optimizer("adamw", lambda p: torch.optim.AdamW(p, lr=0.01, weight_decay=0.1), 0.01),
        optimizer("sgd", lambda p: torch.optim.SGD(p, lr=0.05), 0.05),
        optimizer("sgd, momentum", lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, weight_decay=0.01), 0.05),
        optimizer("sgd, nesterov", lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, weight_decay=0.01,
                                                             nesterov=True), 0.05),
    ],
    "clipping": [clipping(0.5), clipping(2.0), clipping(100.0)],
    "cosine": [cosine(0.003, 17), cosine(0.1, 1)],
    "smoothing": [smoothing(0.0), smoothing(0.1), smoothing(0.5)],
})
write("pytorch_training.json", training())
