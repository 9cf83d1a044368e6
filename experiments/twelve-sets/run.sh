#!/usr/bin/env bash
# Twelve real sets, five seeds: teachers, students alone, and distilled students from the same teachers. Needs MEMKD_DATA.
# An interrupted run goes on where it was. Writes the tables of docs/results/twelve-sets.
#   experiments/twelve-sets/run.sh OUT
set -eu
cd "$(dirname "$0")/../.."
out=${1:?usage: run.sh OUT}
here=experiments/twelve-sets
docs=docs/results/twelve-sets
dotnet build -c Release src/MemKD.Cli >/dev/null
memkd="dotnet $PWD/src/MemKD.Cli/bin/Release/net10.0/MemKD.Cli.dll"

$memkd benchmark --recipe $here/recipe.yaml --out "$out"
mkdir -p $docs
cp "$out/results.csv" $docs/
{
  echo "# Twelve sets: methods"
  echo
  echo "Made by \`$here/run.sh\`; AUC-PRC, mean over seeds."
  echo
  $memkd compare "$out" --quiet --format markdown --tables per-set ranks win-tie-loss gains gains-per-set
} >$docs/methods.md
python3 $here/table.py "$out/results.csv" >$docs/teachers.md
