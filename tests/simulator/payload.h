// What the simulated validators agree on: numbered submissions, and the state after them.
//
// A block's body says the state before and after it and the submissions in it; a block is valid if
// that is so and no submission is in it or its ancestors twice. A submission with the closing bit
// ends its epoch. Blocks without submissions are invalid.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "consensus/step.h"

namespace centime::simulator {

using SubmissionId = std::uint64_t;
inline constexpr SubmissionId closing_bit = SubmissionId{1} << 63;

struct Content {
  std::uint64_t state_before = 0;
  std::uint64_t state = 0;
  std::vector<SubmissionId> submissions;
};

std::uint64_t state_after(std::uint64_t state, const std::vector<SubmissionId>& submissions);
// Nothing if the body is malformed.
std::optional<Content> content_of(const consensus::Block& block);
crypto::Digest hash_of(const consensus::Block& block);
// Fills in body and hash.
void fill(consensus::Block& block, const Content& content);

consensus::BlockPtr genesis_block();

// One node's executed blocks: the final chain, and open blocks on top of it.
class Payload {
 public:
  // Starts from the final chain, the genesis block first.
  explicit Payload(const std::vector<consensus::BlockPtr>& chain);

  consensus::Verdict execute(const consensus::Block& block);
  // Nothing if all that is pending is in the ancestors. Requires that the parent was executed.
  std::optional<consensus::Block> build(const consensus::Build& request, std::uint16_t proposer,
                                        std::uint64_t wall_clock_ms, std::size_t submissions_max);
  // Requires that it was executed, on the final block.
  void commit(const consensus::Block& block);

  // True if it was not known and is not final.
  bool add(SubmissionId submission);
  std::uint32_t pending() const { return static_cast<std::uint32_t>(pending_.size()); }
  const std::set<SubmissionId>& waiting() const { return pending_; }
  bool is_final(SubmissionId submission) const { return final_.contains(submission); }
  std::uint64_t state() const { return tip_state_; }

 private:
  struct Open {
    crypto::Digest parent;
    Content content;
  };

  const Open* open(const crypto::Digest& block) const;
  // Of the open blocks up to this one; nothing if it does not lead to the final one.
  std::optional<std::set<SubmissionId>> included(const crypto::Digest& block) const;

  crypto::Digest tip_;
  std::uint64_t tip_state_ = 0;
  std::set<SubmissionId> final_;
  std::set<SubmissionId> pending_;
  std::map<crypto::Digest, Open> open_;
};

}  // namespace centime::simulator
