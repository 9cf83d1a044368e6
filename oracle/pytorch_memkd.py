#!/usr/bin/env python3
"""Writes tests/MemKD.Tests/vectors/pytorch_memkd.json: MemKD's loss and its gradient by PyTorch, in float64.

Run from the repository root:  python3 oracle/pytorch_memkd.py
Not needed to build or to test. States are multiples of 1/64, exact in float32. One entry for each guard of the
denominator: 0 is the authors' plain division. In case 0 of the batch the student's steps 2 and 3 are equal (change 0).
"""
import json
from itertools import combinations
from pathlib import Path

import torch
from torch.nn import functional as F

TARGET = Path(__file__).parent.parent / "tests" / "MemKD.Tests" / "vectors" / "pytorch_memkd.json"
CASES, STEPS, STUDENT, TEACHER = 3, 5, 4, 10
torch.set_default_dtype(torch.float64)


def numbers(tensor):
    return [float(f"{v:.11g}") for v in tensor.detach().reshape(-1).tolist()]


def ratio(states, start, end, guard):
    """Change of the state over its size at the start, [case, pair]."""
    change = torch.norm(states[:, end] - states[:, start], dim=2)
    size = torch.norm(states[:, start], dim=2)
    return change / (size.clamp(min=guard) if guard > 0 else size)


def loss(student, teacher, pairs, guard):
    """Smooth L1, mean over the pairs and over the batch."""
    start, end = [p[0] for p in pairs], [p[1] for p in pairs]
    return F.smooth_l1_loss(ratio(student, start, end, guard), ratio(teacher, start, end, guard), beta=1.0)


def evaluate(student, teacher, pairs, guard):
    student = student.clone().requires_grad_()
    value = loss(student, teacher, pairs, guard)
    value.backward()
    return {"pairs": [list(p) for p in pairs], "loss": value.item(), "gradient": numbers(student.grad)}


generator = torch.Generator().manual_seed(2)
student = torch.round(torch.randn(CASES, STEPS, STUDENT, generator=generator) * 32) / 64
teacher = torch.round(torch.randn(CASES, STEPS, TEACHER, generator=generator) * 32) / 64
student[0, 3] = student[0, 2]
student[1, 1] = student[1, 1] / 16
short = [(t, t + 1) for t in range(STEPS - 1)]
content = {
    "torch": torch.__version__, "cases": CASES, "steps": STEPS, "studentUnits": STUDENT, "teacherUnits": TEACHER,
    "student": numbers(student), "teacher": numbers(teacher),
    "guards": [
        {
            "epsilon": guard,
            "shortTerm": evaluate(student, teacher, short, guard),
            "single": [evaluate(student, teacher, [pair], guard) for pair in combinations(range(STEPS), 2)],
        }
        for guard in (0.0, 1e-6, 0.75)
    ],
}
TARGET.write_text(json.dumps(content, separators=(",", ":")) + "\n")
print(f"{TARGET.name}: {TARGET.stat().st_size} bytes")
