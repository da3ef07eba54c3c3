// Keys, votes, certificates and blocks for tests of agreement.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "consensus/engine.h"
#include "consensus/quorum.h"

namespace centime::consensus::test {

inline const crypto::SecretKey& key_of(std::uint16_t number) {
  static std::map<std::uint16_t, crypto::SecretKey> keys;
  const auto found = keys.find(number);
  if (found != keys.end()) return found->second;
  std::array<std::uint8_t, 32> seed{};
  seed[0] = static_cast<std::uint8_t>(number);
  return keys.emplace(number, crypto::SecretKey::from_seed(seed)).first->second;
}

using Peers = std::vector<std::uint16_t>;

inline crypto::Digest digest_of(std::string_view text) {
  return crypto::sha256(crypto::as_bytes(text));
}

inline ValidatorSet set_of(std::uint16_t count) {
  ValidatorSet set{digest_of("network"), {}};
  for (std::uint16_t i = 0; i < count; ++i) set.keys.push_back(key_of(i).public_key());
  return set;
}

inline Vote signed_vote(VoteKind kind, View view, const Value& value, std::uint16_t signer,
                        std::uint64_t epoch = 0) {
  Vote vote{epoch, kind, view, kind == VoteKind::nullify ? Value{} : value, signer, {}};
  vote.signature = key_of(signer).sign(vote_message(digest_of("network"), vote));
  return vote;
}

inline Certificate certificate_of(VoteKind kind, View view, const Value& value,
                                  const std::vector<std::uint16_t>& signers,
                                  std::uint64_t epoch = 0) {
  Certificate certificate{epoch, kind, view, kind == VoteKind::nullify ? Value{} : value, {}};
  for (const std::uint16_t signer : signers) {
    certificate.signatures.items.push_back(
        {signer, signed_vote(kind, view, value, signer, epoch).signature});
  }
  return certificate;
}

// The hash covers every other field and the body.
inline crypto::Digest hash_of(Block block) {
  block.hash = {};
  return crypto::sha256(crypto::encode(block));
}

inline bool matches(const Block& block) { return hash_of(block) == block.hash; }

inline Block block_on(const crypto::Digest& parent, std::uint64_t height, std::uint16_t proposer,
                      std::string_view body, std::uint64_t timestamp_ms, bool closing = false) {
  Block block{{}, {height}, parent, closing, proposer, timestamp_ms, {crypto::to_bytes(body)}};
  block.hash = hash_of(block);
  return block;
}

inline Value value_of(View parent_view, const Block& block) {
  return {parent_view, block.height, block.hash};
}

inline FinalRow genesis_row() { return {{0, {0}, {0}, digest_of("genesis")}, 1'000, {}}; }

inline Durable genesis_state() {
  Durable durable;
  durable.final = genesis_row();
  return durable;
}

inline EngineOptions options_for(std::uint16_t validators, std::optional<std::uint16_t> self) {
  EngineOptions options;
  options.validators = set_of(validators);
  options.self = self;
  options.block_matches = matches;
  if (self) {
    options.sign = [index = *self](crypto::BytesView message) {
      return key_of(index).sign(message);
    };
  }
  return options;
}

// All effects of one kind, in their order.
template <class Wanted>
std::vector<Wanted> all(const Step& step) {
  std::vector<Wanted> found;
  for (const Effect& effect : step.effects) {
    if (const auto* wanted = std::get_if<Wanted>(&effect)) found.push_back(*wanted);
  }
  return found;
}

// All messages of one kind that are sent, whoever to.
template <class Wanted>
std::vector<Wanted> sent(const Step& step) {
  std::vector<Wanted> found;
  for (const Send& send : all<Send>(step)) {
    if (const auto* wanted = std::get_if<Wanted>(send.message.get())) found.push_back(*wanted);
  }
  return found;
}

inline std::vector<Vote> sent_votes(const Step& step, VoteKind kind) {
  std::vector<Vote> votes;
  for (const Vote& vote : sent<Vote>(step)) {
    if (vote.kind == kind) votes.push_back(vote);
  }
  return votes;
}

}  // namespace centime::consensus::test
