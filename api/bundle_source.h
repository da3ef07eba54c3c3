// Gives node/proof one published state of the running node to make bundles and entry proofs from.
#pragma once

#include <expected>
#include <memory>

#include "node/proof/build.h"
#include "node/proof/entry_proof.h"
#include "node/runtime/node.h"

namespace centime::api {

// A published block's state. One thread; the store must outlive it.
class PublishedSource final : public proof::BundleSource {
 public:
  // With `accounts`, that tree is used, and must be the block's; without, the store's own is asked
  // for, which may have moved on.
  PublishedSource(const storage::Store& store, std::shared_ptr<const runtime::Published> published,
                  const crypto::MerkleCache* accounts = nullptr);

  const ledger::StateView& state() const override;
  crypto::Bytes entry(ledger::EntryIndex index) const override;
  crypto::HashSource& log_hashes() override;
  std::string checkpoint() const override;
  std::vector<proof::EpochLink> epoch_links() const override;
  ledger::EpochRecord epoch() const override;
  std::optional<std::vector<std::vector<crypto::Digest>>> account_proofs(
      std::span<const ledger::AccountIndex> accounts) override;

 private:
  const storage::Store& store_;
  std::shared_ptr<const runtime::Published> published_;
  const crypto::MerkleCache* accounts_;
  crypto::TileReader log_hashes_;
};

struct BuiltBundle {
  proof::TraceBundle bundle;
  std::shared_ptr<const runtime::Published> published;  // The block that it proves the state of.
};

// The bundle of a donation at the newest block for which one can be made. `state_moved` only if
// blocks come faster than can be followed, and `not_signed` while no validator's signature came: to
// be tried again.
std::expected<BuiltBundle, proof::BuildError> build_current_bundle(
    const runtime::Node& node, const ledger::RecordId& donation);

struct BuiltEntryProof {
  proof::EntryProof proof;
  std::shared_ptr<const runtime::Published> published;  // The block of the checkpoint in it.
};

// The proof of a published entry at the newest certified block. `unknown_record` only if the block
// that it is in waits for its quorum's signatures longer than a moment: to be tried again.
std::expected<BuiltEntryProof, proof::BuildError> build_current_entry_proof(
    const runtime::Node& node, ledger::EntryIndex entry);

}  // namespace centime::api
