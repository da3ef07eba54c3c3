// A validator that lost its votes, or may have: how it may sign again with the same key.
//
// It can have voted only in a view w that it entered by a certificate of w-1, which q validators
// signed, itself perhaps among them. A signer in w-1 need not have seen that certificate, but it
// was in view w-1 at least, and never goes back. Any q others that answer share a validator with
// these signers that is honest and not this one, so at least one of them is in view w-1 or later.
// Having seen the certificates of where all q are, this validator is in view cur >= w-1, and so
// abstains from every view up to one more: cur+1 >= w.
#include "consensus/core.h"

namespace centime::consensus {

bool Core::rejoin() {
  if (!rejoining_) return false;
  std::size_t proven = 0;
  for (const auto& [peer, view] : rejoin_views_) proven += view <= cur_ ? 1 : 0;
  if (proven < quorum_here() && !mutated(Mutation::rejoin_at_once)) return false;
  safety_.abstain(cur_.next());
  rows_.touch(abstain_row());
  rejoining_ = false;
  rejoin_views_.clear();
  return true;
}

}  // namespace centime::consensus
