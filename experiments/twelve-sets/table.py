"""Turns the folders that run.sh wrote into docs/results/twelve-sets.md. Standard library only."""

import glob
import json
import statistics as st
import sys

# Mean test accuracy of 10 runs: Ismail Fawaz et al. 2019, hfawaz/dl-4-tsc, results-uea.csv.
REFERENCE = {  # TWIESN, ResNet
    "CBF": (0.890, 0.995),
    "ItalyPowerDemand": (0.880, 0.963),
    "SwedishLeaf": (0.825, 0.956),
    "FaceAll": (0.657, 0.839),
    "Strawberry": (0.895, 0.981),
    "Wafer": (0.914, 0.999),
    "Trace": (0.959, 1.000),
    "Adiac": (0.416, 0.829),
    "Computers": (0.629, 0.815),
    "BeetleFly": (0.730, 0.850),
    "Lightning2": (0.703, 0.770),
    "ShapesAll": (0.629, 0.921),
}


def spread(values):
    if len(values) < 2:
        return f"{values[0]:.3f}"
    return f"{st.mean(values):.3f} ± {st.stdev(values):.3f}"


def load(root, kind):
    runs = {}
    for path in sorted(glob.glob(f"{root}/*/*/{kind}/report.json")):
        name, seed = path.split("/")[-4:-2]
        with open(path, encoding="utf-8") as file:
            runs.setdefault(name, {})[int(seed)] = json.load(file)
    return runs


def column(runs, who, key="auc_prc"):
    return [r[r["method"] if who == "distilled" else who][key] for _, r in sorted(runs.items())]


HEAD = """# Twelve real sets: teacher, student alone, MemKD student

Made by `experiments/twelve-sets/run.sh OUT` and `python3 experiments/twelve-sets/table.py OUT`; needs `MEMKD_DATA`. Everything is the default
recipe, the same for all sets and chosen on other ones ([../training.md](../training.md)): series resampled to at most 100 points and z-normalised each, first differences
beside them; teacher a bidirectional GRU 2 × 94, students an LSTM 1 × 8 that learn from the training cases and 8 augmented copies of each; λ = 10.
AUC-PRC is macro, trapezoidal; mean ± standard deviation over seeds, archive split. The sets are the default twelve of the project's pool;
UWaveGestureLibraryAll, MALLAT and StarLightCurves were not at hand and are replaced by the next of the long group in the pool's order: BeetleFly, Lightning2,
ShapesAll. TWIESN and ResNet: mean accuracy of 10 runs, Ismail Fawaz et al. 2019 (2015 files; for some sets, such as Strawberry, the 2018 archive has
other train and test parts).
"""


def pairs(root, kind):
    """Set by set: the student alone and the distilled student."""
    runs = load(root, kind)
    names = [n for n in REFERENCE if n in runs]
    return names, runs, [column(runs[n], "student_alone") for n in names], [column(runs[n], "distilled") for n in names]


def second(root, kind, title):
    names, runs, alone, distilled = pairs(root, kind)
    if not names:
        return
    print(f"\n## {title}\n")
    print("| set | teacher | student alone | distilled student | gain | to teacher |")
    print("|---|---|---|---|---|---|")
    teacher = [column(runs[n], "teacher") for n in names]
    for n, t, a, d in zip(names, teacher, alone, distilled):
        print(f"| {n} | {spread(t)} | {spread(a)} | {spread(d)} | {st.mean(d) - st.mean(a):+.3f} | {st.mean(d) - st.mean(t):+.3f} |")
    t, a, d = (st.mean(map(st.mean, v)) for v in (teacher, alone, distilled))
    print(f"| **mean** | **{t:.3f}** | **{a:.3f}** | **{d:.3f}** | **{d - a:+.3f}** | **{d - t:+.3f}** |")
    wins = sum(st.mean(d) > st.mean(a) for a, d in zip(alone, distilled))
    print(f"\nSeeds a set: {', '.join(sorted({str(len(runs[n])) for n in names}))}; better than alone on {wins} of {len(names)} sets.")


def main(root):
    names, runs, alone, memkd = pairs(root, "student")
    settings = {json.dumps(r["settings"], sort_keys=True) for n in runs.values() for r in n.values()}
    if len(settings) != 1:
        sys.exit(f"{root}: the runs have {len(settings)} different settings; remake them with one version")
    print(HEAD)
    print("| set | teacher accuracy | TWIESN | ResNet | teacher AUC-PRC | student alone | MemKD student | gain | to teacher | parameters |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    totals = {k: [] for k in ("acc", "twiesn", "resnet", "teacher", "alone", "memkd")}
    for n, a, m in zip(names, alone, memkd):
        acc, teacher = column(runs[n], "teacher", "accuracy"), column(runs[n], "teacher")
        first = next(iter(runs[n].values()))
        sizes = f"{first['teacher']['parameters']} → {first['student_alone']['parameters']}"
        for key, values in zip(totals, (acc, [REFERENCE[n][0]], [REFERENCE[n][1]], teacher, a, m)):
            totals[key].append(st.mean(values))
        print(
            f"| {n} | {spread(acc)} | {REFERENCE[n][0]:.3f} | {REFERENCE[n][1]:.3f} | {spread(teacher)} | {spread(a)} | {spread(m)} "
            f"| {st.mean(m) - st.mean(a):+.3f} | {st.mean(m) - st.mean(teacher):+.3f} | {sizes} |"
        )
    mean = {k: st.mean(v) for k, v in totals.items()}
    print(
        f"| **mean** | **{mean['acc']:.3f}** | {mean['twiesn']:.3f} | {mean['resnet']:.3f} | **{mean['teacher']:.3f}** | **{mean['alone']:.3f}** "
        f"| **{mean['memkd']:.3f}** | **{mean['memkd'] - mean['alone']:+.3f}** | **{mean['memkd'] - mean['teacher']:+.3f}** | |"
    )
    way = (mean["acc"] - mean["twiesn"]) / (mean["resnet"] - mean["twiesn"])
    print()
    print(f"Seeds a set: {', '.join(sorted({str(len(runs[n])) for n in names}))}; ± is the standard deviation over seeds.")
    print(f"The teachers' mean accuracy is {way:.2f} of the way from TWIESN's to ResNet's.")
    wins = sum(st.mean(m) > st.mean(a) for a, m in zip(alone, memkd))
    print(f"MemKD's mean AUC-PRC is above the student alone's on {wins} of {len(names)} sets.")
    second(root, "sum", "MemKD and soft targets: `--method memkd+kd:weight=0.1`")
    second(root, "bare", "From the bare training cases, as in the paper: `--no-augmentation`")


if __name__ == "__main__":
    main(sys.argv[1])
