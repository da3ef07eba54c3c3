// The node's disk: one directory, written one block at a time, read through snapshots.
//
// A block is one atomic write that is on the disk when `commit` returns; after a failed write the
// process stops, since RocksDB can't say what of it will be found again. One thread commits (the
// strand); any thread may take snapshots meanwhile. RocksDB is not seen outside this folder.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "node/ledger/block.h"
#include "node/storage/snapshot.h"

namespace centime::storage {

struct StoreOptions {
  std::filesystem::path directory;
  bool create = false;     // Make the store if the directory holds none.
  bool read_only = false;  // Needs no lock: shows the state at opening, even of a running node.

  // For rebuild: opens read-only and neither reads nor checks what can be rebuilt from the entries,
  // but that they reach as far as the store recorded. Then only
  // for_each_entry, entry, block and votes may be used, and of the head only size, height, seal,
  // seal_entry, hash and network.
  bool salvage = false;

  // False only for filling a store that is thrown away if the process dies: commits are not forced
  // to the disk one by one, and `sync` has to be called at the end.
  bool sync_commits = true;

  std::size_t block_cache_bytes = std::size_t{256} << 20;
  // What the largest column families gather in memory before they write a file. All of them
  // together stay below four times this.
  std::size_t write_buffer_bytes = std::size_t{64} << 20;

  // Told of a failed read or write, as in storage_failure.h; the process is aborted if it returns.
  // Default: "centime: storage failure: ...; the node stops" on stderr, and exit code 3.
  std::function<void(std::string)> on_failure;

  // Told, while the store is opened, of what is odd in it and no reason to refuse it: a word, a
  // colon and a sentence.
  std::function<void(std::string)> on_warning = {};
};

// A row of the consensus' safety state: a key, and its value or nothing to delete it.
using VoteRow = std::pair<crypto::Bytes, crypto::Bytes>;

// Everything of one final block. The references must stay valid until commit returns; the accounts
// in `changes` are shared with readers from then on and must not change any more.
struct BlockWrite {
  const ledger::Changes& changes;  // Its last entry is the seal.
  const ledger::Seal& seal;
  crypto::Digest hash;  // The seal's leaf hash.
  crypto::BytesView certificate;
  std::vector<VoteRow> votes;
};

struct ColumnUse {
  std::string name;
  std::uint64_t rows = 0;  // Estimates, all three.
  std::uint64_t disk_bytes = 0;
  std::uint64_t memory_bytes = 0;  // Not yet in a file.
};

struct StoreUse {
  std::vector<ColumnUse> columns;
  std::uint64_t cache_bytes = 0;  // Block cache, the columns' memory included.
};

class Store final : public ledger::AccountTree {
 public:
  // Opens the directory and checks that what it holds is one consistent state. The error is one of
  // these words, a colon, and a sentence for the operator:
  //   store_missing           there is none, and `create` was not asked for
  //   store_in_use            another process has it open, or never left its files to a reader
  //   store_unreadable        RocksDB can't open it, or its CURRENT is gone
  //   store_incomplete        synced writes, or the end of its log, are not there any more, or what
  //                           would tell is damaged
  //   wrong_format_version    written by another version of this program
  //   wrong_head              the recorded head is not the seal that ends the entries
  //   wrong_log_root          the entries and tiles don't hash to the seal's log root
  //   wrong_account_count     not as many accounts as the seal says
  //   wrong_state_root        the accounts don't hash to the seal's state root
  static std::expected<std::unique_ptr<Store>, std::string> open(StoreOptions options);
  ~Store() override;

  // Cheap. The state after the last commit.
  std::shared_ptr<const Snapshot> snapshot() const;

  // Writes the block and, once it is durable, shows it to readers. Requires the block that follows
  // the head, with roots that fit it: a wrong one is a programmer's error and writes nothing.
  void commit(const BlockWrite& block);

  // The same for several blocks, each following the one before: all are written or none.
  void commit(std::span<const BlockWrite> blocks);

  // Writes rows of the safety state; durable when it returns. The committing thread only.
  void write_votes(std::span<const VoteRow> rows);
  std::vector<VoteRow> votes() const;  // All, ascending by key.

  // The state tree's root after these changes on top of the head (see MerkleCache::root_with). The
  // committing thread only.
  crypto::Digest root_with(const ledger::AccountLeaves& changes, std::uint64_t size) const override;

  // Calls `read` with a snapshot and the state tree of the same height. Commits wait meanwhile, so
  // it must be short; the tree must not be kept.
  void read_state_tree(
      const std::function<void(const Snapshot&, const crypto::MerkleCache&)>& read) const;

  // Forces what was committed without sync_commits to the disk.
  void sync();

  // Makes a store of the same rows, as they are now, in a directory that holds none; it is on the
  // disk when this returns. Of a read-only store too, and so of a running node's. Tells `progress`
  // the number of rows so far, now and then. Errors as of open, and store_exists; failed reads and
  // writes go to on_failure.
  std::expected<void, std::string> copy_to(
      const std::filesystem::path& directory,
      const std::function<void(std::uint64_t rows)>& progress = {}) const;

  StoreUse use() const;

  // A failed write, as disk_failed, if the directory's path does not lead to this store any more:
  // it was removed, moved or replaced. Any thread; nothing for a store that is read-only.
  void check_place() const;

 private:
  struct State;
  explicit Store(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace centime::storage
