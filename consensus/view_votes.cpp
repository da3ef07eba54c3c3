#include "consensus/view_votes.h"

namespace centime::consensus {

bool ViewVotes::add(const Vote& vote) {
  return votes_[static_cast<std::size_t>(vote.kind)].emplace(vote.signer, vote).second;
}

const Vote* ViewVotes::find(VoteKind kind, std::uint16_t signer) const {
  const auto found = of(kind).find(signer);
  return found == of(kind).end() ? nullptr : &found->second;
}

std::vector<Evidence> ViewVotes::contradicted_by(const Vote& vote) const {
  std::vector<Evidence> evidence;
  for (const auto& kind : votes_) {
    const auto found = kind.find(vote.signer);
    if (found != kind.end() && contradiction(found->second, vote)) {
      evidence.push_back(make_evidence(found->second, vote));
    }
  }
  return evidence;
}

std::optional<Certificate> ViewVotes::certificate(VoteKind kind, std::size_t votes_needed) const {
  if (of(kind).size() < votes_needed) return std::nullopt;
  std::map<Value, std::size_t> counts;
  for (const auto& [signer, vote] : of(kind)) {
    if (++counts[vote.value] != votes_needed) continue;
    Certificate certificate{vote.epoch, kind, vote.view, vote.value, {}};
    for (const auto& [other, same] : of(kind)) {
      if (same.value == vote.value && certificate.signatures.items.size() < votes_needed) {
        certificate.signatures.items.push_back({other, same.signature});
      }
    }
    return certificate;
  }
  return std::nullopt;
}

std::size_t ViewVotes::size() const {
  std::size_t size = 0;
  for (const auto& kind : votes_) size += kind.size();
  return size;
}

}  // namespace centime::consensus
