#!/usr/bin/env bash
# Shows Centime on a real appeal: the West Africa Ebola appeal of 2014, to the pound.
#   scripts/demo.sh [--once] [--port N]
#     --once    stops everything and ends when all has been shown, instead of waiting for Ctrl-C
#     --port N  where the pages are served; any free port unless told
# Everything it makes is in build/demo, which each run makes anew.
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

centime=build/dev/centime
example=examples/dec-ebola
demo=build/demo
node=

bold= plain=
if [ -t 1 ]; then bold=$'\033[1m' plain=$'\033[0m'; fi
step() { printf '\n%s%s%s\n' "$bold" "$1" "$plain"; }
stop_node() {
  [ -n "$node" ] || return 0
  kill "$node" 2>/dev/null || true
  wait "$node" 2>/dev/null || true
  node=
}
trap stop_node EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

step "1. Install what is missing, and build"
scripts/setup.sh
cmake --preset dev >/dev/null
cmake --build --preset dev --target centime -- -j"$(nproc)" --quiet
echo "built: $centime"

step "2. Found a network: an appeal, its charities and an auditor"
rm -rf "$demo"
mkdir -p "$demo"
$centime network new $example/network.toml --out $demo/network --generate-keys >$demo/network.txt
sed -n '/^Members/,/^$/p' $demo/network.txt
$centime init --data $demo/node --genesis $demo/network/genesis.bin \
  --key $demo/network/keys/dec.key >/dev/null

step "3. Start the appeal's node"
$centime run --data $demo/node --listen "127.0.0.1:$port" >$demo/ready.txt 2>$demo/node.log &
node=$!
for _ in $(seq 300); do
  [ -s $demo/ready.txt ] && break
  kill -0 "$node" 2>/dev/null || { cat $demo/node.log >&2; node=; exit 1; }
  sleep 0.1
done
cat $demo/ready.txt
url=$(grep -o 'http://[^/ ]*' $demo/ready.txt)
from_example() {
  $centime import csv "$example/$1" --node "$url" --keys $demo/network/keys "${@:2}"
}

step "4. Record what was published: 22 million pounds in, and where they went"
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

step "5. Where did the first 13,000,000 pounds go?"
$centime trace dec/income-1 --node "$url" | tee $demo/trace.txt
id=$(sed -n 's/^record \([0-9a-f]*\),.*/\1/p' $demo/trace.txt)

step "6. Don't trust the node: fetch the proof, check it against the members' signatures"
$centime verify --id "$id" --node "$url" --policy $demo/network/policy.txt \
  --save $demo/income-1.trace.json

step "7. Look at it yourself"
echo "This donation      $url/d/$id"
echo "The second tranche $url/f/phase-2"
echo "Everything         $url/"
if $once; then
  stop_node
  echo "The node is stopped. What it recorded is in $demo/node."
else
  echo "The node runs until you press Ctrl-C."
  trap 'exit 0' INT TERM
  wait "$node"
fi
