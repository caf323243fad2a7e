#!/usr/bin/env bash
# Builds bench/Planning as the product is built, as native code, and runs it; its options are those of bench/README.md.
#   bench/planning.sh --seed 1 --workloads 20 --months 24
set -euo pipefail
cd "$(dirname "$0")/.."
built=artifacts/bench
if [ ! -x $built/Planning ] || [ -n "$(find src bench/Planning Directory.*.props \( -name '*.cs' -o -name '*.csproj' -o -name '*.props' \) -newer $built/Planning -print -quit)" ]; then
  mkdir -p $built
  dotnet publish bench/Planning -c Release --use-current-runtime -p:PublishAot=true -p:NoWarn=IL2104 -p:RunAnalyzers=false -o $built >$built/log 2>&1 || { cat $built/log >&2; exit 1; }
fi
exec $built/Planning "$@"
