// Gathers the validators' signatures under the log's newest states until a quorum has signed one.
//
// A share counts only if it is of this node's own log at that size. One that contradicts it is kept
// as a proof that somebody signs another log: each validator's first at each size, of a few sizes.
// What comes before the state that it signs waits elsewhere (early_shares.h). Memory: those proofs,
// and a few states of this node. The strand only.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crypto/note.h"
#include "node/ledger/governance.h"
#include "node/runtime/node.h"
#include "node/runtime/peer_frames.h"

namespace centime::runtime {

class CheckpointShares {
 public:
  // Of blocks of one epoch, its closing block included.
  CheckpointShares(ledger::Origin origin, ledger::EpochRecord epoch);

  const ledger::EpochRecord& epoch() const { return epoch_; }

  enum class Taken {
    counted,
    old,            // Of no state that waits for signatures here, or repeated.
    bad_signature,  // Not that validator's.
    other_log,      // Signed by it, and another log than this node's; the first such of this size.
  };

  // What a validator signed of another log. Its note is one that anybody can verify.
  struct OtherLog {
    std::uint16_t validator = 0;
    std::uint64_t size = 0;
    crypto::Digest root;  // Of the log that it signed.
    std::string note;     // The signed checkpoint.
  };
  static constexpr std::size_t other_logs_of_one_max = 16;

  // This node's log at a head, to be signed by all. `state` is what readers are shown with it.
  void add_state(std::shared_ptr<const Published> state);
  // What a validator sent. Requires an index of a validator.
  Taken add_share(std::uint16_t validator, const CheckpointShare& share);
  // What this node signed, which need not be checked. Of a state that is behind: nothing happens.
  void add_own(std::uint16_t validator, const CheckpointShare& share);

  // Those that are kept, oldest first; and those since the last call, each once.
  const std::vector<OtherLog>& other_logs() const { return other_logs_; }
  std::vector<OtherLog> take_other_logs();

  struct Certified {
    std::shared_ptr<const Published> state;
    std::string note;
    // The quorum's, by validator; first the one whose log signature is known to hold.
    std::vector<std::pair<std::uint16_t, CheckpointShare>> shares;
  };
  // The newest state that a quorum signed, each once, when there is a newer one than before.
  std::optional<Certified> take_certified();

 private:
  struct State {
    std::shared_ptr<const Published> published;
    std::string text;  // Of the checkpoint.
    std::map<std::uint16_t, CheckpointShare> shares;
    std::optional<std::uint16_t> log_signer;  // Whose share's log signature was checked.
  };

  crypto::VerifierKey key_of(std::uint16_t validator, crypto::KeyType type) const;
  Taken judge(const State& state, std::uint16_t validator, const CheckpointShare& share) const;
  Taken take(State& state, std::uint16_t validator, const CheckpointShare& share);
  static void count(State& state, std::uint16_t validator, const CheckpointShare& share);
  bool keeps_other_log(std::uint16_t validator, std::uint64_t size) const;
  OtherLog other_log(std::uint16_t validator, const CheckpointShare& share) const;
  std::string note_of(const State& state) const;
  static std::vector<std::pair<std::uint16_t, CheckpointShare>> shares_of(const State& state);

  ledger::Origin origin_;
  ledger::EpochRecord epoch_;
  std::map<std::uint64_t, State> states_;  // By size; newer than the last certified.
  std::vector<OtherLog> other_logs_;
  std::size_t other_logs_told_ = 0;
  std::uint64_t certified_size_ = 0;
};

// A validator's own share.
CheckpointShare sign_share(const ledger::Origin& origin, const storage::Head& head,
                           const ledger::MemberId& self, const crypto::SecretKey& key);

}  // namespace centime::runtime
