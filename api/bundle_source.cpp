#include "api/bundle_source.h"

#include <chrono>
#include <thread>
#include <utility>

#include "node/runtime/epochs.h"

namespace centime::api {
namespace {

// Without holding up commits; the state tree is asked for at the end and may have moved on.
constexpr int free_tries = 2;
// From a copy of that tree, which always works once the newest block is published.
constexpr int copying_tries = 50;
constexpr int entry_tries = 50;

using Built = std::expected<BuiltBundle, proof::BuildError>;

Built build(PublishedSource& source, std::shared_ptr<const runtime::Published> published,
            const ledger::RecordId& donation) {
  auto bundle = proof::build_bundle(source, donation);
  if (!bundle) return std::unexpected(bundle.error());
  return BuiltBundle{std::move(*bundle), std::move(published)};
}

// Commits wait while the tree is copied, 64 bytes an account, and not while the proof is made.
Built build_from_copy(const runtime::Node& node, const ledger::RecordId& donation) {
  std::shared_ptr<const runtime::Published> published;
  if (!node.certified()) return std::unexpected(proof::BuildError::not_signed);
  crypto::MerkleCache accounts;
  node.store().read_state_tree(
      [&](const storage::Snapshot& snapshot, const crypto::MerkleCache& tree) {
        auto newest = node.certified();
        if (newest->snapshot->head().height != snapshot.head().height) return;
        published = std::move(newest);
        accounts = tree;
      });
  if (!published) return std::unexpected(proof::BuildError::state_moved);
  PublishedSource source(node.store(), published, &accounts);
  return build(source, std::move(published), donation);
}

// True if a moment later there may be another answer.
template <class Any>
bool moved(const Any& built, const runtime::Node& node) {
  if (built) return false;
  if (built.error() == proof::BuildError::state_moved ||
      built.error() == proof::BuildError::not_signed)
    return true;
  // The record may be in a block that waits for its quorum's signatures.
  const auto certified = node.certified();
  return built.error() == proof::BuildError::unknown_record && certified &&
         certified->snapshot->head().height < node.published()->snapshot->head().height;
}

// Until the newest is published, or has its quorum's signatures.
void wait_a_moment() { std::this_thread::sleep_for(std::chrono::milliseconds(1)); }

using BuiltEntry = std::expected<BuiltEntryProof, proof::BuildError>;

BuiltEntry build_entry(const runtime::Node& node, ledger::EntryIndex entry) {
  auto published = node.certified();
  if (!published) return std::unexpected(proof::BuildError::not_signed);
  PublishedSource source(node.store(), published);
  auto built = proof::build_entry_proof(source, entry);
  if (!built) return std::unexpected(built.error());
  return BuiltEntryProof{std::move(*built), std::move(published)};
}

}  // namespace

PublishedSource::PublishedSource(const storage::Store& store,
                                 std::shared_ptr<const runtime::Published> published,
                                 const crypto::MerkleCache* accounts)
    : store_(store),
      published_(std::move(published)),
      accounts_(accounts),
      log_hashes_(published_->snapshot->log_hashes()) {}

const ledger::StateView& PublishedSource::state() const { return *published_->snapshot; }

crypto::Bytes PublishedSource::entry(ledger::EntryIndex index) const {
  return published_->snapshot->entry(index);
}

crypto::HashSource& PublishedSource::log_hashes() { return log_hashes_; }

std::string PublishedSource::checkpoint() const { return published_->checkpoint(); }

std::vector<proof::EpochLink> PublishedSource::epoch_links() const {
  return runtime::epoch_links(*published_->snapshot);
}

ledger::EpochRecord PublishedSource::epoch() const {
  return runtime::sealing_epoch(*published_->snapshot);
}

std::optional<std::vector<std::vector<crypto::Digest>>> PublishedSource::account_proofs(
    std::span<const ledger::AccountIndex> accounts) {
  std::vector<std::vector<crypto::Digest>> proofs;
  const auto prove = [&](const crypto::MerkleCache& tree) {
    for (const ledger::AccountIndex account : accounts)
      proofs.push_back(tree.inclusion_proof(account.value));
  };
  if (accounts_ != nullptr) {
    prove(*accounts_);
    return proofs;
  }
  bool same = false;
  store_.read_state_tree([&](const storage::Snapshot& snapshot, const crypto::MerkleCache& tree) {
    same = snapshot.head().height == published_->snapshot->head().height;
    if (same) prove(tree);
  });
  return same ? std::optional(std::move(proofs)) : std::nullopt;
}

Built build_current_bundle(const runtime::Node& node, const ledger::RecordId& donation) {
  for (int i = 0; i < free_tries; ++i) {
    auto published = node.certified();
    if (!published) break;
    PublishedSource source(node.store(), published);
    Built built = build(source, std::move(published), donation);
    if (!moved(built, node)) return built;
  }
  Built built = build_from_copy(node, donation);
  for (int i = 1; i < copying_tries && moved(built, node); ++i) {
    wait_a_moment();
    built = build_from_copy(node, donation);
  }
  return built;
}

BuiltEntry build_current_entry_proof(const runtime::Node& node, ledger::EntryIndex entry) {
  BuiltEntry built = build_entry(node, entry);
  for (int i = 1; i < entry_tries && moved(built, node); ++i) {
    wait_a_moment();
    built = build_entry(node, entry);
  }
  return built;
}

}  // namespace centime::api
