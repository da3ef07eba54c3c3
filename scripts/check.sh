#!/usr/bin/env bash
# Everything that must hold before a change lands, on a fresh Debian 12 as in CI:
# set-up, format, layers, build, headers, tests under ASan and UBSan, short fuzzing, the model of the
# view rules, 2,000 seeds of the simulator on numbers and 300 on records, all tests.
#   scripts/check.sh [--fix] [--quick]
#     --fix    formats the sources instead of complaining
#     --quick  without sanitizers, fuzzing and the model
set -euo pipefail
cd "$(dirname "$0")/.."

fix=false
quick=false
for argument in "$@"; do
  case "$argument" in
    --fix) fix=true ;;
    --quick) quick=true ;;
    *) echo "usage: scripts/check.sh [--fix] [--quick]" >&2; exit 2 ;;
  esac
done

# Tests that run under sanitizers are not run a second time without, but for those of kills.
preset=check
if $quick; then preset=dev; fi

started=$SECONDS
step() { printf '\n== %s (%d s)\n' "$1" $((SECONDS - started)); }
jobs=$(nproc)

step "set-up"
scripts/setup.sh

step "format"
mapfile -t sources < <(git ls-files '*.h' '*.cpp')
if $fix; then
  clang-format-19 -i "${sources[@]}"
else
  clang-format-19 --dry-run --Werror "${sources[@]}"
fi
echo "format: ${#sources[@]} files"

step "layers"
python3 scripts/check_layers.py

step "build"
cmake --preset "$preset" >/dev/null
cmake --build --preset "$preset" -- -j"$jobs" --quiet

step "headers"
cmake --build --preset "$preset" --target headers -- -j"$jobs" --quiet
echo "headers: each compiles alone"

# Histories that properties draw are the same ones each time, like the fuzz targets' inputs: other
# seeds are for whoever looks for faults.
export RC_PARAMS="seed=${CENTIME_RC_SEED:-1}"

simulator=build/$preset/tests/simulator/centime-sim
logs=build/logs
export logs
mkdir -p "$logs"

# together: runs the commands of stdin, each of which is a line, one more at a time than there are
# cores, as tests wait now and then. Prints of each how long it took and its last two lines, or all of
# it if it failed or took 25 minutes.
together() {
  xargs -P $((jobs + 1)) -d '\n' -n 1 bash -c '
    log=$logs/$(tr -cs "a-z0-9_" - <<<"$0" | cut -c 1-80).log
    started=$SECONDS
    if timeout 2400 $0 >"$log" 2>&1; then
      printf "%s (%d s)\n%s\n" "$0" $((SECONDS - started)) "$(tail -n 2 "$log" | sed "s/^/  /")"
    else
      cat "$log"
      printf "FAILED: %s\n" "$0"
      exit 1
    fi'
}

if $quick; then
  step "simulator"
  together <<END
$simulator --from 1 --to 2000
$simulator --ledger --from 1 --to 300
$simulator --handover --from 1 --to 300
$simulator --unfinished --from 1 --to 100
$simulator --restored --from 1 --to 300
$simulator --thin --from 1 --to 100
END
else
  # What reads strangers' bytes, and what it stands on. The longest first, in parts, so that no core
  # ends up waiting. The kills are many processes long and run below.
  sanitized=(test_runtime test_storage test_api test_ledger test_consensus test_proof test_network
    test_crypto)
  # The stacks of allocations are cut short: whoever has a fault finds them in a run without this.
  export ASAN_OPTIONS=malloc_context_size=5:quarantine_size_mb=64
  in_parts() {
    local test=build/asan/tests/$1 parts=1 part
    case "$1" in test_runtime | test_storage | test_api) parts=3 ;; esac
    for part in $(seq 0 $((parts - 1))); do
      echo "env GTEST_SHARD_INDEX=$part GTEST_TOTAL_SHARDS=$parts $test --gtest_filter=-*Kills*"
    done
  }
  step "build with AddressSanitizer and UBSan"
  cmake --preset asan >/dev/null
  cmake --build --preset asan --target "${sanitized[@]}" fuzz_targets -- -j"$jobs" --quiet

  step "tests under AddressSanitizer and UBSan, fuzz targets, model, simulator"
  # Fuzz targets two at a time in one's place: half a core for a minute does for their seeds and what
  # is found near them. A whole network at each try takes more.
  {
    for test in "${sanitized[@]}"; do in_parts "$test"; done
    echo "scripts/model.sh --mutants"
    echo scripts/fuzz.sh 90 fuzz_step
    find build/asan/tests/fuzz -maxdepth 1 -name 'fuzz_*' -executable -type f -printf '%f\n' |
      grep -v fuzz_step | sort | xargs -n 2 echo scripts/fuzz.sh 60
    echo "$simulator --from 1 --to 2000"
    echo "$simulator --ledger --from 1 --to 300"
    echo "$simulator --handover --from 1 --to 300"
    echo "$simulator --unfinished --from 1 --to 100"
    echo "$simulator --restored --from 1 --to 300"
    echo "$simulator --thin --from 1 --to 100"
  } | together
fi

step "tests"
# Most of the long ones wait for timers and disks. What keeps a core busy counts twice.
ctest --preset "$preset" -j$((2 * jobs))
