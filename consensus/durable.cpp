#include "consensus/durable.h"

#include "crypto/canonical.h"

namespace centime::consensus {
namespace {

enum Table : std::uint8_t {
  votes_table = 1,
  certificates_table,
  blocks_table,
  abstain_table,
  final_table,
  alarm_table = 7
};

crypto::Bytes key_of(Table table, std::uint64_t epoch) {
  crypto::Bytes key{table};
  crypto::encode_to(epoch, key);
  return key;
}

// Adds one row; the final one was read before.
std::expected<void, RestoreError> read_row(const Row& row, Durable& durable) {
  const std::uint64_t epoch = durable.final.fin.epoch;
  crypto::Bytes expected;
  switch (row.first.empty() ? 0 : row.first[0]) {
    case votes_table: {
      auto votes = crypto::decode<OwnVotes>(row.second);
      if (!votes) return std::unexpected(RestoreError::unreadable_row);
      const auto& any = votes->notarized   ? votes->notarized
                        : votes->finalized ? votes->finalized
                                           : votes->nullified;
      if (!any || !well_formed(any->view, *votes) || any->view <= durable.final.fin.view) {
        return std::unexpected(RestoreError::contradictory_row);
      }
      for (const auto& vote : {votes->notarized, votes->finalized, votes->nullified}) {
        if (vote && vote->epoch != epoch) return std::unexpected(RestoreError::contradictory_row);
      }
      const View view = any->view;
      expected = votes_key(epoch, view);
      durable.votes[view] = std::move(*votes);
      break;
    }
    case certificates_table: {
      auto certificate = crypto::decode<Certificate>(row.second);
      if (!certificate) return std::unexpected(RestoreError::unreadable_row);
      if (certificate->view <= durable.final.fin.view || certificate->epoch != epoch) {
        return std::unexpected(RestoreError::contradictory_row);
      }
      expected = certificate_key(epoch, certificate->view, certificate->kind);
      durable.certificates.push_back(std::move(*certificate));
      break;
    }
    case blocks_table: {
      auto block = crypto::decode<Block>(row.second);
      if (!block) return std::unexpected(RestoreError::unreadable_row);
      expected = block_key(epoch, block->height, block->hash);
      durable.blocks.push_back(std::make_shared<const Block>(std::move(*block)));
      break;
    }
    case abstain_table: {
      const auto through = crypto::decode<View>(row.second);
      if (!through) return std::unexpected(RestoreError::unreadable_row);
      durable.abstain_through = *through;
      expected = abstain_key(epoch);
      break;
    }
    case final_table:
      expected = final_key();
      break;
    case alarm_table: {
      const auto alarm = crypto::decode<RaisedAlarm>(row.second);
      if (!alarm) return std::unexpected(RestoreError::unreadable_row);
      durable.alarm = *alarm;
      expected = alarm_key();
      break;
    }
    default:
      return std::unexpected(RestoreError::unreadable_row);
  }
  if (row.first != expected) return std::unexpected(RestoreError::contradictory_row);
  return {};
}

}  // namespace

crypto::Bytes votes_key(std::uint64_t epoch, View view) {
  crypto::Bytes key = key_of(votes_table, epoch);
  crypto::encode_to(view, key);
  return key;
}

crypto::Bytes certificate_key(std::uint64_t epoch, View view, VoteKind kind) {
  crypto::Bytes key = key_of(certificates_table, epoch);
  crypto::encode_to(view, key);
  key.push_back(static_cast<std::uint8_t>(kind));
  return key;
}

crypto::Bytes block_key(std::uint64_t epoch, BlockHeight height, const crypto::Digest& hash) {
  crypto::Bytes key = key_of(blocks_table, epoch);
  crypto::encode_to(height, key);
  crypto::encode_to(hash, key);
  return key;
}

crypto::Bytes abstain_key(std::uint64_t epoch) { return key_of(abstain_table, epoch); }

crypto::Bytes final_key() { return {final_table}; }

crypto::Bytes alarm_key() { return {alarm_table}; }

Row first_row(const FinalRow& final) { return {final_key(), crypto::encode(final)}; }

std::expected<Durable, RestoreError> read_rows(std::span<const Row> rows) {
  Durable durable;
  bool found = false;
  for (const Row& row : rows) {
    if (row.first != final_key()) continue;
    auto final = crypto::decode<FinalRow>(row.second);
    if (!final) return std::unexpected(RestoreError::unreadable_row);
    durable.final = std::move(*final);
    found = true;
  }
  if (!found) return std::unexpected(RestoreError::no_final_row);
  for (const Row& row : rows) {
    if (const auto read = read_row(row, durable); !read) return std::unexpected(read.error());
  }
  return durable;
}

}  // namespace centime::consensus
