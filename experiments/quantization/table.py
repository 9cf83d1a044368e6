"""What integers cost, from the rows of measure.cs, as Markdown."""

import csv
import statistics as st
import sys

FORMATS = {"EightBitPowerOfTwo": "int8", "EightBitMultiplier": "int8-multiplier", "SixteenBit": "int16"}
GOAL = {"int8": 0.5, "int8-multiplier": 0.5, "int16": 0.05}  # points of AUC-PRC
FORMS = {"lstm-mean": "LSTM, mean (the default)", "lstm-last": "LSTM, last state", "gru-mean": "GRU, mean"}
MANY = 300  # TEST cases from which on a single pair that changes places no longer decides


def share(flags):
    flags = list(flags)
    return f"{sum(flags)} of {len(flags)} ({100 * sum(flags) / len(flags):.0f} %)"


def main(path):
    with open(path, encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    cost = {}
    for r in rows:
        cost[r["student"], r["set"], r["on"], FORMATS[r["weights"]]] = (
            100 * float(r["auc_prc_loss"]),
            100 * float(r["agreement"]),
            r["passes"] == "True",
        )
    cases = {(r["student"], r["set"], r["on"]): (int(r["cases"]), float(r["auc_prc_float"])) for r in rows}
    sets = {form: sorted({r["set"] for r in rows if r["student"] == form}) for form in FORMS}

    def chosen(form, name, on):
        return next((f for f in GOAL if cost[form, name, on, f][2]), "int16")

    print("# What integers cost on real sets\n")
    print(
        f"Made by `experiments/quantization/run.sh`: students of 8 units of {len(sets['lstm-mean'])} sets, trained alone by the student's recipe (no teacher, seed 0, archive split, "
        "preparation as by default), each turned into integers without any further training. Points of AUC-PRC lost on TEST against the same student in floats (negative: gained), and cases with the same decision. "
        "What follows from it: [../quantization.md](../quantization.md). All rows: [quantization.csv](quantization.csv).\n"
    )
    print("## Formats\n")
    print("| student | weights | sets | mean | median | worst | within the goal | sets with 300 TEST cases or more | same decision in 99.5 % |")
    print("|---|---|---|---|---|---|---|---|---|")
    every = {f: [] for f in GOAL}
    large = {f: [] for f in GOAL}
    for form, title in FORMS.items():
        for f, goal in GOAL.items():
            lost = [cost[form, s, "test", f][0] for s in sets[form]]
            many = [cost[form, s, "test", f][0] <= goal for s in sets[form] if cases[form, s, "test"][0] >= MANY]
            alike = [cost[form, s, "test", f][1] >= 99.5 for s in sets[form]]
            every[f] += [x <= goal for x in lost]
            large[f] += many
            print(
                f"| {title} | {f} | {len(lost)} | {st.mean(lost):.3f} | {st.median(lost):.3f} | {max(lost):.3f} "
                f"| ≤ {goal}: {share(x <= goal for x in lost)} | {share(many)} | {share(alike)} |"
            )
    print()
    for f, goal in GOAL.items():
        met = "met" if sum(every[f]) >= 0.95 * len(every[f]) else "missed"
        print(f"- {f} at most {goal} points on 95 % of all students: {share(every[f])}, **{met}**; on sets with {MANY} TEST cases or more {share(large[f])}.")

    print("\n## What the gate chooses\n")
    print("By copies of TRAIN, never by TEST (`memkd export --format c-int8 --data`).\n")
    print("| student | int8 | int8-multiplier | int16 | loss of the chosen one ≤ 0.5 on TEST | mean | worst | same decision in 99.5 % |")
    print("|---|---|---|---|---|---|---|---|")
    for form, title in FORMS.items():
        taken = {s: chosen(form, s, "copies") for s in sets[form]}
        lost = [cost[form, s, "test", f][0] for s, f in taken.items()]
        alike = [cost[form, s, "test", f][1] >= 99.5 for s, f in taken.items()]
        counts = " | ".join(str(sum(f == g for f in taken.values())) for g in GOAL)
        print(f"| {title} | {counts} | {share(x <= 0.5 for x in lost)} | {st.mean(lost):.3f} | {max(lost):.3f} | {share(alike)} |")

    print("\n## Which cases the gate should see\n")
    print(
        "Each student and format passes or fails the gate's two bounds on TEST, and on other cases; held-out: a fifth of TRAIN, for students that were trained on the rest. "
        "Wrongly passed is what a gate is there to prevent.\n"
    )
    print("| gate on | students × formats | right | wrongly passed | wrongly refused | mean same decision there, on TEST |")
    print("|---|---|---|---|---|---|")
    for on, forms in (("train", list(FORMS)), ("copies", list(FORMS)), ("held-out", ["lstm-mean-rest"])):
        pairs = [(v, cost[k[0], k[1], "test", k[3]]) for k, v in cost.items() if k[2] == on and k[0] in forms]
        right = sum(a[2] == b[2] for a, b in pairs)
        passed = sum(a[2] and not b[2] for a, b in pairs)
        print(
            f"| {on} | {len(pairs)} | {100 * right / len(pairs):.0f} % | {passed} of {sum(a[2] for a, _ in pairs)} passed "
            f"| {sum(b[2] and not a[2] for a, b in pairs)} of {sum(not a[2] for a, _ in pairs)} refused | {st.mean(a[1] for a, _ in pairs):.2f} %, {st.mean(b[1] for _, b in pairs):.2f} % |"
        )

    print("\n## Sets: the default student\n")
    print("| set | TEST cases | AUC-PRC in floats | int8 | | int8-multiplier | | int16 | | chosen |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for s in sets["lstm-mean"]:
        count, area = cases["lstm-mean", s, "test"]
        cells = " | ".join(f"{cost['lstm-mean', s, 'test', f][0]:.3f} | {cost['lstm-mean', s, 'test', f][1]:.2f} %" for f in GOAL)
        print(f"| {s} | {count} | {area:.4f} | {cells} | {chosen('lstm-mean', s, 'copies')} |")


if __name__ == "__main__":
    main(sys.argv[1])
