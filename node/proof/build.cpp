#include "node/proof/build.h"

#include <algorithm>
#include <set>

#include "crypto/check.h"
#include "node/proof/path.h"

namespace centime::proof {
namespace {

using crypto::check;

// What a leaf takes in the file, roughly and never less.
std::size_t file_bytes(const ProvenLeaf& leaf) {
  return (leaf.bytes.size() + 2) / 3 * 4 + 48 * leaf.proof.size() + 80;
}

ledger::Genesis genesis_of(const crypto::Bytes& bytes) {
  auto entry = crypto::decode<ledger::Entry>(bytes);
  check(entry && std::holds_alternative<ledger::Genesis>(*entry), "entry 0 is the genesis");
  return std::move(std::get<ledger::Genesis>(*entry));
}

class BundleBuilder {
 public:
  explicit BundleBuilder(BundleSource& source) : source_(source) {
    auto note = crypto::parse_note(source.checkpoint());
    if (!note) return;  // A node that has stopped signing has nobody's signature for its head.
    signed_ = true;
    const auto checkpoint = crypto::parse_checkpoint(note->text);
    check(checkpoint && checkpoint->size > 0, "the node's note is a checkpoint");
    note_ = std::move(*note);
    size_ = checkpoint->size;
  }

  std::expected<TraceBundle, BuildError> bundle(const ledger::RecordId& donation) {
    if (!signed_) return std::unexpected(BuildError::not_signed);
    const auto entry = source_.state().find_record(donation);
    if (!entry || entry->value >= size_) return std::unexpected(BuildError::unknown_record);
    if (source_.state().record(*entry).authored.record.kind() != ledger::RecordKind::donation) {
      return std::unexpected(BuildError::not_a_donation);
    }
    const auto path = trace_donation(source_.state(), *entry);
    if (!path || path->records.size() > bundle_entries_max ||
        path->accounts.size() > bundle_accounts_max) {
      return std::unexpected(BuildError::too_large);
    }
    TraceBundle bundle;
    bundle.donation = donation;
    bundle.genesis = leaf(0);
    bundle.seal = leaf(size_ - 1);
    const ledger::Genesis genesis = genesis_of(bundle.genesis.bytes);
    bundle.network = ledger::network_id(genesis);
    auto checkpoint = checkpoint_by_validators(genesis);
    if (!checkpoint) return std::unexpected(BuildError::not_signed);
    bundle.checkpoint = std::move(*checkpoint);
    for (const auto& [index, record] : path->records) bundle.entries.push_back(leaf(index.value));
    if (!add_accounts(*path, bundle)) return std::unexpected(BuildError::state_moved);

    std::size_t bytes = bundle.checkpoint.size() + file_bytes(bundle.genesis) + 1'000;
    for (const ProvenLeaf& proven : bundle.entries) bytes += file_bytes(proven);
    for (const ProvenLeaf& proven : bundle.accounts) bytes += file_bytes(proven);
    for (const EpochLink& link : source_.epoch_links()) {
      bundle.epochs.push_back(crypto::encode(link));
      bytes += (bundle.epochs.back().size() + 2) / 3 * 4 + 4;
    }
    if (bundle.epochs.size() > bundle_links_max) return std::unexpected(BuildError::too_large);
    if (bytes > bundle_bytes_max) return std::unexpected(BuildError::too_large);
    return bundle;
  }

  std::expected<EntryProof, BuildError> entry_proof(ledger::EntryIndex entry) {
    if (!signed_) return std::unexpected(BuildError::not_signed);
    if (entry.value >= size_) return std::unexpected(BuildError::unknown_record);
    if (!checkpoint_by_validators(genesis_of(source_.entry({0})))) {
      return std::unexpected(BuildError::not_signed);
    }
    ProvenLeaf proven = leaf(entry.value);
    return EntryProof{std::move(proven.bytes), proven.index, std::move(proven.proof),
                      crypto::format_note(note_)};
  }

 private:
  ProvenLeaf leaf(std::uint64_t index) {
    return {index, source_.entry({index}),
            crypto::inclusion_proof(source_.log_hashes(), index, size_)};
  }

  bool add_accounts(const Path& path, TraceBundle& bundle) {
    std::vector<ledger::AccountIndex> indexes;
    for (const auto& [index, key] : path.accounts) indexes.push_back(index);
    auto proofs = source_.account_proofs(indexes);
    if (!proofs) return false;
    check(proofs->size() == indexes.size(), "one proof an account");
    for (std::size_t i = 0; i < indexes.size(); ++i) {
      bundle.accounts.push_back({indexes[i].value,
                                 crypto::encode(*source_.state().account(indexes[i])),
                                 std::move((*proofs)[i])});
    }
    return true;
  }

  // Others' lines would have to be explained to the verifier, and they prove nothing here. Nothing
  // when there are no lines but others': a member without a vote signs before it hears validators.
  std::optional<std::string> checkpoint_by_validators(const ledger::Genesis& genesis) const {
    const Policy policy = policy_of(ledger::network_id(genesis), genesis.origin, source_.epoch());
    std::set<std::pair<std::string, std::uint32_t>> wanted;
    for (const PolicyLog& log : policy.logs) wanted.emplace(log.key.name, log.key.id());
    for (const PolicyWitness& witness : policy.witnesses) {
      wanted.emplace(witness.key.name, witness.key.id());
    }
    crypto::Note kept{note_.text, {}};
    for (const crypto::NoteSignature& line : note_.signatures) {
      if (wanted.erase({line.name, line.key_id}) > 0) kept.signatures.push_back(line);
    }
    if (kept.signatures.empty()) return std::nullopt;
    return crypto::format_note(kept);
  }

  bool signed_ = false;
  BundleSource& source_;
  crypto::Note note_;
  std::uint64_t size_ = 0;
};

}  // namespace

std::expected<TraceBundle, BuildError> build_bundle(BundleSource& source,
                                                    const ledger::RecordId& donation) {
  return BundleBuilder(source).bundle(donation);
}

std::expected<EntryProof, BuildError> build_entry_proof(BundleSource& source,
                                                        ledger::EntryIndex entry) {
  return BundleBuilder(source).entry_proof(entry);
}

}  // namespace centime::proof
