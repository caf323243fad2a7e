#!/usr/bin/env bash
# What proving costs and how far it is off: writes the table between its marks in docs/validation.md, then times the command itself.
#   bench/prove.sh
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet build tests/Switchyard.Tests -c Release -v quiet
(cd tests/Switchyard.Tests && dotnet run -c Release --no-build -- --no-progress --explicit only --filter-class '*BenchmarkTable')
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
./switchyard plan scenarios/logistics --out "$work/plan.json" >/dev/null
for options in "--no-mend" "--no-mend --seeds 30 --stress"; do
  # shellcheck disable=SC2086
  { TIMEFORMAT="prove logistics $options: %R s, %U s of processor"; time ./switchyard prove "$work/plan.json" $options >/dev/null || true; } 2>&1 | tail -1
done
