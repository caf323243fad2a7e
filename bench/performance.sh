#!/usr/bin/env bash
# The two speed rows of the performance model: simulated requests per CPU-second, and a search. Prints a table; see README.md beside it.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
trace=${1:-$here/../shared/data/demand/azure_llm_2023_conv_first_half.csv}
runs=${RUNS:-3}
if [ ! -f "$trace" ]; then
  echo "no trace at $trace: give a CSV with ContextTokens and GeneratedTokens as the first argument" >&2
  exit 1
fi

"$here/switchyard" --version > /dev/null # builds where a source is newer
best() { sort -n | head -1; }

simulate() {
  "$here/switchyard" performance estimate --model llama-3.1-8b --accelerator A100-80GB:1 --trace "$trace" \
    --rate 6.45/s --requests 100000 --timing 2>&1 > /dev/null | grep 'CPU-s'
}

search() {
  "$here/switchyard" performance search --model qwen3-32b --accelerator H200-141GB:32 --input 4000 --output 500 \
    --slo ttft:p95:500ms,tpot:p95:50ms --timing 2>&1 > /dev/null | grep 'CPU-s'
}

simulated=$(for _ in $(seq "$runs"); do simulate; done)
searched=$(for _ in $(seq "$runs"); do search; done)
seconds=$(sed -E 's/.*: ([0-9.]+) CPU-s, .*/\1/' <<< "$simulated" | best)
rate=$(sed -E 's/.*, ([0-9,]+) requests per CPU-s.*/\1/; s/,//g' <<< "$simulated" | sort -rn | head -1)
memory=$(sed -E 's/.*at most ([0-9]+) MB.*/\1/' <<< "$simulated" | sort -rn | head -1)
inside=$(sed -E 's/^search ([0-9.]+) CPU-s.*/\1/' <<< "$searched" | best)
whole=$(sed -E 's/.*; ([0-9.]+) CPU-s in all.*/\1/' <<< "$searched" | best)
searchmemory=$(sed -E 's/.*at most ([0-9]+) MB.*/\1/' <<< "$searched" | sort -rn | head -1)

echo "| | CPU-s | peak memory | |"
echo "|---|---|---|---|"
echo "| 100,000 requests of the conversation trace at 6.45/s, llama-3.1-8b on one A100-80GB | $seconds | $memory MB | $rate requests per CPU-s |"
echo "| search: qwen3-32b on 32 H200, 4,000 + 500 tokens, ttft p95 500 ms, tpot p95 50 ms | $inside ($whole with start-up) | $searchmemory MB | |"
