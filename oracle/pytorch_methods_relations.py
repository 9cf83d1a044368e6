#!/usr/bin/env python3
"""Writes tests/MemKD.Tests/vectors/pytorch_methods_relations.json: losses and gradients of kd, dkd, dist, lskd, rkd, at, sp
and pkt by PyTorch, in float64 with automatic differentiation.

Run from the repository root:  python3 oracle/pytorch_methods_relations.py
Not needed to build or to test. States and logits are multiples of 1/64, exact in float32. The student is unidirectional
and its linear layer sees the last state; the teacher is bidirectional (forward units first) and its linear layer sees the
mean over time. Gradients are by [case, class] or [case, time, unit], each case for its own length.
"""
import json
from pathlib import Path

import torch
from torch.nn import functional as F

TARGET = Path(__file__).parent.parent / "tests" / "MemKD.Tests" / "vectors" / "pytorch_methods_relations.json"
STUDENT, TEACHER_HALF = 3, 2
LABELS = [1, 0, 1, 0, 1]
torch.set_default_dtype(torch.float64)
generator = torch.Generator().manual_seed(3)


def draw(*shape, spread=32):
    return torch.round(torch.randn(*shape, generator=generator) * spread) / 64


def numbers(tensor):
    return [float(f"{v:.11g}") for v in tensor.reshape(-1).tolist()]


# Losses on logits, [case, class].

def kd(student, teacher, labels, tau):
    return tau**2 * F.kl_div(F.log_softmax(student / tau, 1), F.log_softmax(teacher / tau, 1), reduction="batchmean", log_target=True)


def dkd(student, teacher, labels, alpha, beta, tau):
    own = F.one_hot(labels, student.shape[1]).bool()

    def parts(z):
        p = F.softmax(z / tau, 1)
        rest = F.softmax((z / tau)[~own].reshape(len(z), -1), 1)
        return torch.stack([p[own], 1 - p[own]], 1), rest

    (bin_s, rest_s), (bin_t, rest_t) = parts(student), parts(teacher)
    target = F.kl_div(bin_s.log(), bin_t, reduction="batchmean")
    others = F.kl_div(rest_s.log(), rest_t, reduction="batchmean")
    return tau**2 * (alpha * target + beta * others)


def dist(student, teacher, labels, inter, intra, tau):
    def correlation(x, y):
        x, y = x - x.mean(1, keepdim=True), y - y.mean(1, keepdim=True)
        return (x * y).sum(1) / (x.norm(dim=1) * y.norm(dim=1))

    s, t = F.softmax(student / tau, 1), F.softmax(teacher / tau, 1)
    return tau**2 * (inter * (1 - correlation(s, t).mean()) + intra * (1 - correlation(s.T, t.T).mean()))


def lskd(student, teacher, labels, tau):
    def standardize(z):
        return (z - z.mean(1, keepdim=True)) / (z.std(1, unbiased=True, keepdim=True) + 1e-7)

    return kd(standardize(student), standardize(teacher), labels, tau)


# Losses on states: a list of [time, unit], one for each case.

def last(h, half):
    return torch.cat([h[-1, :half], h[0, half:]])


def features(states, kind, shortest):
    half = STUDENT if states[0].shape[1] == STUDENT else TEACHER_HALF
    if kind == "penultimate":
        kind = "last" if half == STUDENT else "mean"
    return torch.stack([
        last(h, half) if kind == "last" else h.mean(0) if kind == "mean" else h[:shortest].reshape(-1) for h in states
    ])


def rkd(s, t, distance=25.0, angle=50.0):
    def distances(e):
        d = torch.cdist(e, e, compute_mode="donot_use_mm_for_euclid_dist")
        return d / d[~torch.eye(len(e), dtype=bool)].mean()

    def angles(e):
        v = F.normalize(e[:, None] - e[None], dim=2, eps=1e-12)
        return torch.einsum("ijd,ikd->ijk", v, v)

    loss = distance * F.smooth_l1_loss(distances(s), distances(t))
    return loss + angle * F.smooth_l1_loss(angles(s), angles(t))


def sp(s, t):
    return F.mse_loss(F.normalize(s @ s.T, dim=1), F.normalize(t @ t.T, dim=1))


def pkt(s, t):
    def neighbours(f):
        f = f / (f.norm(dim=1, keepdim=True) + 1e-7)
        k = (f @ f.T + 1) / 2
        return k / k.sum(1, keepdim=True)

    p_s, p_t = neighbours(s), neighbours(t)
    return (p_t * ((p_t + 1e-7) / (p_s + 1e-7)).log()).mean()


def at(student, teacher):
    def attention(h):
        return F.normalize(h.square().mean(1), dim=0)

    return torch.stack([F.mse_loss(attention(s), attention(t)) for s, t in zip(student, teacher)]).mean()


def on_logits(classes, methods):
    student, teacher = draw(len(LABELS), classes, spread=64), draw(len(LABELS), classes, spread=128)
    labels = torch.tensor(LABELS)
    results = []
    for text, loss in methods.items():
        z = student.clone().requires_grad_()
        value = loss(z, teacher, labels)
        value.backward()
        results.append({"method": text, "loss": value.item(), "gradient": numbers(z.grad)})
    return {"classes": classes, "labels": LABELS, "student": numbers(student), "teacher": numbers(teacher), "results": results}


def on_states(lengths, methods):
    student = [draw(n, STUDENT) for n in lengths]
    teacher = [draw(n, 2 * TEACHER_HALF) for n in lengths]
    results = []
    for text, loss in methods.items():
        states = [h.clone().requires_grad_() for h in student]
        value = loss(states, teacher)
        value.backward()
        gradients = [torch.zeros_like(h) if h.grad is None else h.grad for h in states]
        results.append({"method": text, "loss": value.item(), "gradient": numbers(torch.cat(gradients))})
    return {
        "lengths": lengths, "studentUnits": STUDENT, "teacherUnits": TEACHER_HALF,
        "student": numbers(torch.cat(student)), "teacher": numbers(torch.cat(teacher)), "results": results,
    }


def relations(lengths):
    def of(loss, kind):
        return lambda s, t: loss(features(s, kind, min(lengths)), features(t, kind, min(lengths)))

    methods = {"at": at}
    for name, loss in (("rkd", rkd), ("sp", sp), ("pkt", pkt)):
        methods[name] = of(loss, "penultimate")
        for kind in ("last", "mean", "sequence"):
            methods[f"{name}:feature={kind}"] = of(loss, kind)
    methods["rkd:angle=0"] = of(lambda s, t: rkd(s, t, angle=0), "penultimate")
    methods["rkd:distance=0,angle=3"] = of(lambda s, t: rkd(s, t, 0, 3), "penultimate")
    return methods


two = {
    "kd": lambda s, t, y: kd(s, t, y, 4), "kd:temperature=1.5": lambda s, t, y: kd(s, t, y, 1.5),
    "dkd": lambda s, t, y: dkd(s, t, y, 1, 8, 4), "dist": lambda s, t, y: dist(s, t, y, 1, 1, 4),
}
more = {
    **two,
    "dkd:alpha=0.5,beta=2,temperature=3": lambda s, t, y: dkd(s, t, y, 0.5, 2, 3),
    "dist:inter=0.5,intra=3,temperature=2": lambda s, t, y: dist(s, t, y, 0.5, 3, 2),
    "lskd": lambda s, t, y: lskd(s, t, y, 2), "lskd:temperature=0.7": lambda s, t, y: lskd(s, t, y, 0.7),
}
content = {
    "torch": torch.__version__,
    "logits": [on_logits(2, two), on_logits(5, more)],
    "states": [on_states(lengths, relations(lengths)) for lengths in ([4, 4, 4, 4], [5, 3, 5, 4, 1])],
}
TARGET.write_text(json.dumps(content, separators=(",", ":")) + "\n")
print(f"{TARGET.name}: {TARGET.stat().st_size} bytes")
