#!/usr/bin/env bash
# Everything that must hold before a change lands, on a fresh Debian 12 as in CI:
# set-up, format, layers, build, headers, tests under ASan and UBSan, short fuzzing, 2,000 seeds of
# the simulator on numbers and 300 on records, the model of the view rules, all tests.
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
cmake --preset dev >/dev/null
cmake --build --preset dev -- -j"$jobs" --quiet

step "headers"
cmake --build --preset dev --target headers -- -j"$jobs" --quiet
echo "headers: each compiles alone"

if ! $quick; then
  # What reads strangers' bytes, and what it stands on. The kills are many processes long and run below.
  sanitized=(test_crypto test_consensus test_ledger test_proof test_storage test_runtime test_api
    test_network)
  step "build with AddressSanitizer and UBSan"
  cmake --preset asan >/dev/null
  cmake --build --preset asan --target "${sanitized[@]}" fuzz_targets -- -j"$jobs" --quiet

  step "tests under AddressSanitizer and UBSan"
  printf 'build/asan/tests/%s\n' "${sanitized[@]}" |
    xargs -P "$jobs" -n 1 sh -c '"$0" --gtest_brief=1 --gtest_filter="-*Kills*"'

  step "fuzz targets"
  scripts/fuzz.sh 60
fi

step "simulator"
build/dev/tests/simulator/centime-sim --from 1 --to 2000
build/dev/tests/simulator/centime-sim --ledger --from 1 --to 300

if ! $quick; then
  step "model"
  scripts/model.sh --mutants
fi

step "tests"
ctest --preset dev -j"$jobs"
