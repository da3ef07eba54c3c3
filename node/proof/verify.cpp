#include "node/proof/verify.h"

#include <fmt/format.h>

#include <algorithm>

#include "crypto/merkle.h"
#include "node/proof/effects.h"

namespace centime::proof {
namespace {

using ledger::EntryIndex;

using Fault = std::optional<VerifyFault>;

VerifyWord word_for(CheckpointError error) {
  switch (error) {
    case CheckpointError::malformed:
      return VerifyWord::bad_checkpoint;
    case CheckpointError::bad_signature:
      return VerifyWord::bad_signature;
    case CheckpointError::unknown_log:
      return VerifyWord::unknown_log;
    case CheckpointError::quorum_short:
      return VerifyWord::quorum_short;
  }
  return VerifyWord::bad_checkpoint;
}

VerifyWord word_for(ChainError error) {
  switch (error) {
    case ChainError::bad_link:
      return VerifyWord::bad_epoch;
    case ChainError::bad_signature:
      return VerifyWord::bad_signature;
    case ChainError::quorum_short:
      return VerifyWord::quorum_short;
  }
  return VerifyWord::bad_epoch;
}

std::optional<ledger::Genesis> read_genesis(const crypto::Bytes& bytes) {
  auto entry = crypto::decode<ledger::Entry>(bytes);
  auto* genesis = entry ? std::get_if<ledger::Genesis>(&*entry) : nullptr;
  if (genesis == nullptr || ledger::shape_fault_of(*genesis)) return std::nullopt;
  return std::move(*genesis);
}

class BundleVerifier {
 public:
  BundleVerifier(const TraceBundle& bundle, const Policy& policy)
      : bundle_(bundle), policy_(policy) {}

  std::expected<VerifiedTrace, VerifyFault> run(const std::optional<ledger::RecordId>& asked) {
    if (auto found = check_epochs()) return std::unexpected(*found);
    if (auto found = check_checkpoint()) return std::unexpected(*found);
    if (auto found = check_network()) return std::unexpected(*found);
    if (auto found = check_seal()) return std::unexpected(*found);
    if (auto found = check_entries()) return std::unexpected(*found);
    if (auto found = check_donation(asked)) return std::unexpected(*found);
    if (auto found = check_accounts()) return std::unexpected(*found);
    if (auto found = check_effects(records_, accounts_, donation_)) {
      return std::unexpected(*found);
    }
    auto path = follow_gift(records_, accounts_, donation_);
    if (!path) return std::unexpected(path.error());
    return finish(std::move(*path));
  }

 private:
  static Fault fault(VerifyStep step, VerifyWord word, std::string detail) {
    return VerifyFault{step, word, std::move(detail)};
  }

  Fault check_epochs() {
    constexpr auto step = VerifyStep::epochs;
    if (bundle_.version != bundle_version) {
      return fault(step, VerifyWord::unknown_version, "this program knows version 1 only");
    }
    trusted_.policy = policy_;
    if (bundle_.epochs.empty()) return std::nullopt;
    const auto genesis = read_genesis(bundle_.genesis.bytes);
    const ledger::NetworkId network{crypto::sha256(bundle_.genesis.bytes).bytes};
    if (!genesis || network != policy_.network) {
      return fault(step, VerifyWord::wrong_network,
                   "the genesis is not that of the network that the policy names");
    }
    EpochChain chain(*genesis, policy_);
    for (std::size_t i = 0; i < bundle_.epochs.size(); ++i) {
      const auto link = crypto::decode<EpochLink>(bundle_.epochs[i]);
      if (!link) {
        return fault(step, VerifyWord::bad_epoch,
                     fmt::format("the end of epoch {} can't be read", i));
      }
      if (const auto added = chain.add(*link); !added)
        return fault(step, word_for(added.error().error), added.error().detail);
    }
    trusted_ = chain.end();
    return std::nullopt;
  }

  Fault check_checkpoint() {
    constexpr auto step = VerifyStep::checkpoint;
    auto verified = verify_checkpoint(bundle_.checkpoint, trusted_.policy);
    if (!verified) {
      return fault(step, word_for(verified.error().error), verified.error().detail);
    }
    if (verified->ignored_lines > 0) {
      return fault(step, VerifyWord::bad_checkpoint,
                   "the checkpoint has signature lines that the policy doesn't account for");
    }
    checkpoint_ = std::move(*verified);
    return std::nullopt;
  }

  bool in_log(const ProvenLeaf& leaf) const {
    return crypto::verify_inclusion(leaf.index, checkpoint_.checkpoint.size,
                                    crypto::hash_leaf(leaf.bytes), leaf.proof,
                                    checkpoint_.checkpoint.root)
        .has_value();
  }

  Fault check_network() {
    constexpr auto step = VerifyStep::network;
    if (bundle_.genesis.index != 0 || !in_log(bundle_.genesis)) {
      return fault(step, VerifyWord::wrong_inclusion, "the genesis is not the log's first entry");
    }
    auto genesis = read_genesis(bundle_.genesis.bytes);
    if (!genesis) {
      return fault(step, VerifyWord::bad_entry, "the log's first entry is no genesis");
    }
    const ledger::NetworkId network{crypto::sha256(bundle_.genesis.bytes).bytes};
    if (network != bundle_.network || network != policy_.network.value_or(network)) {
      return fault(step, VerifyWord::wrong_network,
                   "the genesis is that of another network than the bundle or the policy names");
    }
    if (genesis->origin.value != checkpoint_.checkpoint.origin) {
      return fault(step, VerifyWord::wrong_network, "the genesis names another log");
    }
    if (bundle_.epochs.empty()) trusted_.epoch = ledger::governance_of(*genesis).epoch;
    genesis_ = std::move(*genesis);
    return std::nullopt;
  }

  Fault check_seal() {
    constexpr auto step = VerifyStep::seal;
    const ProvenLeaf& leaf = bundle_.seal;
    if (!in_log(leaf))
      return fault(step, VerifyWord::wrong_inclusion, "the seal is not in the log");
    if (leaf.index + 1 != checkpoint_.checkpoint.size) {
      return fault(step, VerifyWord::wrong_seal, "the log goes on after this seal");
    }
    const auto entry = crypto::decode<ledger::Entry>(leaf.bytes);
    const auto* seal = entry ? std::get_if<ledger::Seal>(&*entry) : nullptr;
    if (seal == nullptr)
      return fault(step, VerifyWord::bad_entry, "the log's last entry is no seal");
    // The last leaf's proof is the complete subtrees before it, smallest first.
    const crypto::CompactRange before({leaf.proof.rbegin(), leaf.proof.rend()}, leaf.index);
    if (seal->log_root != before.root() || seal->first_entry.value > leaf.index ||
        leaf.index - seal->first_entry.value != seal->entry_count) {
      return fault(step, VerifyWord::wrong_seal, "the seal closes another log than this");
    }
    if (seal->epoch != trusted_.epoch.epoch ||
        !ledger::validator_index(trusted_.epoch, seal->proposer)) {
      return fault(step, VerifyWord::bad_epoch, "the seal is of another epoch than its validators");
    }
    if (seal->time < genesis_.time) {
      return fault(step, VerifyWord::wrong_seal, "the seal contradicts the genesis");
    }
    seal_ = *seal;
    return std::nullopt;
  }

  Fault check_entries() {
    for (const ProvenLeaf& leaf : bundle_.entries) {
      if (auto found = check_entry(leaf)) return found;
    }
    return std::nullopt;
  }

  Fault check_entry(const ProvenLeaf& leaf) {
    constexpr auto step = VerifyStep::entries;
    const EntryIndex index{leaf.index};
    if (!records_.empty() && !(records_.rbegin()->first < index)) {
      return fault(step, VerifyWord::wrong_order, "the entries are not in ascending order");
    }
    if (!in_log(leaf)) {
      return fault(step, VerifyWord::wrong_inclusion,
                   fmt::format("entry {} is not in the log", leaf.index));
    }
    auto entry = crypto::decode<ledger::Entry>(leaf.bytes);
    auto* record = entry ? std::get_if<ledger::RecordEntry>(&*entry) : nullptr;
    if (record == nullptr) {
      return fault(step, VerifyWord::bad_entry, fmt::format("entry {} is no record", leaf.index));
    }
    const auto id = ledger::record_id(crypto::encode(record->authored));
    records_.emplace_hint(records_.end(), index, PathRecord{id, std::move(*record)});
    return std::nullopt;
  }

  Fault check_donation(const std::optional<ledger::RecordId>& asked) {
    constexpr auto step = VerifyStep::entries;
    if (asked && *asked != bundle_.donation) {
      return fault(step, VerifyWord::wrong_donation, "the bundle is about another donation");
    }
    const auto found = std::ranges::find_if(
        records_, [&](const auto& row) { return row.second.id == bundle_.donation; });
    if (found == records_.end() ||
        found->second.entry.authored.record.kind() != ledger::RecordKind::donation) {
      return fault(step, VerifyWord::wrong_donation,
                   "none of the entries is the donation that the bundle names");
    }
    donation_ = found->first;
    return std::nullopt;
  }

  Fault check_accounts() {
    constexpr auto step = VerifyStep::accounts;
    for (const ProvenLeaf& leaf : bundle_.accounts) {
      const auto included =
          crypto::verify_inclusion(leaf.index, seal_.account_count, crypto::hash_leaf(leaf.bytes),
                                   leaf.proof, seal_.state_root);
      if (!included) {
        return fault(step, VerifyWord::wrong_inclusion,
                     fmt::format("account {} is not in the sealed state", leaf.index));
      }
      auto account = ledger::decode_account(leaf.bytes);
      if (!account || account->index().value != leaf.index) {
        return fault(step, VerifyWord::bad_entry,
                     fmt::format("leaf {} of the state is not that account", leaf.index));
      }
      if (!accounts_.empty() && !(accounts_.rbegin()->first < account->index())) {
        return fault(step, VerifyWord::wrong_order, "the accounts are not in ascending order");
      }
      accounts_.emplace_hint(accounts_.end(), account->index(), std::move(*account));
    }
    return std::nullopt;
  }

  std::expected<VerifiedTrace, VerifyFault> finish(Path path) {
    VerifiedTrace verified;
    verified.leaves = leaves_of(path);
    std::uint64_t sum = 0;
    for (const Leaf& leaf : verified.leaves) sum += leaf.given;
    if (sum != path.gift().amount.value) {
      return std::unexpected(VerifyFault{VerifyStep::sum, VerifyWord::wrong_sum,
                                         "the parts don't add up to the gift"});
    }
    verified.donation = bundle_.donation;
    verified.genesis = std::move(genesis_);
    verified.path = std::move(path);
    verified.epoch = std::move(trusted_.epoch);
    verified.epoch_changes = trusted_.changes;
    verified.checkpoint = std::move(checkpoint_);
    verified.height = seal_.height;
    verified.block_time = seal_.time;
    verified.proves = proven_sentences(verified);
    verified.does_not_prove = unproven_sentences(verified);
    return verified;
  }

  static std::string known_how(std::size_t changes) {
    if (changes == 0) return "that your policy knows";
    return fmt::format(
        "that follow from your policy by {} {}, each signed by a quorum of those "
        "before,",
        changes, changes == 1 ? "change" : "changes");
  }

  static std::vector<std::string> proven_sentences(const VerifiedTrace& verified) {
    const ledger::Donation& gift = verified.path.gift();
    const std::string amount = ledger::format_amount(gift.amount, gift.currency);
    const std::size_t moving = verified.path.records.size() - 1;
    return {
        fmt::format("{} of the {} validators {} ({} are needed) signed the ledger as it stood "
                    "after block {} of {}.",
                    verified.checkpoint.cosigners.size(), verified.checkpoint.known,
                    known_how(verified.epoch_changes), verified.checkpoint.needed,
                    verified.height.value, verified.block_time.to_iso()),
        fmt::format("The ledger contains this donation of {} to fund '{}', stated by '{}'.", amount,
                    gift.fund.value,
                    verified.path.record(verified.path.donation).entry.authored.author.value),
        fmt::format("By the ledger's rule of first in, first out, {} {} all that had moved any of "
                    "it by then, and nothing is left out.",
                    moving, moving == 1 ? "record is" : "records are"),
        fmt::format("The parts shown add up to {}.", amount),
    };
  }

  static std::vector<std::string> unproven_sentences(const VerifiedTrace& verified) {
    return {
        "That what the members state about the world outside is true: that a payment was made, "
        "that goods arrived, that an invoice is genuine.",
        "That the donation is yours: for that, compare its commitment with your receipt.",
        "Whether money handed over was acknowledged or disputed: such statements move no money and "
        "are not part of this proof.",
        fmt::format("Anything that happened after block {}.", verified.height.value),
    };
  }

  const TraceBundle& bundle_;
  const Policy& policy_;
  TrustedEpoch trusted_;
  VerifiedCheckpoint checkpoint_;
  ledger::Genesis genesis_;
  ledger::Seal seal_;
  ProvenRecords records_;
  ProvenAccounts accounts_;
  EntryIndex donation_;
};

}  // namespace

std::expected<VerifiedTrace, VerifyFault> verify_bundle(
    const TraceBundle& bundle, const Policy& policy, const std::optional<ledger::RecordId>& asked) {
  return BundleVerifier(bundle, policy).run(asked);
}

}  // namespace centime::proof
