// Which rows a step has to write.
//
// Rows are named while the step runs and take their value at its end: what the same step commits
// and prunes is never written at all.
#pragma once

#include <functional>
#include <set>

#include "consensus/durable.h"

namespace centime::consensus {

struct RowName {
  enum class Table : std::uint8_t { votes, certificate, block, abstain, final, alarm };
  Table table{};
  std::uint64_t number = 0;  // View, or height of a block.
  VoteKind kind{};           // Of a certificate.
  crypto::Digest block;
  auto operator<=>(const RowName&) const = default;
};

inline RowName votes_row(View view) { return {RowName::Table::votes, view.value, {}, {}}; }
inline RowName certificate_row(View view, VoteKind kind) {
  return {RowName::Table::certificate, view.value, kind, {}};
}
inline RowName block_row(BlockHeight height, const crypto::Digest& hash) {
  return {RowName::Table::block, height.value, {}, hash};
}
inline RowName abstain_row() { return {RowName::Table::abstain, 0, {}, {}}; }
inline RowName final_row() { return {RowName::Table::final, 0, {}, {}}; }
inline RowName alarm_row() { return {RowName::Table::alarm, 0, {}, {}}; }

class RowLog {
 public:
  explicit RowLog(std::uint64_t epoch) : epoch_(epoch) {}

  // It is on the disk already.
  void restore(const RowName& row) { stored_.insert(row); }
  // Its value is to be written, or it is to be deleted.
  void touch(const RowName& row) { touched_.insert(row); }
  // A certificate is written together with the next vote, not before.
  void defer(const RowName& row);
  void touch_deferred();
  // Forgets the certificates of views up to this one that are still held back.
  void drop_deferred(View through);
  // Touches every row on the disk of which this is true.
  void touch_stored(const std::function<bool(const RowName&)>& which);
  bool stored(const RowName& row) const { return stored_.contains(row); }

  // Ends the step: the rows to write, ascending. `value` gives a row's bytes, or nothing if it is
  // no longer wanted.
  std::vector<Row> take(const std::function<std::optional<crypto::Bytes>(const RowName&)>& value);

 private:
  crypto::Bytes key_of(const RowName& row) const;

  std::uint64_t epoch_;
  std::set<RowName> stored_;
  std::set<RowName> touched_;
  std::set<RowName> deferred_;
};

}  // namespace centime::consensus
