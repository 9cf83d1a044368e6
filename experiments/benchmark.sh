#!/usr/bin/env bash
# One benchmark of docs/results, from its recipe to its tables. Needs MEMKD_DATA. An interrupted run goes on where it was.
#   experiments/benchmark.sh NAME OUT [options of memkd benchmark, such as --reuse DIR]
# NAME is a folder here with a recipe.yaml; the tables go to docs/results/NAME.
set -eu
cd "$(dirname "$0")/.."
name=${1:?usage: benchmark.sh NAME OUT [OPTIONS]}
out=${2:?usage: benchmark.sh NAME OUT [OPTIONS]}
here=experiments/$name
docs=docs/results/$name
dotnet build -c Release src/MemKD.Cli >/dev/null
memkd="dotnet $PWD/src/MemKD.Cli/bin/Release/net10.0/MemKD.Cli.dll"

$memkd benchmark --recipe "$here/recipe.yaml" --out "$out" "${@:3}"
$memkd audit "$out"
mkdir -p "$docs"
cp "$out/results.csv" "$docs/"
compare() {
  $memkd compare "$out" --quiet --format markdown --tables "$@"
}
{
  echo "# ${name//-/ }: methods"
  echo
  echo "Made by \`experiments/benchmark.sh $name OUT\` from \`$here/recipe.yaml\`; AUC-PRC, mean over seeds."
  echo
  compare per-set ranks win-tie-loss gains --svg "$docs"
  for control in kd fitnet; do
    if grep -q ",$control," "$out/results.csv"; then
      echo
      echo "## Gains over $control"
      echo
      compare gains --control $control
    fi
  done
  if [ -f "$here/paper-methods.txt" ]; then
    echo
    echo "## Among the methods of the paper's table"
    echo
    compare ranks --methods $(cat "$here/paper-methods.txt")
    compare ranks --teachers --methods teacher $(cat "$here/paper-methods.txt")
  fi
} >"$docs/methods.md"
if [ -f "$here/table.py" ]; then
  python3 "$here/table.py" "$out/results.csv" >"$docs/teachers.md"
fi
