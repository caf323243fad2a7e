#!/usr/bin/env bash
# How large the page of the report is, and how soon it is seen: writes the table between its marks in docs/report.md, then times the demo.
#   bench/report.sh
set -euo pipefail
cd "$(dirname "$0")/.."
./switchyard --help >/dev/null
dotnet build tests/Switchyard.Acceptance -c Release -v quiet
(cd tests/Switchyard.Acceptance && dotnet run -c Release --no-build -- --no-progress --explicit only --filter-class '*PageTable')
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
{ TIMEFORMAT="demo: %R s, %U s of processor"; time ./switchyard demo --out "$work/report.html" >/dev/null 2>&1 || true; } 2>&1 | tail -1
