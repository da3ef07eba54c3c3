#include "node/runtime/evidence_book.h"

#include <algorithm>
#include <tuple>

#include "crypto/canonical.h"
#include "crypto/check.h"

namespace centime::runtime {
namespace {

// The number that the engine leaves to this (consensus/durable.h).
constexpr std::uint8_t evidence_tag = 6;

consensus::Sin sin_of(const consensus::Evidence& evidence) {
  const auto sin = consensus::contradiction(evidence.first, evidence.second);
  crypto::check(sin.has_value(), "only contradictory votes are kept");
  return *sin;
}

auto place_of(const KeptEvidence& proof) {
  const consensus::Vote& vote = proof.evidence.first;
  return std::tuple(vote.epoch, vote.signer, vote.view, sin_of(proof.evidence));
}

crypto::Bytes key_of(const KeptEvidence& proof) {
  const consensus::Vote& vote = proof.evidence.first;
  crypto::Bytes key{evidence_tag};
  crypto::encode_to(vote.epoch, key);
  crypto::encode_to(vote.signer, key);
  crypto::encode_to(vote.view.value, key);
  crypto::encode_to(static_cast<std::uint8_t>(sin_of(proof.evidence)), key);
  return key;
}

}  // namespace

bool is_evidence_row(crypto::BytesView key) { return !key.empty() && key.front() == evidence_tag; }

std::vector<KeptEvidence> read_evidence(const storage::Store& store) {
  std::vector<KeptEvidence> kept;
  for (const auto& [key, value] : store.votes()) {
    if (!is_evidence_row(key)) continue;
    auto proof = crypto::decode<KeptEvidence>(value);
    if (proof) kept.push_back(std::move(*proof));
  }
  return kept;
}

EvidenceBook::EvidenceBook(storage::Store& store)
    : store_(store),
      all_(std::make_shared<const std::vector<KeptEvidence>>(read_evidence(store))) {}

bool EvidenceBook::keep(const KeptEvidence& proof) {
  const auto place = place_of(proof);
  const auto of_accused = std::ranges::count(*all_, proof.accused, &KeptEvidence::accused);
  if (static_cast<std::size_t>(of_accused) >= kept_of_one_max ||
      std::ranges::find(*all_, place, place_of) != all_->end()) {
    return false;
  }
  const storage::VoteRow row{key_of(proof), crypto::encode(proof)};
  store_.write_votes({&row, 1});
  auto all = *all_;
  all.insert(std::ranges::upper_bound(all, place, {}, place_of), proof);
  all_ = std::make_shared<const std::vector<KeptEvidence>>(std::move(all));
  return true;
}

}  // namespace centime::runtime
