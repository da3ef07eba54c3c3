#include "tests/simulator/disk.h"

#include <algorithm>

#include "crypto/canonical.h"
#include "crypto/check.h"

namespace centime::simulator {
namespace {

enum : std::uint8_t { votes_table = 1, certificate_table = 2, block_table = 3, alarm_table = 7 };

std::uint64_t number_at(const crypto::Bytes& key, std::size_t at) {
  std::uint64_t number = 0;
  for (std::size_t i = at; i < at + 8 && i < key.size(); ++i) number = (number << 8) | key[i];
  return number;
}

crypto::Bytes prefix(std::uint8_t table, std::uint64_t epoch, std::uint64_t view) {
  crypto::Bytes bytes{table};
  for (const std::uint64_t number : {epoch, view}) {
    for (int shift = 56; shift >= 0; shift -= 8) {
      bytes.push_back(static_cast<std::uint8_t>(number >> shift));
    }
  }
  return bytes;
}

bool starts_with(const crypto::Bytes& bytes, const crypto::Bytes& start) {
  return bytes.size() >= start.size() && std::equal(start.begin(), start.end(), bytes.begin());
}

}  // namespace

Disk::Disk(const consensus::BlockPtr& genesis) {
  chain_.push_back({genesis, 0, {}});
  heights_[genesis->hash] = 0;
  const auto [key, value] =
      consensus::first_row({{0, {}, genesis->height, genesis->hash}, genesis->timestamp_ms, {}});
  put(key, value);
}

void Disk::write(const consensus::Step& step) {
  Batch batch{step.rows, {}};
  for (const consensus::Effect& effect : step.effects) {
    if (const auto* commit = std::get_if<consensus::Commit>(&effect)) {
      batch.commits.push_back(*commit);
    }
  }
  waiting_.push_back(std::move(batch));
}

void Disk::sync(std::size_t batches) {
  for (; batches > 0; --batches) {
    apply(waiting_.front());
    waiting_.pop_front();
  }
}

void Disk::apply(const Batch& batch) {
  for (const auto& [key, value] : batch.rows) {
    if (value.empty()) {
      rows_.erase(key);
    } else {
      put(key, value);
    }
  }
  for (const consensus::Commit& commit : batch.commits) {
    for (const consensus::BlockPtr& block : commit.blocks) {
      crypto::check(block->height.value == chain_.size(), "final blocks come in order");
      heights_[block->hash] = chain_.size();
      chain_.push_back({block, commit.finalization.epoch, {}});
    }
    chain_.back().finalization = commit.finalization;
  }
}

std::size_t Disk::crash(Random& random) {
  const std::size_t kept = random.below(waiting_.size() + 1);
  sync(kept);
  waiting_.clear();
  return kept;
}

void Disk::wipe() {
  for (auto row = rows_.begin(); row != rows_.end();) {
    row = row->first.front() <= block_table ? rows_.erase(row) : std::next(row);
  }
}

std::vector<consensus::BlockPtr> Disk::blocks() const {
  std::vector<consensus::BlockPtr> blocks;
  for (const FinalBlock& final : chain_) blocks.push_back(final.block);
  return blocks;
}

const FinalBlock* Disk::find(const crypto::Digest& block) const {
  const auto found = heights_.find(block);
  return found == heights_.end() ? nullptr : &chain_[found->second];
}

void Disk::put(const crypto::Bytes& key, const crypto::Bytes& value) {
  if (key == consensus::final_key()) {
    const auto row = crypto::decode<consensus::FinalRow>(value);
    crypto::check(row.has_value(), "the row of the last final block can be read");
    fin_ = row->fin;
  }
  rows_[key] = value;
}

bool Disk::has_vote(std::uint64_t epoch, std::uint64_t view,
                    const crypto::Signature& signature) const {
  const auto row = rows_.find(prefix(votes_table, epoch, view));
  if (row == rows_.end()) return false;
  return !std::ranges::search(row->second, signature.bytes).empty();
}

bool Disk::has_block(const crypto::Digest& block) const {
  if (heights_.contains(block)) return true;
  const auto first = rows_.lower_bound({block_table});
  return std::any_of(first, rows_.end(), [&](const auto& row) {
    return row.first.front() == block_table && row.first.size() >= block.bytes.size() &&
           std::equal(block.bytes.begin(), block.bytes.end(),
                      row.first.end() - static_cast<std::ptrdiff_t>(block.bytes.size()));
  });
}

bool Disk::has_certificate(std::uint64_t epoch, std::uint64_t view) const {
  const crypto::Bytes start = prefix(certificate_table, epoch, view);
  const auto row = rows_.lower_bound(start);
  return row != rows_.end() && starts_with(row->first, start);
}

bool Disk::has_alarm() const { return rows_.contains(crypto::Bytes{alarm_table}); }

std::vector<std::uint64_t> Disk::voted_views(std::uint64_t epoch) const {
  std::vector<std::uint64_t> views;
  for (auto row = rows_.lower_bound(prefix(votes_table, epoch, 0));
       row != rows_.end() && row->first.front() == votes_table && number_at(row->first, 1) == epoch;
       ++row) {
    views.push_back(number_at(row->first, 9));
  }
  return views;
}

}  // namespace centime::simulator
