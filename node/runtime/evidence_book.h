// Proofs that validators cast contradictory votes, kept on the disk for whoever asks.
//
// Rows of the store beside the consensus' own: key 6 ‖ epoch ‖ signer ‖ view ‖ sin, value a
// KeptEvidence. Never deleted, and no more than a few for each member, so that nobody fills a disk
// by lying: the first already convicts. The strand only; what `all` gave may be read anywhere.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "consensus/evidence.h"
#include "node/ledger/ids.h"
#include "node/ledger/records.h"
#include "node/storage/store.h"

namespace centime::runtime {

struct KeptEvidence {
  ledger::MemberId accused;
  ledger::TimeMs kept_at;  // By this node's clock.
  consensus::Evidence evidence;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CENTIME_FIELD(accused), CENTIME_FIELD(kept_at), CENTIME_FIELD(evidence));
  }
};

class EvidenceBook {
 public:
  using List = std::shared_ptr<const std::vector<KeptEvidence>>;

  static constexpr std::size_t kept_of_one_max = 16;

  // Reads what is there. The store must outlive the book.
  explicit EvidenceBook(storage::Store& store);

  // Requires evidence that was verified. False if the same sin in this view is kept already, or
  // enough against the accused; else it is durable when this returns.
  bool keep(const KeptEvidence& proof);

  List all() const { return all_; }  // Ascending by epoch, signer, view. Never null.

 private:
  storage::Store& store_;
  List all_;
};

// True for the rows that are kept here among those of the safety state.
bool is_evidence_row(crypto::BytesView key);

// What is kept in a store, ascending.
std::vector<KeptEvidence> read_evidence(const storage::Store& store);

}  // namespace centime::runtime
