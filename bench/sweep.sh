#!/usr/bin/env bash
# Times a sweep of variants against as many plans made one by one, each in a process of its own, without explanations on either side.
#   bench/sweep.sh                    50 provider shares of scenarios/logistics, then 50 peaks of its service
#   bench/sweep.sh SCENARIO SETTING   any other, such as scenarios/startup 'limits.budget.cash=$1k/month..$50k/month:$1k'
#   EVERY=5 bench/sweep.sh            makes only every fifth plan one by one and counts it five times
# Prints seconds of processor and wall time, and how far the sweep's totals lie from those made one by one. Needs python3 for reading JSON.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
./switchyard --version >/dev/null   # builds, so that no build is timed

# Seconds of user and system time, and of wall time, of a command whose output goes to $1.
timed() {
  local out=$1
  shift
  { TIMEFORMAT='%U %S %R'; time "$@" >"$out" 2>"$out.err" || true; } 2>&1
}

compare() {
  local scenario=$1 setting=$2 path=${2%%=*}
  read -r user system wall < <(timed "$work/sweep.json" ./switchyard plan "$scenario" --set "$setting" -o json)
  python3 - "$work" "$path" <<'PY'
import json, sys
sweep = json.load(open(f"{sys.argv[1]}/sweep.json"))
open(f"{sys.argv[1]}/values", "w").write("".join(v["settings"][sys.argv[2]] + "\n" for v in sweep["variants"]))
PY
  local n=0
  : >"$work/times"
  while IFS= read -r value; do
    if [ $((n % ${EVERY:-1})) -ne 0 ]; then n=$((n + 1)); continue; fi
    timed "$work/$n.json" ./switchyard plan "$scenario" --no-explain --set "$path=$value" -o json </dev/null >>"$work/times"
    n=$((n + 1))
  done <"$work/values"
  python3 - "$work" "$user" "$system" "$wall" "$scenario" "$setting" <<'PY'
import json, os, sys
work, user, system, wall, scenario, setting = sys.argv[1:]
rows = [list(map(float, line.split())) for line in open(f"{work}/times")]
sweep = json.load(open(f"{work}/sweep.json"))["variants"]
times = len(sweep) / len(rows)
cpu, alone = float(user) + float(system), times * sum(r[0] + r[1] for r in rows)
wall, alone_wall = float(wall), times * sum(r[2] for r in rows)
off, found, differ = [], {}, 0
for n, variant in enumerate(sweep):
    if not os.path.exists(f"{work}/{n}.json"): continue
    plan = json.load(open(f"{work}/{n}.json"))
    if ("cost" in plan) != variant["feasible"]: differ += 1
    elif variant["feasible"]:
        spent = plan["cost"]["present_value"] + plan["cost"]["credits_used"]
        off.append((variant["present_value"] - plan["cost"]["present_value"]) / spent)
        found[variant["found"]] = found.get(variant["found"], 0) + 1
print(f"{scenario} --set {setting}: {len(sweep)} variants")
print(f"  processor  sweep {cpu:.1f} s, one by one {alone:.1f} s: {alone / cpu:.1f} times")
print(f"  wall       sweep {wall:.1f} s, one by one {alone_wall:.1f} s: {alone_wall / wall:.1f} times")
print(f"  present value against one by one: {min(off, default=0):+.2%} to {max(off, default=0):+.2%}, mean {sum(off) / max(1, len(off)):+.2%}; feasible in one alone: {differ}")
print(f"  found by {found}")
PY
}

if [ $# -eq 2 ]; then
  compare "$1" "$2"
else
  compare scenarios/logistics 'limits.provider_share=51%..100%:1%'
  compare scenarios/logistics 'workloads.routing-llm.rate.peak=1/s..10.8/s:0.2/s'
fi
