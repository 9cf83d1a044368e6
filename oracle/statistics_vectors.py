#!/usr/bin/env python3
"""Writes tests/MemKD.Tests/vectors/statistics.json: what scipy and plain numpy say about seeded scores.

Run from the repository root:  /usr/bin/python3 oracle/statistics_vectors.py
Not needed to build or to test. Wilcoxon's test is asked for the exact distribution where it holds (at most 50 pairs, no
zero, no two equal differences) and for the normal approximation elsewhere; scipy 1.10's own choice looks at zeros alone.
The presets are written out here a second time, with other data structures than the library's: p-values in a dictionary,
cliques by trying every subset.
"""
import itertools
import json
import platform
from pathlib import Path

import numpy as np
import scipy
from scipy import stats

TARGET = Path(__file__).parent.parent / "tests" / "MemKD.Tests" / "vectors" / "statistics.json"
Q05 = [1.960, 2.344, 2.569, 2.728, 2.850, 2.948, 3.031]  # k = 2 ..., the published table

# Demšar, JMLR 7 (2006), table 6: AUC of C4.5, C4.5+m, C4.5+cf, C4.5+m+cf on 14 sets
DEMSAR = """0.763 0.768 0.771 0.798
0.599 0.591 0.590 0.569
0.954 0.971 0.968 0.967
0.628 0.661 0.654 0.657
0.882 0.888 0.886 0.898
0.936 0.931 0.916 0.931
0.661 0.668 0.609 0.685
0.583 0.583 0.563 0.625
0.775 0.838 0.866 0.875
1.000 1.000 1.000 1.000
0.940 0.962 0.965 0.962
0.619 0.666 0.614 0.669
0.972 0.981 0.975 0.975
0.957 0.978 0.946 0.970"""


def wilcoxon(x, y, zeros, alternative):
    d = np.asarray(x) - np.asarray(y)
    if not d.any():
        return {"statistic": 0.0, "p_value": 1.0, "exact": False}
    exact = bool(len(d) <= 50 and (d != 0).all() and len(np.unique(np.abs(d))) == len(d))
    r = stats.wilcoxon(
        d, zero_method=zeros, alternative=alternative, correction=False, method="exact" if exact else "approx"
    )
    return {"statistic": float(r.statistic), "p_value": float(r.pvalue), "exact": exact}


def wilcoxon_cases(rng):
    pairs = {
        "small": (rng.normal(size=9), rng.normal(size=9)),
        "one": (np.array([0.7]), np.array([0.4])),
        "centre": (np.array([1.0, -2.0, -3.0, 4.0]), np.zeros(4)),
        "fifty": (rng.normal(0.3, 1, size=50), rng.normal(size=50)),
        "fifty-one": (rng.normal(0.3, 1, size=51), rng.normal(size=51)),
        "hundred": (rng.normal(0.2, 1, size=100), rng.normal(size=100)),
        "ties": (rng.integers(0, 9, size=30) / 8.0, rng.integers(0, 9, size=30) / 8.0 + 1 / 64),
        "zeros": (rng.integers(0, 5, size=30) / 4.0, rng.integers(0, 5, size=30) / 4.0),
        "zeros-many": (rng.integers(0, 5, size=112) / 4.0, rng.integers(0, 5, size=112) / 4.0),
        "few-left": (np.array([0.5, 0.5, 0.5, 0.75]), np.array([0.5, 0.5, 0.5, 0.5])),
        "demsar": tuple(demsar()[:, :2].T),
        "far": (rng.normal(3, 1, size=120), rng.normal(size=120)),
    }
    for name, (x, y) in pairs.items():
        results = [
            {"zeros": zeros, "alternative": alternative, **wilcoxon(x, y, zeros, alternative)}
            for zeros in ("wilcox", "pratt", "zsplit")
            for alternative in ("two-sided", "greater", "less")
        ]
        yield {"name": name, "x": x.tolist(), "y": y.tolist(), "results": results}


def demsar():
    return np.array([[float(v) for v in line.split()] for line in DEMSAR.splitlines()])


def friedman(scores):
    n, k = scores.shape
    ranks = stats.rankdata(-scores, axis=1)
    mean = ranks.mean(axis=0)
    plain = 12 * n / (k * (k + 1)) * ((mean**2).sum() - k * (k + 1) ** 2 / 4)
    corrected, p = stats.friedmanchisquare(*scores.T)

    def f(chi):
        return (n - 1) * chi / (n * (k - 1) - chi)

    return {
        "scores": scores.tolist(),
        "ranks": mean.tolist(),
        "chi_square": float(corrected),
        "p_value": float(p),
        "f": float(f(corrected)),
        "f_p_value": float(stats.f.sf(f(corrected), k - 1, (k - 1) * (n - 1))),
        "plain_chi_square": float(plain),
        "plain_p_value": float(stats.chi2.sf(plain, k - 1)),
        "plain_f": float(f(plain)),
        "plain_f_p_value": float(stats.f.sf(f(plain), k - 1, (k - 1) * (n - 1))),
    }


def holm(p):
    """Adjusted p-values straight from the definition: the largest of the multiples up to one's place."""
    order = sorted(range(len(p)), key=lambda i: p[i])
    out = [0.0] * len(p)
    for place, i in enumerate(order):
        out[i] = min(1.0, max((len(p) - j) * p[order[j]] for j in range(place + 1)))
    return out


def bayes(x, y, rope, samples, rng, prior=0.5):
    """Benavoli et al. 2017 by the double sum over pairs."""
    z = np.concatenate(([0.0], np.asarray(x) - np.asarray(y)))
    sums = z[:, None] + z[None, :]
    right = (sums > 2 * rope) + 0.5 * (sums == 2 * rope)
    left = (sums < -2 * rope) + 0.5 * (sums == -2 * rope)
    wins = np.zeros(3)
    for w in rng.dirichlet([prior] + [1.0] * (len(z) - 1), samples):
        a, b = w @ right @ w, w @ left @ w
        theta = np.array([a, 1 - a - b if rope > 0 else -1, b])
        wins[theta.argmax()] += 1
    return (wins / samples).tolist()


def subset_cliques(k, same):
    """Maximal sets of at least two of which all pairs are the same."""
    sets = [
        set(s)
        for size in range(2, k + 1)
        for s in itertools.combinations(range(k), size)
        if all(same[i, j] for i, j in itertools.combinations(s, 2))
    ]
    return sorted(sorted(s) for s in sets if not any(s < other for other in sets))


def interval_cliques(k, same):
    """From each method on to the last before the first that differs from it; not those inside a longer one."""
    runs = []
    for i in range(k):
        end = i
        while end + 1 < k and same[i, end + 1]:
            end += 1
        if end > i and not any(a <= i and end <= b for a, b in runs):
            runs.append((i, end))
    return [list(range(a, b + 1)) for a, b in runs]


def preset(name, scores, alpha):
    n, k = scores.shape
    f = friedman(scores)
    order = sorted(range(k), key=lambda j: (f["ranks"][j], j)) if name != "mcm" else sorted(
        range(k), key=lambda j: (-scores[:, j].mean(), j)
    )
    pairs = list(itertools.combinations(range(k), 2))
    p = {}
    for i, j in pairs:
        x, y = scores[:, order[i]], scores[:, order[j]]
        if name == "aeon":
            p[i, j] = wilcoxon(x, y, "wilcox", "greater")["p_value"]
        elif name in ("cd-diagram", "mcm"):
            p[i, j] = wilcoxon(x, y, "pratt", "two-sided")["p_value"]
    gate = {"aeon": f["p_value"], "cd-diagram": f["p_value"], "demsar": f["plain_f_p_value"], "mcm": 0.0}[name] < alpha
    if name == "aeon":
        different = {q: p[q] <= alpha / (k - 1) for q in pairs}
    elif name == "cd-diagram":
        different = dict.fromkeys(pairs, False)
        for place, q in enumerate(sorted(pairs, key=lambda q: p[q])):
            if p[q] > alpha / (len(pairs) - place):
                break
            different[q] = True
    elif name == "mcm":
        different = {q: p[q] < alpha for q in pairs}
    else:
        cd = Q05[k - 2] * np.sqrt(k * (k + 1) / (6 * n))
        different = {(i, j): f["ranks"][order[j]] - f["ranks"][order[i]] >= cd for i, j in pairs}
    if not gate:
        different = dict.fromkeys(pairs, False)
    same = {q: not different[q] for q in pairs}
    cliques = {"mcm": lambda *_: [], "cd-diagram": subset_cliques}.get(name, interval_cliques)(k, same)
    return {
        "preset": name,
        "order": order,
        "p_values": [p.get(q) for q in pairs],
        "different": [bool(different[q]) for q in pairs],
        "cliques": cliques,
    }


def comparisons(rng):
    def table(n, strengths, noise, digits=None):
        base = rng.uniform(0.5, 0.9, size=(n, 1))
        scores = np.clip(base + np.array(strengths) + rng.normal(0, noise, size=(n, len(strengths))), 0, 1)
        return scores if digits is None else scores.round(digits)

    tables = {
        "demsar": demsar(),
        "clear": table(40, [0.0, 0.01, 0.05, 0.06, 0.1], 0.02),
        "chain": table(30, [0.0, 0.006, 0.012, 0.018, 0.024, 0.03], 0.03),
        "rounded": table(60, [0.0, 0.004, 0.02, 0.024], 0.03, 2),
        "nothing": table(20, [0.0, 0.0, 0.0, 0.0], 0.05),
        "three": table(112, [0.0, 0.004, 0.01], 0.03, 3),
    }
    for name, scores in tables.items():
        yield {
            "name": name,
            "friedman": friedman(scores),
            "presets": [preset(p, scores, 0.05) for p in ("aeon", "demsar", "cd-diagram", "mcm")],
        }


def main():
    rng = np.random.default_rng(20260404)
    p = rng.uniform(0, 0.2, size=8)
    p[3] = p[5]
    bayes_cases = []
    for name, n, shift, rope in (
        ("better", 30, 0.015, 0.01),
        ("same", 40, 0.001, 0.01),
        ("unsure", 12, 0.008, 0.01),
        ("no rope", 25, 0.004, 0.0),
    ):
        x = rng.normal(shift, 0.02, size=n)
        samples = 100_000
        bayes_cases.append(
            {
                "name": name,
                "differences": x.tolist(),
                "rope": rope,
                "samples": samples,
                "probabilities": bayes(x, np.zeros(n), rope, samples, rng),
            }
        )
    content = {
        "versions": {"python": platform.python_version(), "numpy": np.__version__, "scipy": scipy.__version__},
        "ranks": [
            {"values": v, "ranks": stats.rankdata(v).tolist()}
            for v in ([0.5], [3.0, 1.0, 2.0], [1.0, 1.0, 0.0, 1.0, 0.0], [2.0, 2.0, 2.0])
        ],
        "tails": {
            "chi_square": [[x, d, float(stats.chi2.sf(x, d))] for d in (1, 3, 39) for x in (0.001, 1.0, 9.28, 60.0, 400.0)],
            "f": [
                [x, a, b, float(stats.f.sf(x, a, b))]
                for a, b in ((2, 38), (3, 39), (39, 4329))
                for x in (0.01, 1.0, 3.69, 20.0)
            ],
            "normal": [[z, float(stats.norm.sf(z))] for z in (-9.0, -1.0, 0.0, 0.5, 1.96, 6.0, 12.0)],
        },
        "wilcoxon": list(wilcoxon_cases(rng)),
        "holm": {"p_values": p.tolist(), "adjusted": holm(p.tolist())},
        "studentized_range": [
            [k, a, float(stats.studentized_range.ppf(1 - a, k, np.inf) / np.sqrt(2))]
            for k in (2, 3, 10, 20, 40)
            for a in (0.1, 0.05, 0.01)
        ],
        "mcnemar": [
            {
                "first": b,
                "second": c,
                "exact": float(stats.binomtest(min(b, c), b + c, 0.5).pvalue),
                "chi_square": float(max(0, abs(b - c) - 1) ** 2 / (b + c)),
                "chi_square_p": float(stats.chi2.sf(max(0, abs(b - c) - 1) ** 2 / (b + c), 1)),
            }
            for b, c in ((0, 1), (0, 9), (3, 3), (10, 25), (120, 81), (1000, 700), (6, 5))
        ],
        "bayes": bayes_cases,
        "comparisons": list(comparisons(rng)),
    }
    lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in content.items())
    TARGET.write_text("{\n" + lines + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
