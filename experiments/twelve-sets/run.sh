#!/usr/bin/env bash
# The main job on twelve real sets: for every set and seed a teacher, a MemKD student and the same student alone, all with
# the defaults. Needs MEMKD_DATA. Finished runs are skipped, so an interrupted sweep goes on where it was.
#   experiments/twelve-sets/run.sh OUT [SEEDS] [JOBS]
# Another teacher: TEACHER='--bidirectional false --hidden 148' experiments/twelve-sets/run.sh OUT2
# then: python3 experiments/twelve-sets/table.py OUT > docs/results/twelve-sets.md
set -eu
cd "$(dirname "$0")/../.."
export out=${1:?usage: run.sh OUT [SEEDS] [JOBS]}
seeds=${2:-5}
jobs=${3:-$(nproc)}
sets='CBF ItalyPowerDemand SwedishLeaf FaceAll Strawberry Wafer Trace Adiac Computers BeetleFly Lightning2 ShapesAll'
dotnet build -c Release src/MemKD.Cli >/dev/null
export memkd="dotnet $PWD/src/MemKD.Cli/bin/Release/net10.0/MemKD.Cli.dll" TEACHER=${TEACHER:-}

one() {
  set -eu
  seed=$1 name=$2 dir="$out/$2/$1"
  mkdir -p "$dir"
  [ -f "$dir/teacher/model.safetensors" ] ||
    $memkd train "$name" $TEACHER --seed "$seed" --threads 1 --quiet --out "$dir/teacher" >"$dir/train.log" 2>&1
  [ -f "$dir/student/report.json" ] ||
    $memkd distill "$name" --teacher "$dir/teacher" --seed "$seed" --threads 1 --quiet --out "$dir/student" \
      >"$dir/distill.log" 2>&1
  echo "$name $seed"
}
export -f one
for seed in $(seq "$seeds"); do
  for name in $sets; do echo "$seed $name"; done
done | xargs -P "$jobs" -L 1 bash -c 'one "$@"' one
