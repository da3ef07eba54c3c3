// What the simulated validators agree on, in two kinds that the seed's run chooses from: numbers
// (numbers.h), which cost next to nothing, and the ledger's own records (ledger_payload.h).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "consensus/step.h"
#include "node/ledger/governance.h"

namespace centime::simulator {

// What is submitted has a number; what it stands for is the kind's.
using SubmissionId = std::uint64_t;
inline constexpr SubmissionId closing_bit = SubmissionId{1} << 63;  // It ends its epoch.
inline constexpr SubmissionId lone_submission = 1'000'000;

// What a block says of itself.
struct Content {
  crypto::Digest state;  // After it.
  std::vector<SubmissionId> submissions;
};

// One who votes in an epoch.
struct Seat {
  std::size_t participant = 0;
  crypto::PublicKey key;  // Of its votes.
  bool operator==(const Seat&) const = default;
};

// Reads final blocks for the oracle and says from them who votes, by arithmetic of its own.
class Electorate {
 public:
  virtual ~Electorate() = default;

  // Takes the next final block, from height 1 on. Throws Violation if it does not say itself what
  // follows from it.
  virtual void read(const consensus::Block& block) = 0;
  virtual std::uint64_t epoch() const = 0;  // Of the block that comes next.
  virtual std::vector<Seat> seats() const = 0;
};

// One node's executed blocks: the final chain, and open blocks on top of it.
class Payload {
 public:
  virtual ~Payload() = default;

  virtual consensus::BlockVerdict execute(const consensus::Block& block) = 0;
  // It is the final block, or was executed on it and found valid.
  virtual bool stands(const crypto::Digest& block) const = 0;
  // Nothing if all that is pending is in the ancestors. Requires that the parent was executed.
  virtual std::optional<consensus::Block> build(const consensus::Build& request,
                                                std::uint16_t proposer, std::uint64_t wall_clock_ms,
                                                std::size_t submissions_max) = 0;
  // Requires that it was executed, on the final block.
  virtual void commit(const consensus::Block& block) = 0;

  virtual void add(SubmissionId submission) = 0;
  // What could be in the next block.
  virtual std::vector<SubmissionId> waiting() const = 0;
  virtual std::uint32_t pending() const = 0;  // How much that is.
  // It is final, or nothing that is final lets it be.
  virtual bool is_settled(SubmissionId submission) const = 0;
  virtual crypto::Digest state() const = 0;  // At the last final block.
  // Who votes, from epoch 0 to that of the block after the last final one. The keys are those that
  // members are known by.
  virtual const std::vector<ledger::EpochRecord>& epochs() const = 0;
  // The key that the participant is known by at the last final block; nothing for a stranger.
  virtual std::optional<crypto::PublicKey> key_of(std::size_t participant) const = 0;
  // What is wrong with all that is final, in one sentence.
  virtual std::optional<std::string> fault() const = 0;
};

// The same for everybody in a run.
class PayloadKind {
 public:
  virtual ~PayloadKind() = default;

  virtual consensus::BlockPtr genesis() const = 0;
  // Starts from the final chain, the genesis block first.
  virtual std::unique_ptr<Payload> start(const std::vector<consensus::BlockPtr>& chain) const = 0;
  // Its hash and fields are those that its body states.
  virtual bool matches(const consensus::Block& block, const ledger::EpochRecord& epoch) const = 0;
  // Nothing if the body is malformed.
  virtual std::optional<Content> content(const consensus::Block& block) const = 0;
  // Known to every honest node from the start.
  virtual std::vector<SubmissionId> known() const = 0;

  virtual const crypto::Digest& network() const = 0;
  virtual std::unique_ptr<Electorate> electorate() const = 0;
  virtual ledger::MemberId member(std::size_t participant) const = 0;
  virtual std::size_t participant(const ledger::MemberId& member) const = 0;  // Of a validator.
  virtual crypto::PublicKey first_key(std::size_t participant) const = 0;
  virtual std::uint64_t leader_offset(const ledger::EpochRecord& epoch) const = 0;

  // For liars: a second proposal, and a block that nobody executed.
  virtual consensus::Block another(const consensus::Block& block) const = 0;
  virtual consensus::Block made_up(consensus::BlockHeight height,
                                   const crypto::Digest& parent) const = 0;
};

}  // namespace centime::simulator
