#!/usr/bin/env bash
# Installs every Debian 12 package that building, testing and demonstrating Centime needs.
# Asks for nothing; uses sudo only where it is not already root. Running it again changes nothing.
# --bench adds what only tests/bench/web.py needs.
set -euo pipefail

packages=(
  # compiler and build
  clang-19 lld-19 llvm-19 libclang-rt-19-dev clang-tidy-19 clang-format-19
  cmake ninja-build ccache pkg-config git ca-certificates
  # libraries of the node
  libsodium-dev librocksdb-dev libboost1.81-dev libboost-url1.81-dev libboost-json1.81-dev
  libboost-system1.81-dev libcereal-dev libspdlog-dev libfmt-dev libcli11-dev libtomlplusplus-dev
  libssl-dev libctemplate-dev libdeflate-dev zopfli
  # tests and benchmarks
  libgtest-dev libgmock-dev librapidcheck-dev libqrencode-dev zlib1g-dev
  libpq-dev postgresql
  python3 python3-jsonschema chromium spin
  iproute2 nftables
)
if [ "${1:-}" = --bench ]; then
  packages+=(nginx-light wrk)
fi

# The explorer's scripts are bundled by node; a machine may have it from elsewhere than Debian.
command -v node >/dev/null && command -v npm >/dev/null || packages+=(nodejs npm)

install_web_packages() {
  local web
  web=$(dirname "$0")/../explorer/web
  # npm keeps a copy of the lock file beside what it installed.
  if [ "$web/node_modules/.package-lock.json" -nt "$web/package-lock.json" ]; then
    return 0
  fi
  echo "setup: installing the packages of explorer/web"
  (cd "$web" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
}

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}\n' "$package" 2>/dev/null | grep -q '^install ok installed$' ||
    missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
  echo "setup: all ${#packages[@]} packages are installed"
  install_web_packages
  exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  as_root=(sudo)
fi
export DEBIAN_FRONTEND=noninteractive
echo "setup: installing ${missing[*]}"
"${as_root[@]}" apt-get update -qq
# --no-remove: Boost 1.74 and 1.81 exclude each other, and apt would swap them without a word.
"${as_root[@]}" apt-get install -y -qq --no-install-recommends --no-remove "${missing[@]}" >/dev/null
install_web_packages
echo "setup: done"
