#!/usr/bin/env python3
"""Writes tests/MemKD.Tests/vectors/pytorch_methods_states.json: losses on states and their gradients by PyTorch, in float64.

Run from the repository root:  python3 oracle/pytorch_methods_states.py
Not needed to build or to test. FitNets, VID, CRD (two batches: the second meets moved banks and the normalisers of the
first), soft-DTW (plain recursion, every minimum a logsumexp) and TSD (from logits). Inputs are multiples of 1/64 or
1/256, exact in float32. Cases have their own lengths; what a case has beyond its length takes no part.
"""
import json
from pathlib import Path

import torch
from torch.nn import functional as F

TARGET = Path(__file__).parent.parent / "tests" / "MemKD.Tests" / "vectors" / "pytorch_methods_states.json"
LENGTHS, STUDENT, TEACHER = [5, 3, 4], 3, 4
torch.set_default_dtype(torch.float64)
generator = torch.Generator().manual_seed(5)


def draw(*shape, grain=64):
    return torch.round(torch.randn(*shape, generator=generator) * 0.5 * grain) / grain


def numbers(tensor):
    return [float(f"{v:.11g}") for v in tensor.detach().reshape(-1).tolist()]


def case_mean(per_case):
    return torch.stack(list(per_case)).mean()


def gradients(value, **leaves):
    value.backward()
    return {"loss": value.item(), "gradient": {name: numbers(leaf.grad) for name, leaf in leaves.items()}}


def states():
    return [s.clone().requires_grad_() for s in STUDENT_STATES]


def with_states(value, leaves, **others):
    result = gradients(value, **others)
    result["gradient"]["student"] = [n for leaf in leaves for n in numbers(leaf.grad)]
    return result


def fitnet():
    weight, student = draw(TEACHER, STUDENT).requires_grad_(), states()
    value = case_mean((s @ weight.T - t).pow(2).mean() for s, t in zip(student, TEACHER_STATES))
    return {"weight": numbers(weight)} | with_states(value, student, weight=weight)


def vid():
    weights = [draw(TEACHER, n).requires_grad_() for n in (STUDENT, TEACHER, TEACHER)]
    alpha, student = draw(TEACHER).requires_grad_(), states()
    variance = torch.log(1 + torch.exp(alpha)) + 1e-5

    def one(s, t):
        mean = F.relu(F.relu(s @ weights[0].T) @ weights[1].T) @ weights[2].T
        return (0.5 * ((mean - t) ** 2 / variance + torch.log(variance))).mean()

    value = case_mean(one(s, t) for s, t in zip(student, TEACHER_STATES))
    inputs = {f"weight{l}": numbers(w) for l, w in enumerate(weights)} | {"alpha": numbers(alpha)}
    return inputs | with_states(value, student, alpha=alpha, **{f"weight{l}": w for l, w in enumerate(weights)})


def crd():
    count, size, tau, momentum, labels = 5, 6, 0.25, 0.5, [0, 1, 2, 0, 1]
    banks = [F.normalize(draw(count, size), dim=1).mul(256).round().div(256) for _ in range(2)]
    result = {"labels": labels, "banks": [numbers(b) for b in banks], "batches": []}
    normalizers = [None, None]
    maps = [draw(size, STUDENT), draw(size), draw(size, TEACHER), draw(size)]
    for cases in ([0, 1, 2], [2, 0, 1]):
        leaves = [m.clone().requires_grad_() for m in maps]
        student = states()
        features = [torch.stack([side[case][-1] for case in cases]) for side in (student, TEACHER_STATES)]
        vectors = [F.normalize(features[k] @ leaves[2 * k].T + leaves[2 * k + 1], dim=1) for k in range(2)]
        total = 0
        for k in range(2):
            scores = []
            for i, case in enumerate(cases):
                others = [n for n in range(count) if labels[n] != labels[case]]
                scores.append(torch.exp(banks[1 - k][[case] + others] @ vectors[k][i] / tau))
            if normalizers[k] is None:
                normalizers[k] = torch.cat(scores).mean().item() * count
            for score in scores:
                p, q = score / normalizers[k], (len(score) - 1) / count
                total = total - torch.log(p[0] / (p[0] + q + 1e-7)) - torch.log(q / (p[1:] + q + 1e-7)).sum()
        names = ("studentWeight", "studentBias", "teacherWeight", "teacherBias")
        entry = with_states(total / len(cases), student, **dict(zip(names, leaves)))
        with torch.no_grad():
            for k in range(2):
                for i, case in enumerate(cases):
                    banks[k][case] = F.normalize(banks[k][case] * momentum + vectors[k][i] * (1 - momentum), dim=0)
        result["batches"].append({"cases": cases, "banksAfter": [numbers(b) for b in banks]} | entry)
    return result | dict(zip(names, map(numbers, maps))) | {"temperature": tau, "size": size}


def soft_dtw(x, y, gamma):
    cost = ((x[:, None] - y[None]) ** 2).sum(2)
    table = {(0, 0): torch.tensor(0.0)}
    for i in range(1, len(x) + 1):
        for j in range(1, len(y) + 1):
            near = [table[p] for p in ((i - 1, j - 1), (i - 1, j), (i, j - 1)) if p in table]
            table[i, j] = cost[i - 1, j - 1] - gamma * torch.logsumexp(-torch.stack(near) / gamma, 0)
    return table[len(x), len(y)]


def dt2w():
    result = []
    for gamma in (1.0, 0.1):
        for divergence in (False, True):
            student = states()

            def one(x, y):
                value = soft_dtw(x, y, gamma)
                return value - (soft_dtw(x, x, gamma) + soft_dtw(y, y, gamma)) / 2 if divergence else value

            value = case_mean(one(s, t[:, :STUDENT]) for s, t in zip(student, TEACHER_STATES))
            result.append({"gamma": gamma, "divergence": divergence} | with_states(value, student))
    return result


def tsd():
    cases, changes, classes = 3, 2, 3
    plain, changed = draw(cases, classes) * 4, draw(cases, changes, classes) * 4
    teacher = [draw(cases, classes) * 4, draw(cases, changes, classes) * 4]
    result = {"plain": numbers(plain), "changed": numbers(changed), "teacher": [numbers(t) for t in teacher], "runs": []}

    def saliency(z, moved, tau):
        z = z[:, None].expand_as(moved)
        s = F.kl_div(F.log_softmax(moved / tau, 2), F.softmax(z / tau, 2), reduction="none") * tau**2
        return s / (s[s > 0].mean() + 1e-8)

    for tau in (1.0, 2.0):
        z, moved = plain.clone().requires_grad_(), changed.clone().requires_grad_()
        value = F.smooth_l1_loss(saliency(z, moved, tau), saliency(*teacher, tau))
        result["runs"].append({"temperature": tau} | gradients(value, plain=z, changed=moved))
    return result


STUDENT_STATES = [draw(n, STUDENT) for n in LENGTHS]
TEACHER_STATES = [draw(n, TEACHER) for n in LENGTHS]
content = {
    "torch": torch.__version__, "lengths": LENGTHS, "studentUnits": STUDENT, "teacherUnits": TEACHER,
    "student": [n for s in STUDENT_STATES for n in numbers(s)], "teacher": [n for t in TEACHER_STATES for n in numbers(t)],
    "fitnet": fitnet(), "vid": vid(), "crd": crd(), "dt2w": dt2w(), "tsd": tsd(),
}
TARGET.write_text(json.dumps(content, separators=(",", ":")) + "\n")
print(f"{TARGET.name}: {TARGET.stat().st_size} bytes")
