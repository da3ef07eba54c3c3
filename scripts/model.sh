#!/usr/bin/env bash
# Checks the Promela models of the view rules exhaustively with spin (tests/model):
#   scripts/model.sh [--mutants]
#     --mutants  also checks that each of the wrong rules is found
# Four validators, one of them byzantine, unless a line says otherwise. Exits 1 if a right rule is
# refuted, a wrong one is not, or memory or time runs out. Uses at most 2 GiB.
set -euo pipefail
cd "$(dirname "$0")/.."

mutants=false
for argument in "$@"; do
  case "$argument" in
    --mutants) mutants=true ;;
    *) echo "usage: scripts/model.sh [--mutants]" >&2; exit 2 ;;
  esac
done
command -v spin >/dev/null || { echo "model: spin is missing; scripts/setup.sh installs it" >&2; exit 1; }

source_dir=$PWD/tests/model
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

# explore MODEL FLAGS...: leaves pan's output in $work/out.
explore() {
  local model=$1
  shift
  (cd "$work" && rm -f ./*.trail &&
    spin -a "$@" "$source_dir/$model.pml" >spin.out &&
    clang-19 -O2 -w -DSAFETY -DCOLLAPSE -DMEMLIM=2048 -o pan pan.c &&
    ./pan -m50000 >out) || { cat "$work"/spin.out "$work"/out >&2; exit 1; }
}

# holds TITLE MODEL FLAGS...
holds() {
  local title=$1
  shift
  local started=$SECONDS
  explore "$@"
  local states
  states=$(sed -n 's/^ *\([0-9.e+]*\) states, stored.*/\1/p' "$work/out")
  if grep -q 'errors: 0' "$work/out" && ! grep -q 'not completed\|max search depth\|out of memory' "$work/out"; then
    printf 'model: %-58s holds: %s states, %d s\n' "$title" "$states" $((SECONDS - started))
  else
    printf 'model: %-58s REFUTED\n' "$title"
    grep -m1 'pan:' "$work/out" || true
    failed=1
  fi
}

# In words, the assertion that failed.
broken_by_it() {
  local assertion
  assertion=$(grep -m1 '^pan:1:' "$work/out")
  case "$assertion" in
    *related==1*) echo "agreement" ;;
    *'violated  !('*) echo "finalized and nullified" ;;
    *'voted[v]&1'*) echo "votes where it may have voted" ;;
    *'finalized['*'notarized['* | *'notarized['*'notarized['*) echo "evidence against the honest" ;;
    *) echo "no certificate, for ever" ;;
  esac
}

# refuted WRONG-RULE MODEL FLAGS...
refuted() {
  local title=$1
  shift
  explore "$@"
  if grep -q '^pan:1: assertion violated' "$work/out"; then
    printf 'mutant: %-34s caught: %s\n' "$title" "$(broken_by_it)"
  else
    printf 'mutant: %-34s NOT CAUGHT\n' "$title"
    failed=1
  fi
}

holds "agreement and no deadlock, two views" simplex -DVIEWS=2
holds "agreement over an epoch switch, two views and one" simplex -DVIEWS=3 -DEPOCHS=2
holds "rejoin after lost votes, four views" rejoin -DVIEWS=4

if $mutants; then
  # Agreement itself has to fall, not only the rule that a validator may not sign both.
  fork=-DAGREEMENT_ONLY
  refuted "quorum of three of five" simplex $fork -DHONEST=4 -DQUORUM=3
  refuted "two NOTARIZE in a view" simplex -DM_TWO_NOTARIZE
  refuted "votes lost at a restart" simplex $fork -DM_VOTES_LOST
  refuted "parent's successors not checked" simplex $fork -DM_NO_SKIP_CHECK
  refuted "FINALIZE after NULLIFY" simplex $fork -DM_FINALIZE_AFTER_NULLIFY
  refuted "NULLIFY after FINALIZE" simplex $fork -DM_NULLIFY_AFTER_FINALIZE
  refuted "FINALIZE against own NOTARIZE" simplex -DM_NO_D5
  refuted "NOTARIZE after FINALIZE" simplex -DM_NOTARIZE_AFTER_FINALIZE
  refuted "NOTARIZE forbids NULLIFY" simplex -DM_NOTARIZE_FORBIDS_NULLIFY
  epochs="-DVIEWS=3 -DEPOCHS=2"
  refuted "closing block extended" simplex $fork $epochs -DM_CLOSING_EXTENDED
  refuted "new epoch from a notarization" simplex $fork $epochs -DM_SWITCH_ON_NOTARIZATION
  refuted "epoch not signed" simplex $fork $epochs -DM_EPOCH_NOT_SIGNED
  refuted "rejoin after too few answers" rejoin -DM_TOO_FEW_ANSWERS
  refuted "rejoin one view too early" rejoin -DM_ABSTAIN_TOO_LITTLE
fi
exit $failed
