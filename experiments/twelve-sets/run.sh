#!/usr/bin/env bash
# Twelve real sets, five seeds: teachers, students alone, and every method of the paper from the same teachers. Needs MEMKD_DATA.
# An interrupted run goes on where it was. Writes the tables of docs/results/twelve-sets.
#   experiments/twelve-sets/run.sh OUT
set -eu
cd "$(dirname "$0")/../.."
out=${1:?usage: run.sh OUT}
here=experiments/twelve-sets
docs=docs/results/twelve-sets
dotnet build -c Release src/MemKD.Cli >/dev/null
memkd="dotnet $PWD/src/MemKD.Cli/bin/Release/net10.0/MemKD.Cli.dll"

table() { # FOLDER NAME: a benchmark's tables as docs/results/twelve-sets/NAME.md
  {
    echo "# Twelve sets: $3"
    echo
    echo "Made by \`$here/run.sh\`; AUC-PRC, mean over seeds."
    echo
    $memkd compare "$1" --format markdown --tables per-set ranks win-tie-loss gains gains-per-set
  } >"$docs/$2.md"
}

$memkd benchmark --recipe $here/recipe.yaml --out "$out/methods"
$memkd benchmark --recipe $here/bare.yaml --reuse "$out/methods" --out "$out/bare"
mkdir -p $docs
cp "$out/methods/results.csv" $docs/
table "$out/methods" methods "the paper's methods"
table "$out/bare" bare "students of the bare training cases"
$memkd compare "$out/methods" --quiet --svg $docs >/dev/null
rm -f $docs/sizes.svg # one size alone
python3 $here/table.py "$out/methods/results.csv" >$docs/teachers.md
