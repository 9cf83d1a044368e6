"""Turns the folders that run.sh wrote into docs/results/twelve-sets.md. Standard library only."""

import glob
import json
import re
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


def load(root):
    runs = {}
    for path in sorted(glob.glob(f"{root}/*/*/student/report.json")):
        name, seed = path.split("/")[-4:-2]
        with open(path, encoding="utf-8") as file:
            runs.setdefault(name, {})[int(seed)] = json.load(file)
    return runs


HEAD = """# Twelve real sets: teacher, student alone, MemKD student

Made by `experiments/twelve-sets/run.sh OUT` and `python3 experiments/twelve-sets/table.py OUT`; needs `MEMKD_DATA`. Everything is the default
recipe, the same for all sets: series resampled to at most 100 points and z-normalised each, teacher a bidirectional GRU 2 × 92, student an LSTM
1 × 8, λ chosen on validation cases. AUC-PRC is macro, trapezoidal; mean ± standard deviation over seeds, archive split. The sets
are the default twelve of the project's pool; UWaveGestureLibraryAll, MALLAT and StarLightCurves were not at hand and are replaced by the next of the
long group in the pool's order: BeetleFly, Lightning2, ShapesAll. TWIESN and ResNet: mean accuracy of 10 runs, Ismail Fawaz et al. 2019
(2015 files; for some sets, such as Strawberry, the 2018 archive has other train and test parts).
"""


def main(root):
    runs = load(root)
    settings = {json.dumps(r["settings"], sort_keys=True) for n in runs.values() for r in n.values()}
    settings = {re.sub(r'"weight": [^,]+, ', "", text) for text in settings}
    if len(settings) != 1:
        sys.exit(f"{root}: the runs have {len(settings)} different settings; remake them with one version")
    print(HEAD)
    names = [n for n in REFERENCE if n in runs]
    column = lambda n, who, key: [r[who][key] for _, r in sorted(runs[n].items())]
    print("| set | teacher accuracy | TWIESN | ResNet | teacher AUC-PRC | student alone | MemKD student | gain | to teacher | parameters |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    totals = {k: [] for k in ("acc", "twiesn", "resnet", "teacher", "alone", "memkd")}
    wins = 0
    for n in names:
        acc = column(n, "teacher", "accuracy")
        teacher, alone, memkd = (column(n, w, "auc_prc") for w in ("teacher", "student_alone", "memkd"))
        first = next(iter(runs[n].values()))
        sizes = f"{first['teacher']['parameters']} → {first['memkd']['parameters']}"
        for key, values in zip(totals, (acc, [REFERENCE[n][0]], [REFERENCE[n][1]], teacher, alone, memkd)):
            totals[key].append(st.mean(values))
        wins += st.mean(memkd) > st.mean(alone)
        print(
            f"| {n} | {spread(acc)} | {REFERENCE[n][0]:.3f} | {REFERENCE[n][1]:.3f} | {spread(teacher)} | {spread(alone)} | {spread(memkd)} "
            f"| {st.mean(memkd) - st.mean(alone):+.3f} | {st.mean(memkd) - st.mean(teacher):+.3f} | {sizes} |"
        )
    mean = {k: st.mean(v) for k, v in totals.items()}
    print(
        f"| **mean** | **{mean['acc']:.3f}** | {mean['twiesn']:.3f} | {mean['resnet']:.3f} | **{mean['teacher']:.3f}** | **{mean['alone']:.3f}** "
        f"| **{mean['memkd']:.3f}** | **{mean['memkd'] - mean['alone']:+.3f}** | **{mean['memkd'] - mean['teacher']:+.3f}** | |"
    )
    way = (mean["acc"] - mean["twiesn"]) / (mean["resnet"] - mean["twiesn"])
    seeds = sorted({len(runs[n]) for n in names})
    print()
    print(f"Seeds a set: {', '.join(map(str, seeds))}; ± is the standard deviation over seeds.")
    print(f"The teachers' mean accuracy is {way:.2f} of the way from TWIESN's to ResNet's.")
    print(f"MemKD's mean AUC-PRC is above the student alone's on {wins} of {len(names)} sets.")


if __name__ == "__main__":
    main(sys.argv[1])
