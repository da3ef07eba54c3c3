#!/usr/bin/env bash
# Shows Centime on a real appeal: the West Africa Ebola appeal of 2014, to the pound.
#   scripts/demo.sh [--once] [--port N]
#     --once    stops everything and ends when all has been shown, instead of waiting for Ctrl-C
#     --port N  where the first node's pages are, the others' follow; any free ports unless told
# Everything it makes is in build/demo, which each run makes anew. With a program in $CENTIME nothing
# is installed and built: so the tests run it.
set -euo pipefail
cd "$(dirname "$0")/.."

once=false
port=0
while [ $# -gt 0 ]; do
  case "$1" in
    --once) once=true ;;
    --port) shift; port=${1:?--port needs a number} ;;
    *) echo "usage: scripts/demo.sh [--once] [--port N]" >&2; exit 2 ;;
  esac
  shift
done

centime=${CENTIME:-build/dev/centime}
example=examples/dec-ebola
demo=build/demo
devnet=

bold= plain=
if [ -t 1 ]; then bold=$'\033[1m' plain=$'\033[0m'; fi
step() { printf '\n%s%s%s\n' "$bold" "$1" "$plain"; }
stop_devnet() {
  [ -n "$devnet" ] || return 0
  kill "$devnet" 2>/dev/null || true
  wait "$devnet" 2>/dev/null || true
  devnet=
}
trap stop_devnet EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

if [ -z "${CENTIME:-}" ]; then
  step "1. Install what is missing, and build"
  scripts/setup.sh
  cmake --preset dev >/dev/null
  cmake --build --preset dev --target centime -- -j"$(nproc)" --quiet
  echo "built: $centime"
fi

step "2. Found a network, and start the nodes of four of its members"
rm -rf "$demo"
mkdir -p "$demo"
$centime devnet --network $example/network.toml --dir $demo/devnet --port "$port" \
  >$demo/ready.txt 2>$demo/devnet.log &
devnet=$!
for _ in $(seq 600); do
  grep -q '^Keys' $demo/ready.txt && break
  kill -0 "$devnet" 2>/dev/null || { cat $demo/devnet.log >&2; devnet=; exit 1; }
  sleep 0.1
done
cat $demo/ready.txt
keys=$demo/devnet/network/keys
policy=$demo/devnet/network/policy.txt
url_of() { awk -v member="$1" '$1 == member { sub("/$", "", $3); print $3 }' $demo/ready.txt; }
url=$(url_of dec)
auditor_url=$(url_of auditor)
from_example() {
  $centime import csv "$example/$1" --node "$url" --keys $keys "${@:2}"
}

step "3. Record what was published: 22 million pounds in, and where they went"
# The published figures hold one payment that the appeal's second tranche cannot cover.
from_example records.csv --skip-bad --receipts $demo/receipts.csv | tee $demo/import.txt || true
if ! grep -q '^line .*insufficient_funds' $demo/import.txt; then
  echo "demo: the line that hands out too much should have been refused" >&2
  exit 1
fi
cat <<'TEXT'

The line above was refused, not recorded: the charities' own figures hand out one pound more than
the second tranche had. A ledger that counts every penny cannot be told so. Recorded with the pound
less:
TEXT
from_example correction.csv

step "4. Where did the first 13,000,000 pounds go?"
$centime trace dec/income-1 --node "$url" | tee $demo/trace.txt
id=$(sed -n 's/^record \([0-9a-f]*\),.*/\1/p' $demo/trace.txt)

step "5. Don't trust that node: take the proof from the auditor's, check it against the members' signatures"
$centime verify --id "$id" --node "$auditor_url" --policy $policy --save $demo/income-1.trace.json

step "6. Look at it yourself"
echo "This donation         $url/d/$id"
echo "as the auditor has it $auditor_url/d/$id"
echo "The second tranche    $url/f/phase-2"
echo "Everything            $url/"
if $once; then
  stop_devnet
  echo "The nodes are stopped. What they recorded is in $demo/devnet/nodes."
else
  echo "The nodes run until you press Ctrl-C."
  trap 'exit 0' INT TERM
  wait "$devnet"
fi
