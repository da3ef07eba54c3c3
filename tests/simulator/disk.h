// A node's store with what it may lose: rows and final blocks are durable only once synced.
//
// Batches are atomic and become durable in the order in which they were written. A crash keeps any
// number of the unsynced ones, oldest first, as a write-ahead log does.
#pragma once

#include <deque>
#include <map>
#include <vector>

#include "consensus/step.h"
#include "tests/simulator/random.h"

namespace centime::simulator {

struct FinalBlock {
  consensus::BlockPtr block;
  std::uint64_t epoch = 0;  // In which it became final.
  // Nothing if it is final only through a later one.
  std::optional<consensus::Certificate> finalization;
};

class Disk {
 public:
  // Holds the genesis block and the first row.
  explicit Disk(const consensus::BlockPtr& genesis);

  // One atomic batch: the rows of a step and the commits among its effects.
  void write(const consensus::Step& step);
  // The oldest `batches` unsynced batches are durable now.
  void sync(std::size_t batches);
  std::size_t unsynced() const { return waiting_.size(); }

  // Loses what is not synced, of which a random part is on the disk already: that many batches.
  std::size_t crash(Random& random);
  // Somebody loses the own votes, certificates and blocks that are not final.
  void wipe();

  // What is durable.
  const std::map<crypto::Bytes, crypto::Bytes>& rows() const { return rows_; }
  const std::vector<FinalBlock>& chain() const { return chain_; }
  std::vector<consensus::BlockPtr> blocks() const;
  const FinalBlock* find(const crypto::Digest& block) const;
  const consensus::Finalized& fin() const { return fin_; }  // Of the last final block's row.

  // Questions of the oracle, answered from the bytes alone.
  bool has_vote(std::uint64_t epoch, std::uint64_t view, const crypto::Signature& signature) const;
  bool has_block(const crypto::Digest& block) const;
  bool has_certificate(std::uint64_t epoch, std::uint64_t view) const;
  bool has_alarm() const;
  // Views of the epoch with own votes.
  std::vector<std::uint64_t> voted_views(std::uint64_t epoch) const;

 private:
  struct Batch {
    std::vector<consensus::Row> rows;
    std::vector<consensus::Commit> commits;
  };

  void apply(const Batch& batch);
  void put(const crypto::Bytes& key, const crypto::Bytes& value);

  std::map<crypto::Bytes, crypto::Bytes> rows_;
  consensus::Finalized fin_;
  std::vector<FinalBlock> chain_;
  std::map<crypto::Digest, std::size_t> heights_;
  std::deque<Batch> waiting_;
};

}  // namespace centime::simulator
