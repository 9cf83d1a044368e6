"""Teachers, students alone and MemKD students of a benchmark's results.csv as Markdown, beside published accuracies."""

import csv
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
    return f"{st.mean(values):.3f} ± {st.stdev(values):.3f}" if len(values) > 1 else f"{values[0]:.3f}"


def main(path):
    with open(path, encoding="utf-8") as file:
        rows = list(csv.DictReader(file))

    def column(name, method, key="auc_prc"):
        return [float(r[key]) for r in rows if r["dataset"] == name and r["method"] == method]

    names = [n for n in REFERENCE if column(n, "memkd")]
    print("# Twelve sets: teacher, student alone, MemKD student\n")
    print("Made by `experiments/benchmark.sh twelve-sets OUT`; mean ± standard deviation over seeds. TWIESN and ResNet: mean accuracy of 10 runs, Ismail Fawaz et al. 2019.\n")
    print("| set | teacher accuracy | TWIESN | ResNet | teacher AUC-PRC | student alone | MemKD student | gain | to teacher | parameters |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    means = []
    for n in names:
        accuracy, teacher = column(n, "teacher", "accuracy"), column(n, "teacher")
        alone, memkd = column(n, "none"), column(n, "memkd")
        sizes = f"{int(column(n, 'teacher', 'parameters')[0])} → {int(column(n, 'none', 'parameters')[0])}"
        means.append([st.mean(accuracy), *REFERENCE[n], st.mean(teacher), st.mean(alone), st.mean(memkd)])
        print(
            f"| {n} | {spread(accuracy)} | {REFERENCE[n][0]:.3f} | {REFERENCE[n][1]:.3f} | {spread(teacher)} | {spread(alone)} | {spread(memkd)} "
            f"| {means[-1][5] - means[-1][4]:+.3f} | {means[-1][5] - means[-1][3]:+.3f} | {sizes} |"
        )
    accuracy, twiesn, resnet, teacher, alone, memkd = (st.mean(v) for v in zip(*means))
    print(
        f"| **mean** | **{accuracy:.3f}** | {twiesn:.3f} | {resnet:.3f} | **{teacher:.3f}** | **{alone:.3f}** | **{memkd:.3f}** "
        f"| **{memkd - alone:+.3f}** | **{memkd - teacher:+.3f}** | |"
    )
    print(f"\nSeeds a set: {len(column(names[0], 'memkd'))}.")
    print(f"The teachers' mean accuracy is {(accuracy - twiesn) / (resnet - twiesn):.2f} of the way from TWIESN's to ResNet's.")
    print(f"MemKD's mean AUC-PRC is above the student alone's on {sum(m[5] > m[4] for m in means)} of {len(names)} sets.")


if __name__ == "__main__":
    main(sys.argv[1])
