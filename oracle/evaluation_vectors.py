#!/usr/bin/env python3
"""Writes tests/MemKD.Tests/vectors/evaluation.json: what scikit-learn, scipy and numpy say about seeded cases.

Run from the repository root:  python3 oracle/evaluation_vectors.py
Not needed to build or to test. The probabilities are multiples of a power of two whose rows sum to exactly 1 (or
differ from it by less than a double can hold), so that scikit-learn's scaling of rows changes nothing, and are exact
in float32.
"""
import json
import platform
import re
import warnings
from pathlib import Path

import numpy as np
import scipy
import sklearn
from scipy.special import rel_entr
from scipy.stats import rankdata
from sklearn import metrics

TARGET = Path(__file__).parent.parent / "tests" / "MemKD.Tests" / "vectors" / "evaluation.json"


def rows(rng, labels, classes, unit, strength):
    """Rows of multiples of 1/unit with sum 1 that lean towards the label."""
    logits = rng.normal(size=(len(labels), classes))
    logits[np.arange(len(labels)), labels] += strength
    soft = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    counts = np.floor(soft * unit).astype(int)
    counts[np.arange(len(labels)), counts.argmax(axis=1)] += unit - counts.sum(axis=1)
    return (counts / unit).astype(np.float32)


def expected_calibration_error(labels, p, bins=15):
    confidence, hit = p.max(axis=1), p.argmax(axis=1) == labels
    total = 0.0
    for low, high in zip(np.arange(bins) / bins, (np.arange(bins) + 1) / bins):
        inside = (confidence > low) & (confidence <= high)
        if inside.any():
            total += inside.mean() * abs(hit[inside].mean() - confidence[inside].mean())
    return total


def curves(positive, score):
    if not positive.any():
        return None, None, None
    precision, recall, _ = metrics.precision_recall_curve(positive, score)
    roc = None if positive.all() else metrics.roc_auc_score(positive, score)
    return metrics.auc(recall, precision), metrics.average_precision_score(positive, score), roc


def mean(values):
    values = [v for v in values if v is not None]
    return float(np.mean(values)) if values else None


def case(name, labels, p32, reference32=None):
    labels = np.asarray(labels)
    p = p32.astype(np.float64)
    classes = p.shape[1]
    assert np.all(p.sum(axis=1) == 1), name
    predicted = p.argmax(axis=1)
    each = [curves(labels == k, p[:, k]) for k in range(classes)]
    everything = list(range(classes))
    brier = np.mean(np.sum((p - np.eye(classes)[labels]) ** 2, axis=1))
    if classes == 2:
        assert np.isclose(brier, 2 * metrics.brier_score_loss(labels, p[:, 1], pos_label=1), rtol=0, atol=1e-15)
    roc = mean(e[2] for e in each)
    # two columns of float32 need not order the cases alike: 1e-30 and 1e-20 both leave 1 for the other class
    same_order = classes > 2 or np.array_equal(rankdata(p[:, 0]), rankdata(-p[:, 1]))
    if len(np.unique(labels)) == classes and same_order:
        score = p[:, 1] if classes == 2 else p
        assert np.isclose(roc, metrics.roc_auc_score(labels, score, multi_class="ovr"), rtol=0, atol=1e-14)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a class decided for but without cases
        balanced = metrics.balanced_accuracy_score(labels, predicted)
    out = {
        "name": name,
        "classes": classes,
        "labels": labels.tolist(),
        "probabilities": [float(str(v)) for v in p32.ravel()],
        "auc_prc": mean(e[0] for e in each),
        "average_precision": mean(e[1] for e in each),
        "roc_auc": roc,
        "accuracy": metrics.accuracy_score(labels, predicted),
        "balanced_accuracy": balanced,
        "f1_macro": metrics.f1_score(labels, predicted, labels=everything, average="macro", zero_division=0),
        "nll": metrics.log_loss(labels, p, labels=everything, eps=1e-15),
        "brier": float(brier),
        "ece": float(expected_calibration_error(labels, p)),
        "per_class_auc_prc": [e[0] for e in each],
        "per_class_average_precision": [e[1] for e in each],
        "per_class_roc_auc": [e[2] for e in each],
        "confusion": metrics.confusion_matrix(labels, predicted, labels=everything).tolist(),
    }
    if reference32 is not None:
        q = reference32.astype(np.float64)
        out["reference"] = [float(str(v)) for v in reference32.ravel()]
        out["agreement"] = float(np.mean(q.argmax(axis=1) == predicted))
        out["mean_kl"] = float(rel_entr(q, np.maximum(p, 1e-15)).sum(axis=1).mean())
    return out


def main():
    rng = np.random.default_rng(20250406)
    cases = []

    labels = rng.integers(0, 2, 80)
    cases.append(case("binary", labels, rows(rng, labels, 2, 4096, 1.0), rows(rng, labels, 2, 4096, 2.0)))
    labels = rng.integers(0, 2, 60)
    cases.append(case("binary with many ties", labels, rows(rng, labels, 2, 8, 0.8)))
    labels = rng.integers(0, 3, 90)
    cases.append(case("three classes", labels, rows(rng, labels, 3, 4096, 1.5), rows(rng, labels, 3, 16, 1.5)))
    labels = rng.integers(0, 7, 120)
    cases.append(case("seven classes with ties", labels, rows(rng, labels, 7, 64, 1.0)))
    labels = rng.choice([0, 2, 3], 50)
    cases.append(case("a class without cases", labels, rows(rng, labels, 4, 1024, 0.5)))
    labels = rng.permutation(5)
    cases.append(case("one case a class", labels, rows(rng, labels, 5, 1024, 1.0)))
    cases.append(case("all cases in one class", [1] * 6, rows(rng, np.ones(6, int), 3, 64, 0.5)))
    cases.append(case("one case", [0], np.array([[0.25, 0.75]], np.float32)))
    labels = rng.integers(0, 4, 30)
    cases.append(case("constant probabilities", labels, np.full((30, 4), 0.25, np.float32)))
    labels = np.repeat([0, 1], [35, 5])
    cases.append(case("imbalanced binary", labels, rows(rng, labels, 2, 2048, 0.7)))

    tiny = np.array([0, 1e-45, 1e-38, 1e-30, 1e-20, 1e-16, 1e-15, 1e-12], np.float32)
    near = np.float32(1) - np.float32(2) ** -24  # the float32 below 1
    extreme = [[1, t] for t in tiny[:6]] + [[t, 1] for t in tiny[:6]]
    extreme += [[near, np.float32(2) ** -24], [np.float32(2) ** -24, near], [0.5, 0.5], [1, 0], [0, 1], [0, 1]]
    extreme = np.array(extreme, np.float32)
    labels = np.array([0, 0, 1, 1, 0, 1, 1, 0, 1, 0, 1, 1, 0, 1, 0, 1, 1, 0])
    cases.append(case("extreme probabilities", labels, extreme, extreme[::-1].copy()))

    values = np.round(rng.normal(size=41), 3)
    quantiles = [
        {"level": level, "ends": np.quantile(values, [(1 - level) / 2, (1 + level) / 2]).tolist()}
        for level in (0.5, 0.9, 0.95)
    ]
    document = {
        "versions": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "scipy": scipy.__version__,
            "scikit-learn": sklearn.__version__,
        },
        "cases": cases,
        "quantile_values": values.tolist(),
        "quantiles": quantiles,
    }
    lines = json.dumps(document, indent=1)
    # one line an array: the file is read by people too
    lines = re.sub(r"\[\s+([^\[\]{}]*?)\s+\]", lambda m: "[" + re.sub(r"\s+", " ", m.group(1)) + "]", lines)
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(lines + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
