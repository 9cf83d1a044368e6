#!/usr/bin/env bash
# The choices behind the defaults, on twelve sets that no result table uses: teachers with and without differences and augmentation,
# students alone and with MemKD from the bare training cases and from augmented copies. Needs MEMKD_DATA. Finished runs are skipped.
#   experiments/development/run.sh OUT [SEEDS] [JOBS]
# then: python3 experiments/development/table.py OUT
set -eu
cd "$(dirname "$0")/../.."
export out=${1:?usage: run.sh OUT [SEEDS] [JOBS]}
seeds=${2:-1}
jobs=${3:-$(nproc)}
sets='MoteStrain SonyAIBORobotSurface1 ECGFiveDays ArrowHead Car ECG200 OSULeaf SyntheticControl CricketX FiftyWords
RefrigerationDevices MiddlePhalanxOutlineCorrect'
dotnet build -c Release src/MemKD.Cli >/dev/null
export memkd="dotnet $PWD/src/MemKD.Cli/bin/Release/net10.0/MemKD.Cli.dll"

one() {
  set -eu
  seed=$1 name=$2 dir="$out/$2/$1"
  mkdir -p "$dir"
  data="$name"
  # A built-in set has the same name: take the archive's.
  if [ "$name" = SyntheticControl ]; then
    folder=$(echo "$MEMKD_DATA" | tr ':' '\n' | while read -r d; do ls -d "$d/ucr/$name" "$d/$name" 2>/dev/null || true; done | head -1)
    data="--train $(ls "$folder"/*_TRAIN.*) --test $(ls "$folder"/*_TEST.*)"
  fi
  teacher() {
    [ -f "$dir/$1/metrics.json" ] ||
      $memkd train $data --seed "$seed" --threads 1 --quiet --out "$dir/$1" "${@:2}" >"$dir/$1.log" 2>&1
  }
  student() {
    [ -f "$dir/$1/report.json" ] ||
      $memkd distill $data --teacher "$dir/teacher" --seed "$seed" --threads 1 --quiet --out "$dir/$1" "${@:2}" \
        >"$dir/$1.log" 2>&1
  }
  teacher plain --no-differences --no-augmentation
  teacher differences --no-augmentation
  teacher teacher
  student copies
  student copies-100 --lambda 100
  student copies-kd --method kd --lambda 1
  student copies-sum --method memkd+kd:weight=0.01 --lambda 100
  student bare --no-augmentation --updates 8000
  student bare-100 --no-augmentation --updates 8000 --lambda 100
  echo "$name $seed"
}
export -f one
for seed in $(seq "$seeds"); do
  for name in $sets; do echo "$seed $name"; done
done | xargs -P "$jobs" -L 1 bash -c 'one "$@"' one
