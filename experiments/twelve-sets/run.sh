#!/usr/bin/env bash
# The main job on twelve real sets: for every set and seed a teacher with the defaults, then students from it, each beside the
# same student alone: MemKD with the defaults (student), MemKD plus soft targets (sum), and MemKD from the bare training
# cases, as in the paper (bare). Needs MEMKD_DATA. Finished runs are skipped, so an interrupted sweep goes on.
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
  students() {
    [ -f "$dir/$1/report.json" ] ||
      $memkd distill "$name" --teacher "$dir/teacher" --seed "$seed" --threads 1 --quiet --out "$dir/$1" "${@:2}" \
        >"$dir/$1.log" 2>&1
  }
  students student
  students sum --method memkd+kd:weight=0.1
  students bare --no-augmentation
  echo "$name $seed"
}
export -f one
for seed in $(seq "$seeds"); do
  for name in $sets; do echo "$seed $name"; done
done | xargs -P "$jobs" -L 1 bash -c 'one "$@"' one
