// What validators send each other as a block's body: its seal, and the submissions before it.
//
//   body   Seal ‖ u32 count ‖ count × (u32 length ‖ canonical Submission)
//
// The seal's leaf hash is the block's hash, and through the log root in it the seal commits to the
// entries that executing the submissions makes. Effects and roots are not sent: everybody executes.
// After a block is final its body is made again from the log. Pure.
#pragma once

#include <optional>
#include <vector>

#include "consensus/block.h"
#include "consensus/certificate.h"
#include "node/ledger/block.h"
#include "node/storage/snapshot.h"

namespace centime::runtime {

using CanonicalSubmission = crypto::Blob<ledger::submission_bytes_max>;

// Each submission takes four bytes of the body at least, and one record of the block.
inline constexpr std::size_t body_submissions_max = 1U << 17;

struct BlockBody {
  ledger::Seal seal;
  crypto::List<CanonicalSubmission, body_submissions_max> submissions;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CENTIME_FIELD(seal), CENTIME_FIELD(submissions));
  }
};

// Bytes of a body beside those of its submissions: seal and count.
inline constexpr std::size_t body_frame_bytes = 512;
// Bytes of a submission in a body beside its own.
inline constexpr std::size_t body_item_bytes = 4;
// A block that a validator makes alone must fit too: others may follow it one day. What the ledger
// counts for a submission is more than its bytes here.
static_assert(ledger::block_bytes_limit + body_frame_bytes <= consensus::body_bytes_max);
static_assert(ledger::submission_bytes_max + body_item_bytes + body_frame_bytes <=
              consensus::body_bytes_max);

// What is stored with a final block: why everybody may take it for final.
struct BlockCertificate {
  // Of the block, or of a later one that became final together with it.
  consensus::Certificate finalization;
  // Of every view from the final block before, or of the newest commit_justification_max of them;
  // newest first.
  crypto::List<consensus::Certificate, 1U << 16> justification;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CENTIME_FIELD(finalization), CENTIME_FIELD(justification));
  }
};

// Whether the finalization is of this very block, as under the end of an epoch it has to be.
inline bool is_of_block(const BlockCertificate& certificate, const crypto::Digest& block) {
  return certificate.finalization.kind == consensus::VoteKind::finalize &&
         certificate.finalization.value.block == block;
}

// The name of a submission between nodes: SHA-256 of its canonical bytes, signature included.
using SubmissionId = crypto::Digest;

crypto::Bytes canonical_bytes(const ledger::CheckedSubmission& submission);

// Of its records, in order.
std::vector<ledger::RecordId> ids_of(const ledger::CheckedSubmission& submission);

// The block as it is sent. `seal` is its seal; `proposer` the index among `validators`.
consensus::Block to_consensus(const BlockBody& body, std::uint16_t proposer);

// The body, if it is one and states what the block's fields state: hash, height, parent, time,
// proposer, and whether it closes the epoch. What needs the parent's state is left to execution.
std::optional<BlockBody> read_body(const consensus::Block& block, const ledger::EpochRecord& epoch);

// The height of the block with this hash, if it is one of the newest `depth`, the genesis aside. It
// reads their seals only.
std::optional<ledger::Height> find_block(const storage::Snapshot& snapshot,
                                         const crypto::Digest& hash, std::uint64_t depth);

// A final block again, from the log. Requires a height in [1, head].
consensus::Block block_from_log(const storage::Snapshot& snapshot, ledger::Height height);

}  // namespace centime::runtime
