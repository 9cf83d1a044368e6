#!/usr/bin/env bash
# What integers cost students of 51 real sets: three forms of student, three weight formats. Needs MEMKD_DATA.
# Trained models that are there stay, so an interrupted run goes on. Writes docs/results/quantization.md and .csv.
#   experiments/quantization/run.sh OUT
set -eu
cd "$(dirname "$0")/../.."
out=${1:?usage: run.sh OUT}
here=experiments/quantization
docs=docs/results
read -ra sets <$here/sets.txt
for form in lstm-mean lstm-last gru-mean lstm-mean-rest; do
  dotnet run -c Release $here/train.cs "$out" $form "${sets[@]}"
done
dotnet run -c Release $here/measure.cs "$out" "${sets[@]}" >"$out/costs.csv"
cp "$out/costs.csv" $docs/quantization.csv
python3 $here/table.py "$out/costs.csv" >$docs/quantization.md
