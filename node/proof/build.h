// Gathers the proof of one donation's trace, or of one entry, from a node's ledger.
//
// Knows no database: the node gives it one unchanging state through BundleSource.
#pragma once

#include <expected>
#include <optional>
#include <span>

#include "crypto/merkle.h"
#include "node/ledger/state_view.h"
#include "node/proof/bundle.h"
#include "node/proof/entry_proof.h"
#include "node/proof/epoch_chain.h"

namespace centime::proof {

// A ledger as it was when the checkpoint was signed. Used by one thread at a time.
class BundleSource {
 public:
  virtual ~BundleSource() = default;

  virtual const ledger::StateView& state() const = 0;
  virtual crypto::Bytes entry(ledger::EntryIndex index) const = 0;  // Canonical.
  virtual crypto::HashSource& log_hashes() = 0;
  virtual std::string checkpoint() const = 0;  // Signed note, by its own node at least.
  // The ends of all epochs before the one of the last block, and who votes in that one.
  virtual std::vector<EpochLink> epoch_links() const = 0;
  virtual ledger::EpochRecord epoch() const = 0;

  // Inclusion proofs in the state tree, in the order asked for. Nothing if that tree belongs to a
  // later block by now.
  virtual std::optional<std::vector<std::vector<crypto::Digest>>> account_proofs(
      std::span<const ledger::AccountIndex> accounts) = 0;
};

enum class BuildError {
  unknown_record,  // No such record, or not below the checkpoint.
  not_a_donation,
  too_large,    // The trace passes a limit of bundle.h or of the trace itself.
  state_moved,  // The state tree is a later block's: take a newer state and try again.
  not_signed,   // No validator of the epoch has signed the checkpoint yet, as far as is known here.
};
constexpr auto enum_words(BuildError) {
  return std::to_array<std::string_view>(
      {"unknown_record", "not_a_donation", "too_large", "state_moved", "not_signed"});
}

// The checkpoint in the bundle keeps only the lines of the validators of its epoch.
std::expected<TraceBundle, BuildError> build_bundle(BundleSource& source,
                                                    const ledger::RecordId& donation);

// Of any entry, seals included; the entry itself is in `extra`.
std::expected<EntryProof, BuildError> build_entry_proof(BundleSource& source,
                                                        ledger::EntryIndex entry);

}  // namespace centime::proof
