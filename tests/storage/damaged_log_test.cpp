// What was synced is there after a crash, or the store is refused: never silently less.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <thread>
#include <vector>

#include "node/storage/write_mark.h"
#include "tests/storage/store_fixture.h"

namespace centime::storage {
namespace {

namespace fs = std::filesystem;

EntryBlock block_on(const Store& store) {
  EntryBlock block;
  block.add(crypto::Bytes(2'000, 'e'));
  block.end(store.snapshot()->head());
  return block;
}

// The newest write-ahead log, and how far it is written: it is as long as it may become, with zeros
// at its end.
struct Log {
  fs::path file;
  std::string bytes;
  std::size_t end = 0;

  explicit Log(const fs::path& directory) {
    for (const auto& entry : fs::directory_iterator(directory)) {
      if (entry.path().extension() == ".log" && entry.path() > file) file = entry.path();
    }
    std::ifstream in(file, std::ios::binary);
    bytes.assign(std::istreambuf_iterator<char>(in), {});
    end = bytes.find_last_not_of('\0') + 1;
  }
  void write() const { std::ofstream(file, std::ios::binary) << bytes; }
};

std::map<fs::path, std::uintmax_t> sizes_in(const fs::path& directory) {
  std::map<fs::path, std::uintmax_t> sizes;
  std::error_code gone;
  for (const auto& entry : fs::directory_iterator(directory))
    sizes[entry.path().filename()] = entry.file_size(gone);
  return sizes;
}

// The files of an open store as they are at one moment: RocksDB writes some in the background, and
// a copy from the middle of that is what no kill leaves.
void copy_open_store(const fs::path& from, const fs::path& to) {
  std::map<fs::path, std::uintmax_t> before;
  do {
    before = sizes_in(from);
    fs::remove_all(to);
    std::error_code gone;
    fs::copy(from, to, fs::copy_options::recursive, gone);
  } while (sizes_in(from) != before || sizes_in(to) != before);
}

// What a kill leaves of a store with ten blocks: a copy of its files while it is open.
class DamagedLog : public testing::Test {
 protected:
  DamagedLog() {
    const auto options = test_options(directory_ / "running");
    const auto store = open_store(options);
    for (int i = 0; i < 10; ++i) {
      if (i == 9) mark_before_last_ = **WriteMark::read(options.directory);
      store->commit(block_on(*store).write());
    }
    copy_open_store(options.directory, killed_.directory);
  }

  ledger::Height height() { return open_store(killed_)->snapshot()->head().height; }
  // As if the last write had not come to its answer.
  void forget_last_write() {
    ASSERT_TRUE(WriteMark::open(killed_.directory)->note(mark_before_last_));
  }

  const TempDirectory directory_;
  const StoreOptions killed_ = test_options(directory_ / "killed");
  std::uint64_t mark_before_last_ = 0;
};

TEST_F(DamagedLog, AKillLosesNothing) { EXPECT_EQ(height().value, 9U); }

TEST_F(DamagedLog, AnUnfinishedWriteAtTheEndIsDropped) {
  Log log(killed_.directory);
  std::fill_n(log.bytes.begin() + static_cast<std::ptrdiff_t>(log.end) - 500, 500, '\0');
  log.write();
  forget_last_write();
  EXPECT_EQ(height().value, 8U);
}

TEST_F(DamagedLog, ALogThatEndsInTheMiddleOfAWriteIsCutThere) {
  Log log(killed_.directory);
  log.bytes.resize(log.end - 500);
  log.write();
  forget_last_write();
  EXPECT_EQ(height().value, 8U);
}

TEST_F(DamagedLog, AnAnsweredWriteThatIsGoneIsMissed) {
  Log log(killed_.directory);
  log.bytes.resize(log.end - 500);
  log.write();
  const auto error = open_error(killed_);
  EXPECT_TRUE(error.starts_with("store_incomplete: ")) << error;
}

TEST_F(DamagedLog, DamageBeforeTheEndIsRefusedAgainAndAgain) {
  Log log(killed_.directory);
  log.bytes[log.end / 2] ^= 1;
  log.write();
  for (int i = 0; i < 3; ++i) {
    const auto error = open_error(killed_);
    EXPECT_TRUE(error.starts_with("store_incomplete: ")) << error;
  }
  // Refusing changed nothing: with the byte put right all is there.
  log.bytes[log.end / 2] ^= 1;
  log.write();
  EXPECT_EQ(height().value, 9U);
}

TEST_F(DamagedLog, ReadersRefuseItToo) {
  Log log(killed_.directory);
  log.bytes[log.end / 2] ^= 1;
  log.write();
  StoreOptions reader = killed_;
  reader.read_only = true;
  const auto error = open_error(reader);
  EXPECT_TRUE(error.starts_with("store_incomplete: ")) << error;
}

TEST_F(DamagedLog, ALogFileThatIsGoneIsMissed) {
  fs::remove(Log(killed_.directory).file);
  EXPECT_NE(open_error(killed_), "no error");
}

// What a kill leaves of a store with several logs: one that is full lives until all columns with
// rows in it have written files.
class SeveralLogs : public testing::Test {
 protected:
  SeveralLogs() {
    auto options = test_options(directory_ / "running");
    options.write_buffer_bytes = 64 << 10;
    const auto store = open_store(options);
    for (int i = 0; i < 200 && logs_in(options.directory).size() < 2; ++i)
      store->commit(block_on(*store).write());
    for (int i = 0; i < 3; ++i) store->commit(block_on(*store).write());
    height_ = store->snapshot()->head().height;
    copy_open_store(options.directory, killed_.directory);
    logs_ = logs_in(killed_.directory);
  }

  static std::vector<fs::path> logs_in(const fs::path& directory) {
    std::vector<fs::path> logs;
    for (const auto& entry : fs::directory_iterator(directory))
      if (entry.path().extension() == ".log") logs.push_back(entry.path());
    std::ranges::sort(logs);
    return logs;
  }

  const TempDirectory directory_;
  const StoreOptions killed_ = test_options(directory_ / "killed");
  std::vector<fs::path> logs_;
  ledger::Height height_;
};

TEST_F(SeveralLogs, AreAllReadAfterAKill) {
  ASSERT_GE(logs_.size(), 2U);
  StoreOptions reader = killed_;
  reader.read_only = true;
  EXPECT_EQ(open_store(reader)->snapshot()->head().height, height_);
  EXPECT_EQ(open_store(killed_)->snapshot()->head().height, height_);
}

// The newest reaches the mark without it.
TEST_F(SeveralLogs, AnOlderOneThatIsGoneIsMissedAgainAndAgain) {
  ASSERT_GE(logs_.size(), 2U);
  fs::rename(logs_[0], directory_ / "kept");
  for (const bool read_only : {false, true, false}) {
    StoreOptions options = killed_;
    options.read_only = read_only;
    const auto error = open_error(options);
    EXPECT_TRUE(error.starts_with("store_incomplete: ")) << error;
  }
  // Refusing changed nothing.
  fs::rename(directory_ / "kept", logs_[0]);
  EXPECT_EQ(open_store(killed_)->snapshot()->head().height, height_);
}

TEST_F(SeveralLogs, AnOlderOneThatWasCutShortIsMissed) {
  ASSERT_GE(logs_.size(), 2U);
  fs::resize_file(logs_[0], 1'000);
  const auto error = open_error(killed_);
  EXPECT_TRUE(error.starts_with("store_incomplete: ")) << error;
}

TEST_F(DamagedLog, ADamagedMarkIsRefusedByAll) {
  const fs::path mark = killed_.directory / "SYNCED";
  std::string whole;
  std::getline(std::ifstream(mark), whole, '\0');
  for (const std::string& text : {std::string(), std::string("7"), std::string(42, '\0'),
                                  whole.substr(0, 41), whole + "\n", "9" + whole.substr(1)}) {
    std::ofstream(mark, std::ios::binary) << text;
    for (const bool read_only : {false, true}) {
      for (const bool salvage : {false, true}) {
        StoreOptions options = killed_;
        options.read_only = read_only;
        options.salvage = salvage;
        const auto error = open_error(options);
        EXPECT_TRUE(error.starts_with("store_incomplete: ")) << error;
        EXPECT_NE(error.find("SYNCED is damaged"), error.npos) << error;
        EXPECT_NE(error.find("restore the store from a copy"), error.npos) << error;
      }
    }
  }
  std::ofstream(mark, std::ios::binary) << whole;
  EXPECT_EQ(height().value, 9U) << "refusing changed nothing";
}

TEST_F(DamagedLog, AMarkThatCannotBeReadIsNotMissing) {
  fs::remove(killed_.directory / "SYNCED");
  fs::create_directory(killed_.directory / "SYNCED");
  for (const bool read_only : {false, true}) {
    StoreOptions options = killed_;
    options.read_only = read_only;
    const auto error = open_error(options);
    EXPECT_TRUE(error.starts_with("store_unreadable: ")) << error;
    EXPECT_NE(error.find("SYNCED can't be read: Is a directory"), error.npos) << error;
  }
}

// As versions before the mark left it, and as a person does who accepts what may be lost.
TEST_F(DamagedLog, AStoreWithoutAMarkStartsWithAWarning) {
  fs::remove(killed_.directory / "SYNCED");
  std::vector<std::string> warnings;
  StoreOptions options = killed_;
  options.on_warning = [&](std::string line) { warnings.push_back(std::move(line)); };
  EXPECT_EQ(open_store(options)->snapshot()->head().height.value, 9U);
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_TRUE(warnings[0].starts_with("missing_file: ")) << warnings[0];
  EXPECT_NE(warnings[0].find("SYNCED"), warnings[0].npos) << warnings[0];
  open_store(options).reset();
  EXPECT_EQ(warnings.size(), 1U) << "it has one from then on";
}

// What a kill leaves of a store that was started anew after another kill: its blocks were moved
// from the log into tables, and the newest log has one vote only.
class DamagedList : public DamagedLog {
 protected:
  DamagedList() {
    auto options = killed_;
    options.directory = directory_ / "again";
    fs::copy(killed_.directory, options.directory, fs::copy_options::recursive);
    const auto store = open_store(options);
    store->write_votes({{VoteRow{crypto::Bytes(9, 'v'), crypto::Bytes(9, 'v')}}});
    copy_open_store(options.directory, twice_.directory);
    std::string name;
    std::ifstream(twice_.directory / "CURRENT") >> name;
    list_ = twice_.directory / name;
    std::ifstream in(list_, std::ios::binary);
    whole_.assign(std::istreambuf_iterator<char>(in), {});
    files_ = sizes_in(twice_.directory);
  }

  void write_list(const std::string& bytes) const {
    std::ofstream(list_, std::ios::binary) << bytes;
  }
  // Where its records begin: each has seven bytes before it, of which the fifth and sixth are its
  // length.
  std::vector<std::size_t> records() const {
    std::vector<std::size_t> found;
    for (std::size_t at = 0; at + 7 <= whole_.size();) {
      found.push_back(at);
      at += 7 + static_cast<std::uint8_t>(whole_[at + 4]) +
            std::size_t{256} * static_cast<std::uint8_t>(whole_[at + 5]);
    }
    return found;
  }
  void expect_refused(const std::string& what) const {
    for (const bool read_only : {false, true}) {
      for (const bool salvage : {false, true}) {
        StoreOptions options = twice_;
        options.read_only = read_only;
        options.salvage = salvage;
        const auto error = open_error(options);
        EXPECT_TRUE(error.starts_with("store_incomplete: ")) << what << ": " << error;
      }
    }
  }

  const StoreOptions twice_ = test_options(directory_ / "twice");
  fs::path list_;
  std::string whole_;
  std::map<fs::path, std::uintmax_t> files_;
};

TEST_F(DamagedList, IsWholeAfterTwoKills) {
  EXPECT_EQ(open_store(twice_)->snapshot()->head().height.value, 9U);
}

// RocksDB takes a record that leads past the end for one that was not written to its end.
TEST_F(DamagedList, WhoseRecordIsLongerThanItIsRefusedAndLosesNoTable) {
  const auto found = records();
  ASSERT_GT(found.size(), 3U);
  for (std::size_t i = 0; i < found.size(); i += 1 + found.size() / 8) {
    std::string damaged = whole_;
    damaged[found[i] + 5] ^= 0x40;
    write_list(damaged);
    expect_refused(std::to_string(found[i]));
  }
  write_list(whole_);
  EXPECT_EQ(sizes_in(twice_.directory), files_) << "refusing changed nothing";
  EXPECT_EQ(open_store(twice_)->snapshot()->head().height.value, 9U);
}

TEST_F(DamagedList, ThatEndsTooEarlyIsRefused) {
  for (const std::size_t left : {whole_.size() - 1, records().back(), std::size_t{0}}) {
    write_list(whole_.substr(0, left));
    expect_refused(std::to_string(left));
  }
}

// As what a kill leaves while the next list is written: nobody has been told of that.
TEST_F(DamagedList, MayGoOnBehindWhatWasNoted) {
  write_list(whole_ + std::string(5, '\1'));
  EXPECT_EQ(open_store(twice_)->snapshot()->head().height.value, 9U);
}

TEST_F(DamagedList, IsNotHeldAgainstTheNoteOfAnother) {
  const TempDirectory other;
  open_store(test_options(other / "one")).reset();
  fs::copy_file(other / "one/LISTED", twice_.directory / "LISTED",
                fs::copy_options::overwrite_existing);
  EXPECT_EQ(open_store(twice_)->snapshot()->head().height.value, 9U);
}

TEST_F(DamagedList, WhoseNoteIsDamagedIsRefused) {
  const fs::path note = twice_.directory / "LISTED";
  std::string text;
  std::getline(std::ifstream(note), text);
  for (const std::string& bad : {std::string(), text, "N" + text.substr(1) + "\n", text + "\n\n"}) {
    std::ofstream(note, std::ios::binary) << bad;
    EXPECT_NE(open_error(twice_).find("LISTED is damaged"), std::string::npos) << bad;
  }
  std::ofstream(note, std::ios::binary) << text + "\n";
  EXPECT_EQ(open_store(twice_)->snapshot()->head().height.value, 9U);
}

TEST_F(DamagedList, ThatNothingNamesCannotBeRebuiltFrom) {
  for (const std::string& bad :
       {std::string(), std::string("MANIFEST-0"), std::string("MANIFEST-000999\n")}) {
    std::ofstream(twice_.directory / "CURRENT", std::ios::binary) << bad;
    const auto error = open_error(twice_);
    EXPECT_TRUE(error.starts_with("store_unreadable: ")) << error;
    EXPECT_NE(error.find("restore it from a copy"), error.npos) << error;
    EXPECT_EQ(error.find("centime rebuild"), error.npos) << error;
  }
}

// As versions before wrote it.
TEST_F(DamagedList, WithoutANoteStarts) {
  fs::remove(twice_.directory / "LISTED");
  EXPECT_EQ(open_store(twice_)->snapshot()->head().height.value, 9U);
}

TEST(WriteMark, OfANewStoreIsMissedByNobody) {
  const TempDirectory directory;
  StoreOptions options = test_options(directory / "new");
  options.on_warning = [](const std::string& line) { FAIL() << line; };
  for (int i = 0; i < 2; ++i) open_store(options).reset();
}

TEST(WriteMark, ComesBackAsWritten) {
  const TempDirectory directory;
  EXPECT_EQ(WriteMark::read(directory.path()), std::nullopt);
  auto mark = WriteMark::open(directory.path());
  ASSERT_TRUE(mark);
  EXPECT_EQ(WriteMark::read(directory.path()), 0U) << "whole before anything is noted";
  EXPECT_TRUE(mark->note(7));
  EXPECT_EQ(WriteMark::read(directory.path()), 7U);
  EXPECT_TRUE(mark->note(12'345'678'901'234'567'890U));
  EXPECT_EQ(WriteMark::read(directory.path()), 12'345'678'901'234'567'890U);
  EXPECT_TRUE(WriteMark::open(directory.path()));
  EXPECT_EQ(WriteMark::read(directory.path()), 12'345'678'901'234'567'890U);
  EXPECT_FALSE(fs::exists(directory / "SYNCED.new"));
}

TEST(WriteMark, HalfAWriteIsAnError) {
  const TempDirectory directory;
  ASSERT_TRUE(WriteMark::open(directory.path())->note(7));
  std::fstream(directory / "SYNCED", std::ios::in | std::ios::out).seekp(19).put('8');
  EXPECT_FALSE(WriteMark::read(directory.path()));
  std::ofstream(directory / "SYNCED") << "7";
  EXPECT_FALSE(WriteMark::read(directory.path()));
}

TEST(WriteMark, HalfOfWhatAnotherIsJustWritingIsWaitedFor) {
  const TempDirectory directory;
  auto mark = WriteMark::open(directory.path());
  ASSERT_TRUE(mark && mark->note(7));
  // A reader waits for a tenth of a second; a machine that stalls for longer gets another try.
  bool waited = false;
  for (std::uint64_t next = 8; next < 18 && !waited; ++next) {
    std::fstream(directory / "SYNCED", std::ios::in | std::ios::out).seekp(19).put('x');
    std::thread writer([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      mark->note(next);
    });
    waited = WriteMark::read(directory.path()) == next;
    writer.join();
  }
  EXPECT_TRUE(waited);
}

TEST(WriteMark, NeedsItsDirectory) {
  const TempDirectory directory;
  EXPECT_FALSE(WriteMark::open(directory / "none"));
}

}  // namespace
}  // namespace centime::storage
