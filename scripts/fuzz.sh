#!/usr/bin/env bash
# Runs every fuzz target for some seconds, one a core, from its seeds in tests/fuzz/corpus.
#   scripts/fuzz.sh SECONDS [TARGET…]       (after: cmake --build --preset asan)
# Each starts from seed 1, or $CENTIME_FUZZ_SEED, so that a check can be repeated: other seeds and
# longer runs are for whoever looks for faults. 0: a new seed each time.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:?usage: scripts/fuzz.sh SECONDS [TARGET…]}
shift
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
  mapfile -t targets < <(find build/asan/tests/fuzz -maxdepth 1 -name 'fuzz_*' -executable -type f \
    -printf '%f\n' | sort)
fi

run_one() {
  local target=$1 seconds=$2
  local work=build/asan/fuzz/$target seeds=tests/fuzz/corpus/${target#fuzz_}
  if [ "$target" = fuzz_proof ]; then seeds=tests/proof/golden; fi
  mkdir -p "$work"
  touch "$work".started
  local corpora=("$work")
  if [ -d "$seeds" ]; then corpora+=("$seeds"); fi
  if build/asan/tests/fuzz/"$target" -max_total_time="$seconds" -seed="${CENTIME_FUZZ_SEED:-1}" -timeout=10 -rss_limit_mb=2048 \
    -max_len=16384 -artifact_prefix="$work"/crash- "${corpora[@]}" >"$work".log 2>&1 && ! grep -q 'nothing was accepted' "$work".log; then
    printf 'fuzz: %-28s %s\n' "$target" "$(grep -oE 'Done [0-9]+ runs' "$work".log | tail -1)"
  else
    tail -40 "$work".log
    find "$work" -name 'crash-*' -newer "$work".started -exec base64 -w 0 {} \; -exec echo \;
    printf 'fuzz: %-28s FAILED, input in %s\n' "$target" "$work" >&2
    return 1
  fi
}
export -f run_one
printf '%s\n' "${targets[@]}" | xargs -P "$(nproc)" -I{} bash -c 'run_one "$@"' _ {} "$seconds"
