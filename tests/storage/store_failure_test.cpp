// A failed write stops the node with nothing half done; a directory has one writer at a time.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <set>
#include <thread>

#include "node/storage/store.h"
#include "node/storage/store_lock.h"
#include "tests/storage/store_fixture.h"

namespace centime::storage {
namespace {

// While it lives, no file of this process can grow beyond `bytes`: every write there fails with
// EFBIG, as with ENOSPC on a full disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    former_handler_ = signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &former_limit_);
    const rlimit limit{bytes, former_limit_.rlim_max};
    crypto::check(setrlimit(RLIMIT_FSIZE, &limit) == 0, "a lower limit can be set");
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &former_limit_);
    signal(SIGXFSZ, former_handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit former_limit_{};
  sighandler_t former_handler_ = SIG_DFL;
};

EntryBlock block_on(const Store& store, std::size_t entry_bytes) {
  EntryBlock block;
  block.add(crypto::Bytes(entry_bytes, 'e'));
  block.end(store.snapshot()->head());
  return block;
}

TEST(StoreFailure, AFailedWriteIsReportedAndShowsNothing) {
  const TempDirectory directory;
  const auto options = test_options(directory.path());
  auto store = open_store(options);
  store->commit(block_on(*store, 100).write());
  const auto before = store->snapshot()->head();
  {
    const FileSizeLimit limit(20'000);
    EXPECT_THROW(store->commit(block_on(*store, 60'000).write()), StorageFailure);
  }
  EXPECT_EQ(store->snapshot()->head().size, before.size);
  // The disk works again, but what it holds is unknown until the store is opened anew.
  EXPECT_THROW(store->commit(block_on(*store, 100).write()), StorageFailure);
  EXPECT_EQ(store->snapshot()->head().size, before.size);
  store.reset();
  store = open_store(options);
  EXPECT_EQ(store->snapshot()->head().size, before.size);
  EXPECT_EQ(store->snapshot()->head().hash, before.hash);
  store->commit(block_on(*store, 100).write());
  EXPECT_EQ(store->snapshot()->head().size, before.size + 2);
}

TEST(StoreFailure, AFailedVoteIsReported) {
  const TempDirectory directory;
  const auto store = open_store(test_options(directory.path()));
  const std::vector rows{VoteRow{crypto::to_bytes("key"), crypto::Bytes(50'000, 'v')}};
  const FileSizeLimit limit(20'000);
  EXPECT_THROW(store->write_votes(rows), StorageFailure);
}

TEST(StoreFailureDeathTest, StopsTheProcessWithCodeThreeByDefault) {
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";
  const TempDirectory directory;
  auto options = test_options(directory.path());
  options.on_failure = nullptr;
  EXPECT_EXIT(
      {
        const auto store = open_store(options);
        const auto block = block_on(*store, 60'000);
        const FileSizeLimit limit(20'000);
        store->commit(block.write());
      },
      ::testing::ExitedWithCode(3),
      "centime: storage failure: disk_failed: writing: .*; the node stops");
}

TEST(StoreFailureDeathTest, ACorruptEntryStopsTheReader) {
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";
  const TempDirectory directory;
  auto options = test_options(directory.path());
  {
    const auto store = open_store(options);
    // More than the write buffer, so that files are written.
    for (int i = 0; i < 200; ++i) store->commit(block_on(*store, 60'000).write());
  }
  options.on_failure = nullptr;
  bool spoiled = false;
  for (const auto& file : std::filesystem::directory_iterator(directory.path())) {
    if (file.path().extension() != ".sst" || file.file_size() < 10'000) continue;
    std::fstream bytes(file.path(), std::ios::in | std::ios::out | std::ios::binary);
    for (std::streamoff at = 500; at < 5'000; at += 100) bytes.seekp(at).put('\xff');
    spoiled = true;
  }
  ASSERT_TRUE(spoiled);
  EXPECT_EXIT(
      {
        const auto snapshot = open_store(options)->snapshot();
        snapshot->for_each_entry({0}, {snapshot->head().size}, [](auto, auto) { return true; });
      },
      ::testing::ExitedWithCode(3),
      "centime: storage failure: store_damaged: reading entries: Corruption.*");
  // Who is no node is told instead.
  options.on_failure = throw_failure;
  options.read_only = true;
  options.salvage = true;
  try {
    const auto snapshot = open_store(options)->snapshot();
    snapshot->for_each_entry({0}, {snapshot->head().size}, [](auto, auto) { return true; });
    FAIL() << "the damage was not noticed";
  } catch (const StorageFailure& failure) {
    EXPECT_TRUE(std::string_view(failure.what()).starts_with("store_damaged: reading entries: "))
        << failure.what();
  }
}

TEST(StoreFailure, ASecondOpenerIsRefused) {
  const TempDirectory directory;
  const auto options = test_options(directory.path());
  const auto store = open_store(options);
  const auto error = open_error(options);
  EXPECT_TRUE(error.starts_with("store_in_use: ")) << error;
}

TEST(StoreFailure, AnOpenerInAnotherProcessIsRefused) {
  const TempDirectory directory;
  const auto options = test_options(directory.path());
  open_store(options).reset();
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const std::string lock_file = directory / "LOCK";
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    // What a RocksDB there does, in calls that are safe after a fork.
    const int file = open(lock_file.c_str(), O_RDWR);
    struct flock lock{};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    const char told = file >= 0 && fcntl(file, F_SETLK, &lock) == 0 ? 'y' : 'n';
    if (write(ready[1], &told, 1) == 1) pause();
    _exit(0);
  }
  char told = 'n';
  EXPECT_EQ(read(ready[0], &told, 1), 1);
  EXPECT_EQ(told, 'y');
  const auto error = open_error(options);
  EXPECT_TRUE(error.starts_with("store_in_use: ")) << error;
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  close(ready[0]);
  close(ready[1]);
  EXPECT_EQ(open_error(options), "no error");
}

TEST(StoreFailure, WhoHoldsTheLockKeepsWritersAwayAndNotReaders) {
  const TempDirectory directory;
  const auto options = test_options(directory / "store");
  EXPECT_TRUE(StoreLock::take(options.directory).error().starts_with("store_missing: "));
  EXPECT_FALSE(std::filesystem::exists(options.directory));
  {
    const auto store = open_store(options);
    store->commit(block_on(*store, 100).write());
    EXPECT_TRUE(StoreLock::take(options.directory).error().starts_with("store_in_use: "));
  }
  {
    const auto lock = StoreLock::take(options.directory);
    ASSERT_TRUE(lock) << lock.error();
    EXPECT_TRUE(open_error(options).starts_with("store_in_use: "));
    auto reading = options;
    reading.read_only = true;
    EXPECT_EQ(open_error(reading), "no error");
    EXPECT_TRUE(StoreLock::take(options.directory).error().starts_with("store_in_use: "));
  }
  EXPECT_EQ(open_error(options), "no error");
}

TEST(StoreFailure, AMissingStoreIsOnlyMadeOnDemand) {
  const TempDirectory directory;
  auto options = test_options(directory / "none");
  options.create = false;
  EXPECT_TRUE(open_error(options).starts_with("store_missing: "));
  EXPECT_FALSE(std::filesystem::exists(options.directory));
  options.create = true;
  options.read_only = true;
  EXPECT_TRUE(open_error(options).starts_with("store_missing: "));
}

TEST(StoreFailure, ADirectoryThatCannotBeMadeIsNamed) {
  const TempDirectory directory;
  std::ofstream(directory / "file") << "not a directory";
  const auto error = open_error(test_options(directory / "file/store"));
  EXPECT_TRUE(error.starts_with("store_unreadable: ")) << error;
  EXPECT_NE(error.find("file/store"), error.npos);
}

TEST(StoreFailure, ALostFileIsNamed) {
  const TempDirectory directory;
  const auto options = test_options(directory.path());
  open_store(options).reset();
  for (const auto& file : std::filesystem::directory_iterator(directory.path()))
    if (file.path().filename().string().starts_with("MANIFEST"))
      std::filesystem::remove(file.path());
  const auto error = open_error(options);
  EXPECT_TRUE(error.starts_with("store_unreadable: ")) << error;
}

// To whoever would make a store, write it or read it.
TEST(StoreFailure, AStoreWithoutCurrentIsDamagedAndNotMissing) {
  const TempDirectory directory;
  const auto options = test_options(directory.path());
  {
    const auto store = open_store(options);
    store->commit(block_on(*store, 100).write());
  }
  std::filesystem::rename(directory / "CURRENT", directory / "kept");
  const auto files = [&] {
    std::set<std::string> names;
    for (const auto& file : std::filesystem::directory_iterator(directory.path()))
      names.insert(file.path().filename().string());
    return names;
  };
  const auto before = files();
  for (const auto& [create, read_only] : {std::pair{true, false}, {false, false}, {false, true}}) {
    auto opening = options;
    opening.create = create;
    opening.read_only = read_only;
    const auto error = open_error(opening);
    EXPECT_TRUE(error.starts_with("store_unreadable: ")) << error;
    EXPECT_NE(error.find("CURRENT"), error.npos) << error;
    EXPECT_NE(error.find("restore the store from a copy"), error.npos) << error;
  }
  EXPECT_TRUE(StoreLock::take(directory.path()).error().starts_with("store_unreadable: "));
  EXPECT_EQ(files(), before) << "looking changes nothing";
  // As docs/operating.md has it for those who have no copy. The names have as many digits each.
  std::string newest;
  for (const auto& name : before)
    if (name.starts_with("MANIFEST-")) newest = std::max(newest, name);
  std::ofstream(directory / "CURRENT") << newest << "\n";
  EXPECT_EQ(open_store(options)->snapshot()->head().size, 2);
}

// Of a process that died while it made the store.
TEST(StoreFailure, WhatIsLeftFromBeforeTheFirstCurrentIsNoStore) {
  const TempDirectory directory;
  std::ofstream(directory / "MANIFEST-000001") << "half";
  auto options = test_options(directory.path());
  options.create = false;
  EXPECT_TRUE(open_error(options).starts_with("store_missing: "));
  options.create = true;
  EXPECT_EQ(open_error(options), "no error");
}

TEST(StoreFailure, ADirectoryThatCannotBeLookedIntoIsNotMissing) {
  const TempDirectory directory;
  std::filesystem::create_symlink("loop", directory / "loop");
  auto options = test_options(directory / "loop");
  options.create = false;
  const auto error = open_error(options);
  EXPECT_TRUE(error.starts_with("store_unreadable: ")) << error;
  EXPECT_TRUE(StoreLock::take(options.directory).error().starts_with("store_unreadable: "));
}

TEST(StoreFailure, AReaderMayLookAtARunningStore) {
  const TempDirectory directory;
  const auto options = test_options(directory.path());
  const auto store = open_store(options);
  store->commit(block_on(*store, 100).write());
  auto reading = options;
  reading.read_only = true;
  reading.create = false;
  const auto reader = open_store(reading);
  EXPECT_EQ(reader->snapshot()->head().size, 2);
  store->commit(block_on(*store, 100).write());
  EXPECT_EQ(reader->snapshot()->head().size, 2);
  EXPECT_EQ(open_store(reading)->snapshot()->head().size, 4);
}

TEST(StoreFailure, AReaderFindsItsFilesWhileTheStoreReplacesThem) {
  const TempDirectory directory;
  auto options = test_options(directory.path());
  options.write_buffer_bytes = 64 << 10;  // A new file every few blocks.
  const auto store = open_store(options);
  store->commit(block_on(*store, 100).write());
  std::atomic<std::uint64_t> written = 2;
  std::atomic<int> openings = 0;
  // Replaces files each time that the reader begins, and not for ever.
  std::jthread writer([&](const std::stop_token& stop) {
    for (int seen = 0; !stop.stop_requested();) {
      if (openings == seen) {
        std::this_thread::yield();
        continue;
      }
      seen = openings;
      for (int block = 0; block < 20; ++block) {
        store->commit(block_on(*store, 20'000).write());
        written = store->snapshot()->head().size;
      }
    }
  });
  auto reading = options;
  reading.read_only = true;
  reading.create = false;
  for (int i = 0; i < 20; ++i) {
    const std::uint64_t before = written;
    ++openings;
    const auto reader = Store::open(reading);
    ASSERT_TRUE(reader) << i << ": " << reader.error();
    const auto snapshot = (*reader)->snapshot();
    const auto size = snapshot->head().size;
    EXPECT_GE(size, before);
    std::uint64_t entries = 0;
    snapshot->for_each_entry({0}, {size}, [&](auto, auto) { return ++entries > 0; });
    EXPECT_EQ(entries, size);
  }
}

TEST(StoreFailure, UnforcedCommitsAreThereAfterSync) {
  const TempDirectory directory;
  auto options = test_options(directory.path());
  options.sync_commits = false;
  auto store = open_store(options);
  for (int i = 0; i < 20; ++i) store->commit(block_on(*store, 1'000).write());
  store->sync();
  store.reset();
  EXPECT_EQ(open_store(options)->snapshot()->head().size, 40);
}

TEST(StoreFailureDeathTest, ABlockThatDoesNotFollowIsAProgrammersError) {
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";
  const TempDirectory directory;
  const auto store = open_store(test_options(directory.path()));
  const auto commit_changed = [&](const std::function<void(EntryBlock&)>& change) {
    EntryBlock block;
    block.add(crypto::to_bytes("e"));
    change(block);
    block.end(store->snapshot()->head());
    return block;
  };
  const auto good = commit_changed([](EntryBlock&) {});
  store->commit(good.write());
  EXPECT_DEATH(store->commit(good.write()), "blocks follow in order");
  const auto wrong_root = [&] {
    auto block = commit_changed([](EntryBlock&) {});
    block.seal.log_root.bytes[0] ^= 1;
    block.changes.entries.back() = crypto::encode(ledger::Entry(block.seal));
    block.changes.leaf_hashes.back() = crypto::hash_leaf(block.changes.entries.back());
    return block;
  }();
  EXPECT_DEATH(store->commit(wrong_root.write()), "the seal states the log's root");
}

}  // namespace
}  // namespace centime::storage
