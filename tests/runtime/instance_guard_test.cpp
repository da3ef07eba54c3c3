#include "node/runtime/instance_guard.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "node/runtime/safety_state.h"
#include "tests/runtime/crash_network.h"
#include "tests/runtime/temporary_directory.h"
#include "tests/runtime/watched_fsync.h"

namespace centime::test {
namespace {

using runtime::Past;

const ledger::MemberId self{"platform"};

class InstanceGuard : public testing::Test {
 protected:
  void SetUp() override {
    create_crash_network(directory_.path());  // Which has blocks.
    open();
    ASSERT_TRUE(runtime::begin_instance(directory_.path(), *store_, self));
  }

  void open() {
    storage::StoreOptions options;
    options.directory = directory_.path() / "db";
    auto store = storage::Store::open(std::move(options));
    ASSERT_TRUE(store) << store.error();
    store_ = std::move(*store);
  }

  Past start() {
    store_.reset();
    open();
    const auto started = runtime::count_start(directory_.path(), *store_, self);
    EXPECT_TRUE(started);
    return started->past;
  }

  // Copies the closed store, and later puts the copy in its place.
  void back_up() {
    store_.reset();
    std::filesystem::copy(directory_.path() / "db", directory_.path() / "backup",
                          std::filesystem::copy_options::recursive);
  }
  void put_back() {
    store_.reset();
    std::filesystem::remove_all(directory_.path() / "db");
    std::filesystem::rename(directory_.path() / "backup", directory_.path() / "db");
  }

  // As the store of a node that has only followed.
  void never_voted() {
    const storage::VoteRow row{crypto::Bytes{0}, {}};
    ASSERT_TRUE(runtime::is_instance_row(row.first));
    store_->write_votes({&row, 1});
  }

  std::filesystem::path file() const { return directory_.path() / "instance"; }

  TemporaryDirectory directory_;
  std::unique_ptr<storage::Store> store_;
};

TEST_F(InstanceGuard, KnowsThePastOfItsOwnStoreAndLeavesTheEnginesRowsReadable) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(start(), Past::known);
  EXPECT_TRUE(runtime::read_durable(*store_));
}

// Also where there are blocks: a newcomer's, which has followed and asks whoever is there.
TEST_F(InstanceGuard, AStoreThatNeverVotedIsFresh) {
  never_voted();
  std::filesystem::remove(file());
  for (int i = 0; i < 2; ++i) EXPECT_EQ(start(), Past::fresh);
}

TEST_F(InstanceGuard, ToleratesACrashBetweenFileAndStore) {
  ASSERT_EQ(start(), Past::known);
  back_up();
  ASSERT_EQ(start(), Past::known);
  put_back();
  std::string line;
  ASSERT_TRUE(std::getline(std::ifstream(file()), line));
  std::ofstream(file()) << line << " begun\n";
  EXPECT_EQ(start(), Past::known);
  // And between the store and the file's second writing.
  ASSERT_TRUE(std::getline(std::ifstream(file()), line));
  std::ofstream(file()) << line << " begun\n";
  EXPECT_EQ(start(), Past::known);
}

// As often as one likes: such a start has signed nothing.
TEST_F(InstanceGuard, ToleratesCrashesBetweenFileAndStoreInARow) {
  ASSERT_EQ(start(), Past::known);
  for (int crash = 0; crash < 5; ++crash) {
    back_up();
    ASSERT_EQ(start(), Past::known) << "after " << crash << " crashes";
    put_back();
    std::string line;
    ASSERT_TRUE(std::getline(std::ifstream(file()), line));
    std::ofstream(file()) << line << " begun\n";
  }
  back_up();
  EXPECT_EQ(start(), Past::known);
  // The one that was not cut short may have signed.
  put_back();
  EXPECT_EQ(start(), Past::lost);
}

// As every backup is made: the node is stopped, copied, and started once more.
TEST_F(InstanceGuard, AStoreThatLacksTheLastStartAloneIsAnOldOne) {
  back_up();
  ASSERT_EQ(start(), Past::known);
  put_back();
  EXPECT_EQ(start(), Past::lost);
}

// Else a power cut right after a start left the store ahead of the file: `lost`, without a loss.
TEST_F(InstanceGuard, TheFileIsOnTheDiskBeforeTheStoreCountsTheStart) {
  const auto content = [this] {
    std::ostringstream text;
    text << std::ifstream(file()).rdbuf();
    return std::move(text).str();
  };
  const std::string before = content();
  std::vector<std::string> synced;
  watched_fsync.seen = [&](const std::filesystem::path& path) {
    const bool content_synced = path == file().string() + ".new";
    if (!content_synced && path != directory_.path()) return;
    synced.push_back(content_synced ? "content" : "name");
    const bool first = synced.size() == 1;
    EXPECT_EQ(content() == before, first) << "the name follows the content";
  };
  EXPECT_EQ(start(), Past::known);
  watched_fsync = {};
  EXPECT_EQ(synced, (std::vector<std::string>{"content", "name", "content", "name"}))
      << "marked before, and not any more after the store has counted it";
  // A name that is not certainly there: nothing is counted in the store.
  watched_fsync.failing = directory_.path();
  const auto failed = runtime::count_start(directory_.path(), *store_, self);
  watched_fsync = {};
  ASSERT_FALSE(failed);
  EXPECT_TRUE(failed.error().starts_with("unwritable_file: ")) << failed.error();
  EXPECT_EQ(start(), Past::known);
}

TEST_F(InstanceGuard, SaysThatVotesMayBeMissingWhenAnOldStoreWasPutBack) {
  back_up();
  for (int i = 0; i < 2; ++i) ASSERT_EQ(start(), Past::known);
  put_back();
  EXPECT_EQ(start(), Past::lost);
  EXPECT_EQ(start(), Past::lost) << "a second start forgets what the first found";
  ASSERT_TRUE(runtime::begin_instance(directory_.path(), *store_, self));
  EXPECT_EQ(start(), Past::known);
}

TEST_F(InstanceGuard, SaysSoWhenTheFileIsMissingOrAnothers) {
  std::filesystem::rename(file(), directory_.path() / "kept");
  EXPECT_EQ(start(), Past::lost);
  std::filesystem::rename(directory_.path() / "kept", file());
  EXPECT_EQ(start(), Past::known);
  std::ofstream(file()) << "centime-instance-v1 00112233445566778899aabbccddeeff 2\n";
  EXPECT_EQ(start(), Past::lost);
}

// Each has another remedy.
TEST_F(InstanceGuard, TellsWhatIsMissingFromWhatIsDamaged) {
  const auto reason = [this] {
    const auto started = runtime::count_start(directory_.path(), *store_, self);
    EXPECT_TRUE(started);
    return started->reason;
  };
  for (const std::string text :
       {"", "centime", "centime-instance-v1", "centime-instance-v1 00 1", "forgot",
        "centime-instance-v1 00112233445566778899aabbccddeeff many"}) {
    std::ofstream(file()) << text;
    EXPECT_EQ(reason(), "the file `instance` beside the store is damaged") << text;
  }
  ASSERT_TRUE(runtime::forget_instance(directory_.path()));
  EXPECT_EQ(reason(), "the file `instance` beside the store was given up");
  std::filesystem::remove(file());
  EXPECT_EQ(reason(), "the file `instance` beside the store is missing");
}

// Taken for missing it had the node wait for others, or a person vouch, though all is there.
TEST_F(InstanceGuard, AFileThatCannotBeReadStopsTheStartAndChangesNothing) {
  std::filesystem::rename(file(), directory_.path() / "kept");
  std::filesystem::create_directory(file());
  const auto refused = [this] {
    const auto started = runtime::count_start(directory_.path(), *store_, self);
    return started ? "no error" : started.error();
  };
  EXPECT_TRUE(refused().starts_with("unreadable_file: " + file().string() +
                                    " can't be read: Is a directory"))
      << refused();
  std::filesystem::remove(file());
  std::filesystem::create_symlink("instance", file());  // Where root, too, may not look.
  EXPECT_TRUE(refused().starts_with("unreadable_file: ")) << refused();
  std::filesystem::remove(file());
  std::filesystem::rename(directory_.path() / "kept", file());
  EXPECT_EQ(start(), Past::known);
  never_voted();
  std::filesystem::remove(file());
  std::filesystem::create_directory(file());
  EXPECT_TRUE(refused().starts_with("unreadable_file: ")) << "whatever the store knows";
}

TEST_F(InstanceGuard, SaysSoWhenAStoreThatNeverVotedIsInThePlaceOfOneThatDid) {
  ASSERT_EQ(start(), Past::known);
  never_voted();
  EXPECT_EQ(start(), Past::lost);
  std::ofstream(file()) << "damaged";
  EXPECT_EQ(start(), Past::lost);
}

// A directory that is used again for another member: none of that one's votes are in it.
TEST_F(InstanceGuard, KnowsWhoseVotesTheStoreHas) {
  const auto of_another = runtime::count_start(directory_.path(), *store_, {"auditor"});
  ASSERT_TRUE(of_another);
  EXPECT_EQ(of_another->past, Past::lost);
  EXPECT_EQ(of_another->reason,
            "the store knows of no start and the file `instance` beside it of 1");
  EXPECT_EQ(start(), Past::known);
}

// As a follower's that was given a validator's: it has lost nothing, and says so in its first epoch
// with a vote.
TEST_F(InstanceGuard, AStoreOfAnotherMemberAloneIsFresh) {
  std::filesystem::remove(file());
  const auto started = runtime::count_start(directory_.path(), *store_, {"auditor"});
  ASSERT_TRUE(started);
  EXPECT_EQ(started->past, Past::fresh);
}

TEST_F(InstanceGuard, NoCopyOfACopyIsTheNodesOwn) {
  for (int copies = 1; copies <= 3; ++copies) {
    runtime::disown(*store_);
    const auto started = runtime::count_start(directory_.path(), *store_, self);
    ASSERT_TRUE(started);
    EXPECT_EQ(started->past, Past::lost) << copies;
    EXPECT_EQ(started->reason, "the store and the file `instance` beside it are of two nodes");
  }
}

TEST_F(InstanceGuard, KnowsWhatAPersonGaveUpFromWhatIsMissing) {
  ASSERT_TRUE(runtime::forget_instance(directory_.path()));
  const auto forgotten = runtime::count_start(directory_.path(), *store_, self);
  ASSERT_TRUE(forgotten);
  EXPECT_TRUE(forgotten->past == Past::lost && forgotten->given_up);
  std::filesystem::remove(file());
  const auto missing = runtime::count_start(directory_.path(), *store_, self);
  ASSERT_TRUE(missing);
  EXPECT_TRUE(missing->past == Past::lost && !missing->given_up);
}

}  // namespace
}  // namespace centime::test
