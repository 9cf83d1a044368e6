#!/usr/bin/env bash
# Measures MemKD beside PyTorch, oneDNN and ONNX Runtime on this machine; docs/speed.md says what and how.
#
#   bench/run.sh                 everything, into bench/results/<processor>.md (about 25 minutes on a quiet machine)
#   bench/run.sh --only GROUP    one group, printed
#   bench/run.sh --quick         every group once and short: shows that it runs, says nothing about speed
#
# MEMKD_PATH=avx2 holds all of them to AVX2, as on a processor without AVX-512 (ONNX Runtime cannot be held).
# --output FILE writes the report there; --note TEXT is put into it. Peers that are missing are installed where apt-get and npm can
# do it, else said and left out. Everything that is built or fetched lies in ~/.cache/memkd-tools.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
tools=${XDG_CACHE_HOME:-$HOME/.cache}/memkd-tools
python=/usr/bin/python3
mkdir -p "$tools"

if [ "${MEMKD_PATH:-}" = avx2 ]; then
  export DNNL_MAX_CPU_ISA=AVX2 ONEDNN_MAX_CPU_ISA=AVX2 ATEN_CPU_CAPABILITY=avx2 OPENBLAS_CORETYPE=Zen
fi

say() { printf '%s\n' "$*" >&2; }

has_torch() { "$python" -c 'import torch' 2>/dev/null; }
# Debian's PyTorch multiplies matrices by libblas.so.3; with the reference library it would be several times slower.
has_openblas() { [[ $(readlink -f /usr/lib/*/libblas.so.3 2>/dev/null) == *openblas* ]]; }
has_onednn() { command -v g++ >/dev/null && [ -e /usr/include/dnnl.hpp ]; }

packages=()
has_torch || packages+=(python3 python3-torch)
has_openblas || packages+=(libopenblas0-pthread)
has_onednn || packages+=(g++ libdnnl-dev)
command -v npm >/dev/null || packages+=(npm)
if [ ${#packages[@]} -gt 0 ]; then
  say "installing ${packages[*]}"
  apt-get -o DPkg::Lock::Timeout=300 update -qq &&
    DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends \
      "${packages[@]}" >/dev/null || say 'some packages could not be installed'
fi

arguments=()
if [ "${MEMKD_PATH:-}" = avx2 ]; then
  arguments+=(--note 'PyTorch and oneDNN held to AVX2 as well')
fi
if has_torch && has_openblas; then
  arguments+=(--python "$python")
else
  say 'PyTorch with OpenBLAS is missing (python3-torch, libopenblas0-pthread): left out'
fi

onednn=$tools/onednn/onednn_bench
if has_onednn && mkdir -p "${onednn%/*}" &&
  g++ -std=c++17 -O3 -march=native bench/peers/onednn/onednn_bench.cpp -ldnnl -o "$onednn"; then
  arguments+=(--onednn "$onednn")
else
  say 'oneDNN is missing (libdnnl-dev, g++): left out'
fi

# As in .ci/run, from the one place that says the version.
onnx=$tools/onnxruntime
library=$onnx/node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime.so.1
if ! cmp -s oracle/onnxruntime/package.json "$onnx/package.json" && command -v npm >/dev/null; then
  rm -rf "$onnx" && mkdir -p "$onnx" && cp oracle/onnxruntime/package.json "$onnx" &&
    (cd "$onnx" && ONNXRUNTIME_NODE_INSTALL=skip npm install --ignore-scripts --no-audit --no-fund --loglevel=error >&2)
fi
if [ -e "$library" ]; then
  arguments+=(--onnxruntime "$library")
else
  say 'ONNX Runtime is missing (npm package onnxruntime-node): left out'
fi

dotnet build -c Release bench/MemKD.Bench --nologo -v quiet >&2 || exit 1

publish() {
  # From a copy of the sources: the lock files here are for no runtime in particular, and publishing would change them.
  local copy=$tools/publish
  rm -rf "$copy/src" && mkdir -p "$copy" &&
    tar -c --exclude=bin --exclude=obj --exclude=packages.lock.json src completions Directory.*.props global.json | tar -x -C "$copy" &&
    dotnet publish "$copy/src/MemKD.Cli" -c Release -r linux-x64 --self-contained --nologo -v quiet -o "$copy/out" -p:RunAnalyzers=false \
      -p:PublishSingleFile=true -p:PublishReadyToRun=true -p:PackAsTool=false -p:RestorePackagesWithLockFile=false >&2 &&
    arguments+=(--memkd "$copy/out/memkd")
}
case " $* " in
  *' --only start '*) publish ;;
  *' --quick '* | *' --only '*) ;; # minutes that no other group needs
  *) publish ;;
esac || say 'memkd could not be published as one file: its start-up is left out'

# Results go to a file of their own unless only a part was asked for.
case " $* " in
  *' --quick '* | *' --only '* | *' --output '*) ;;
  *)
    field() { sed -nE "s/^$1[[:space:]]*: //p" /proc/cpuinfo | head -1; }
    slug=$(printf '%s family %s model %s' "$(field 'model name')" "$(field 'cpu family')" "$(field model)" |
      tr '[:upper:]' '[:lower:]' | tr -cs 'a-z0-9' '-')
    mkdir -p bench/results
    arguments+=(--output "bench/results/${slug%-}${MEMKD_PATH:+-$MEMKD_PATH}.md")
    ;;
esac
exec bench/MemKD.Bench/bin/Release/net10.0/MemKD.Bench "${arguments[@]}" "$@"
