#!/usr/bin/env bash
# clang-tidy over the product's sources, or over those named.
#   scripts/tidy.sh [FILE…]       (after: cmake --preset dev && cmake --build --preset dev)
set -euo pipefail
cd "$(dirname "$0")/.."

files=("$@")
if [ ${#files[@]} -eq 0 ]; then
  mapfile -t files < <(git ls-files 'crypto/*.cpp' 'consensus/*.cpp' 'node/*.cpp' 'api/*.cpp' \
    'explorer/*.cpp')
fi
printf '%s\0' "${files[@]}" |
  xargs -0 -P "$(nproc)" -n 1 clang-tidy-19 -p build/dev --quiet 2> >(
    grep -vE '^[0-9]+ warnings? (generated|treated)|^Suppressed |^Use -header' >&2)
echo "tidy: ${#files[@]} files"
