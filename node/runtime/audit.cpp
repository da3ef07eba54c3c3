#include "node/runtime/audit.h"

#include <fmt/format.h>

#include <array>
#include <random>

#include "node/ledger/laws.h"
#include "node/proof/checkpoint.h"
#include "node/runtime/block_stream.h"
#include "node/runtime/rebuild.h"
#include "node/runtime/salvaged_store.h"
#include "node/storage/storage_failure.h"
#include "node/storage/store.h"

namespace centime::runtime {
namespace {

using ledger::LogFault;

// Donations that are traced forwards and backwards at the end, unless all are asked for.
constexpr std::size_t sample_max = 400;

ledger::HashSecret random_secret() {
  std::random_device random;
  const auto number = [&] { return std::uint64_t{random()} << 32 | random(); };
  return {number(), number()};
}

class StoreSource final : public EntrySource {
 public:
  explicit StoreSource(std::unique_ptr<storage::Store> store)
      : store_(std::move(store)), snapshot_(store_->snapshot()) {}

  std::uint64_t size() const override { return snapshot_->head().size; }

  bool read(const std::function<bool(crypto::BytesView)>& visit, std::string& error) override {
    try {
      snapshot_->for_each_entry(
          {0}, {size()}, [&](ledger::EntryIndex, crypto::BytesView bytes) { return visit(bytes); });
      return true;
    } catch (const storage::StorageFailure& failure) {
      error = failure.what();
      return false;
    }
  }

  crypto::Bytes entry(ledger::EntryIndex index) override { return snapshot_->entry(index); }

 private:
  std::unique_ptr<storage::Store> store_;
  std::shared_ptr<const storage::Snapshot> snapshot_;
};

class Audit {
 public:
  Audit(EntrySource& source, const AuditOptions& options)
      : source_(source),
        options_(options),
        state_([this](ledger::EntryIndex index) { return source_.entry(index); }, random_secret()) {
  }

  std::expected<AuditReport, AuditError> run() {
    {
      BlockStream blocks(source_, options_);
      if (const auto first = blocks.next()) {
        if (auto started = start(blocks.genesis(), *first); !started) {
          return std::unexpected(started.error());
        }
        while (const auto block = blocks.next()) {
          if (auto executed = execute(*block); !executed) return std::unexpected(executed.error());
        }
      }
      if (blocks.fault()) return std::unexpected(*blocks.fault());
    }
    if (const auto breach = ledger::check_laws(state_, state_.flows(), funds())) {
      return std::unexpected(LogFault{
          {report_.entries}, fmt::format("law_{}_broken: {}", breach->law, breach->detail)});
    }
    for (const ledger::EntryIndex donation : sample_) {
      const auto [breach, judged] = ledger::check_trace_laws(state_, donation);
      if (breach) {
        return std::unexpected(
            LogFault{donation, fmt::format("law_{}_broken: {}", breach->law, breach->detail)});
      }
      ++(judged ? report_.traced : report_.too_fragmented);
    }
    return finish();
  }

 private:
  // Keeps up to sample_max donations, spread evenly over all of them; or all.
  void sample(ledger::EntryIndex donation) {
    if (donations_++ % stride_ != 0) return;
    sample_.push_back(donation);
    if (options_.trace_all || sample_.size() < sample_max) return;
    for (std::size_t i = 0; 2 * i < sample_.size(); ++i) sample_[i] = sample_[2 * i];
    sample_.resize((sample_.size() + 1) / 2);
    stride_ *= 2;
  }

  std::expected<void, LogFault> start(const ledger::Genesis& genesis,
                                      const ledger::ParsedBlock& first) {
    const ledger::Block block = ledger::genesis_block(state_, genesis);
    if (block.state->changes().entries.back() != first.entries.back()) {
      return std::unexpected(LogFault{{1}, "wrong_seal: entry 1 is not the seal of the genesis"});
    }
    report_.network = ledger::network_id(genesis);
    report_.origin = genesis.origin.value;
    report_.entries = 2;
    state_.apply(block);
    report_.state_root = block.seal.state_root;
    genesis_ = genesis;
    epoch_ = ledger::governance_of(genesis).epoch;
    replayer_.emplace(genesis, block.tip);
    return {};
  }

  std::expected<void, LogFault> execute(const ledger::ParsedBlock& parsed) {
    for (const ledger::CheckedSubmission& submission : parsed.submissions) {
      for (const ledger::CheckedRecord& record : submission.records) {
        state_.expect_reference(submission.head.author, record.record.reference);
      }
    }
    epoch_ = state_.governance()->epoch;
    const auto block = replayer_->execute(state_, state_, parsed);
    if (!block) return std::unexpected(block.error());
    state_.apply(*block);
    report_.entries += parsed.entries.size();
    report_.submissions += parsed.submissions.size();
    ledger::EntryIndex entry = parsed.first_entry;
    for (const ledger::CheckedSubmission& submission : parsed.submissions) {
      report_.records += submission.records.size();
      for (const ledger::CheckedRecord& record : submission.records) {
        entry = entry + 1;
        ++kinds_[static_cast<std::size_t>(record.record.kind())];
        if (record.record.kind() == ledger::RecordKind::donation) sample(entry);
      }
      entry = entry + 1;
    }
    report_.state_root = block->seal.state_root;
    return {};
  }

  std::expected<AuditReport, AuditError> finish() {
    const ledger::Tip& tip = replayer_->tip();
    report_.height = tip.height;
    report_.accounts = state_.account_count();
    report_.log_root = tip.log.root();
    for (std::size_t i = 0; i < kinds_.size(); ++i) {
      if (kinds_[i] > 0) {
        const auto kind = static_cast<ledger::RecordKind>(i);
        report_.records_by_kind[std::string(crypto::word_of(kind))] = kinds_[i];
      }
    }
    if (!options_.checkpoint) return std::move(report_);

    const auto checked = proof::verify_checkpoint(
        *options_.checkpoint, proof::policy_of(report_.network, genesis_->origin, epoch_));
    if (!checked) {
      return std::unexpected(
          LogFault{{report_.entries}, "bad_checkpoint: " + checked.error().detail});
    }
    if (checked->checkpoint.size != report_.entries ||
        checked->checkpoint.root != report_.log_root) {
      return std::unexpected(
          LogFault{{report_.entries}, "wrong_root: the signed checkpoint is not of these entries"});
    }
    report_.checkpoint = *options_.checkpoint;
    report_.quorum_signatures = checked->cosigners.size();
    return std::move(report_);
  }

  std::vector<ledger::FundId> funds() const {
    std::vector<ledger::FundId> ids;
    for (const auto& [id, fund] : state_.funds()) ids.push_back(id);
    return ids;
  }

  EntrySource& source_;
  const AuditOptions& options_;
  ledger::MemoryState state_;
  std::optional<ledger::Genesis> genesis_;
  ledger::EpochRecord epoch_;  // Of the last block.
  std::optional<ledger::Replayer> replayer_;
  AuditReport report_;
  std::vector<ledger::EntryIndex> sample_;  // Donations whose traces are checked.
  std::uint64_t donations_ = 0;
  std::uint64_t stride_ = 1;
  std::array<std::uint64_t, std::variant_size_v<ledger::RecordBody>> kinds_{};
};

}  // namespace

std::expected<AuditReport, AuditError> audit(EntrySource& source, const AuditOptions& options) {
  return Audit(source, options).run();
}

std::expected<std::unique_ptr<EntrySource>, std::string> open_store_source(
    const std::filesystem::path& directory,
    std::function<void(const std::string&)> on_warning) try {
  auto store = open_salvaged(directory, std::move(on_warning));
  if (!store) return std::unexpected(explain_missing(directory, store.error()));
  if ((*store)->snapshot()->head().empty()) {
    return std::unexpected("store_missing: the store holds no network");
  }
  return std::make_unique<StoreSource>(std::move(*store));
} catch (const storage::StorageFailure& failure) {
  return std::unexpected(failure.what());
}

}  // namespace centime::runtime
