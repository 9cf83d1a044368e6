"""Means over the sets of what run.sh wrote. Standard library only."""

import glob
import json
import os
import statistics as st
import sys


def main(root):
    rows = {}
    for path in sorted(glob.glob(f"{root}/*/*/*/metrics.json") + glob.glob(f"{root}/*/*/*/report.json")):
        kind = path.split("/")[-2]
        with open(path, encoding="utf-8") as file:
            content = json.load(file)
        if os.path.basename(path) == "metrics.json":
            rows.setdefault(f"teacher: {kind}", []).append(content)
            continue
        method = content["method"]
        rows.setdefault(f"student: {kind}, alone", []).append(content["student_alone"])
        rows.setdefault(f"student: {kind}, {method}, λ = {content['lambda']:g}", []).append(content[method])
    print("| run | runs | AUC-PRC | accuracy |")
    print("|---|---|---|---|")
    for name, runs in rows.items():
        auc, accuracy = (st.mean(r[k] for r in runs) for k in ("auc_prc", "accuracy"))
        print(f"| {name} | {len(runs)} | {auc:.3f} | {accuracy:.3f} |")


if __name__ == "__main__":
    main(sys.argv[1])
