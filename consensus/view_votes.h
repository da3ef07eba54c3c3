// The votes of one view: the first of each signer and kind counts.
//
// Pure. A vote's signature is checked before it gets here.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <vector>

#include "consensus/certificate.h"
#include "consensus/evidence.h"

namespace centime::consensus {

class ViewVotes {
 public:
  // True if it counts now; false if this signer's vote of this kind is here already, the same or
  // another.
  bool add(const Vote& vote);

  // The counted vote; null if there is none.
  const Vote* find(VoteKind kind, std::uint16_t signer) const;

  // Every counted vote that this one contradicts.
  std::vector<Evidence> contradicted_by(const Vote& vote) const;

  // The certificate of the value that has this many votes of this kind.
  std::optional<Certificate> certificate(VoteKind kind, std::size_t votes_needed) const;

  const std::map<std::uint16_t, Vote>& of(VoteKind kind) const {
    return votes_[static_cast<std::size_t>(kind)];
  }
  std::size_t size() const;

 private:
  std::array<std::map<std::uint16_t, Vote>, vote_kinds> votes_;  // By kind, then signer.
};

}  // namespace centime::consensus
