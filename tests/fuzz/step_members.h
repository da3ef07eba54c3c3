// The members around the engine that fuzz_step runs, and all that any of them could send.
//
// They hold every key, also the engine's own, and say whatever the input bytes choose: what an
// honest member would say at this point, the same with one flaw, or anything.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "consensus/engine.h"
#include "tests/fuzz/choices.h"

namespace centime::fuzz {

// The hash binds everything but the body's last byte: as with real blocks, one hash can come with
// bodies that are not its own, which only executing them shows.
crypto::Digest hash_of(consensus::Block block);
consensus::BlockVerdict verdict_on(const consensus::Block& block);
consensus::BlockPtr genesis();

class StepMembers {
 public:
  StepMembers(std::size_t validators, std::optional<std::uint16_t> self);

  // Where the engine is; told before each message.
  struct Place {
    std::uint64_t epoch = 0;
    consensus::View view;
    consensus::Finalized fin;
    std::uint64_t wall_clock_ms = 0;
  };

  // Nothing: the bytes made none.
  std::optional<consensus::Received> next(Choices& choices, const Place& place);

  // What the engine said with its own key may be repeated in certificates.
  void heard(const consensus::Vote& own) { own_[own.view.value] = own; }
  void made(consensus::BlockPtr block) { add(std::move(block)); }
  void forget();  // Another epoch.

  // Signatures that were not made by the engine.
  static bool forged(const crypto::Signature& signature);

  const std::vector<consensus::BlockPtr>& blocks() const { return blocks_; }
  std::uint16_t leader(consensus::View view) const {
    return static_cast<std::uint16_t>(view.value % validators_);
  }

 private:
  using Votes = std::map<std::uint64_t, consensus::Vote>;

  consensus::View view(Choices& choices) const;
  const consensus::Block& block(Choices& choices) const;
  consensus::Value value(Choices& choices, consensus::View view) const;
  consensus::View certified_view(const crypto::Digest& block) const;
  void flaw(consensus::Vote& vote, std::uint8_t which) const;
  consensus::Vote vote(consensus::VoteKind kind, consensus::View view, consensus::Value value,
                       std::uint16_t signer, std::uint8_t which = 0) const;
  consensus::Certificate certificate(consensus::VoteKind kind, consensus::View view,
                                     const consensus::Value& value, std::uint8_t flaws);
  consensus::Message any(Choices& choices);
  consensus::Message proposal(Choices& choices);
  consensus::Message blocks_message(Choices& choices);
  consensus::Message chain(Choices& choices);
  consensus::Message evidence(Choices& choices);
  consensus::Message status(Choices& choices);
  void add(consensus::BlockPtr block);

  std::size_t validators_;
  std::optional<std::uint16_t> self_;
  Place place_;
  std::vector<consensus::BlockPtr> blocks_;              // Of which the newest are used most.
  std::map<std::uint64_t, consensus::Value> certified_;  // Notarized or finalized, by view.
  Votes own_;
  std::vector<consensus::Message> said_;  // To be said again.
};

}  // namespace centime::fuzz
