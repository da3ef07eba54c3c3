// A store that was changed behind the program's back is refused, each kind with its own word.
#include "node/storage/start_checks.h"

#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include <fstream>
#include <functional>

#include "node/storage/rows.h"
#include "tests/storage/store_fixture.h"

namespace centime::storage {
namespace {

// The rows of a closed store, to be changed as no Store would.
class RawStore {
 public:
  explicit RawStore(const std::filesystem::path& directory) {
    std::vector<rocksdb::ColumnFamilyDescriptor> columns;
    for (std::size_t i = 0; i < column_count; ++i)
      columns.emplace_back(std::string(crypto::word_of(static_cast<Column>(i))),
                           rocksdb::ColumnFamilyOptions());
    rocksdb::DB* db = nullptr;
    const auto status = rocksdb::DB::Open({}, directory.string(), columns, &handles_, &db);
    crypto::check(status.ok(), status.ToString());
    db_.reset(db);
  }
  ~RawStore() {
    for (auto* const handle : handles_) db_->DestroyColumnFamilyHandle(handle);
  }

  std::string get(Column column, crypto::BytesView key) {
    std::string value;
    const auto status = db_->Get({}, handle(column), crypto::as_text(key), &value);
    crypto::check(status.ok(), status.ToString());
    return value;
  }
  void put(Column column, crypto::BytesView key, std::string_view value) {
    crypto::check(db_->Put({}, handle(column), crypto::as_text(key), value).ok(), "a row is put");
  }
  void erase(Column column, crypto::BytesView key) {
    get(column, key);
    crypto::check(db_->Delete({}, handle(column), crypto::as_text(key)).ok(), "a row is erased");
  }
  void drop(Column column) {
    crypto::check(db_->DropColumnFamily(handle(column)).ok(), "a column is dropped");
  }
  // Rows in files rather than in the write-ahead log.
  void flush() { crypto::check(db_->Flush({}, handles_).ok(), "files are written"); }
  std::vector<rocksdb::LiveFileMetaData> files() {
    std::vector<rocksdb::LiveFileMetaData> files;
    db_->GetLiveFilesMetaData(&files);
    return files;
  }
  // Changes the row's last byte.
  void spoil(Column column, crypto::BytesView key) {
    auto value = get(column, key);
    value.back() = static_cast<char>(value.back() ^ 1);
    put(column, key, value);
  }

 private:
  rocksdb::ColumnFamilyHandle* handle(Column column) {
    return handles_[static_cast<std::size_t>(column)];
  }

  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;
};

class StartChecks : public ::testing::Test {
 protected:
  StartChecks() : options_(test_options(directory_.path())) {
    StoredWorld stored(options_);
    stored.world.open_channel();
    stored.world.open_fund();
    for (int i = 0; i < 120; ++i) stored.world.donate(100);
    stored.world.spend(test::open_giving, 50);
    stored.world.disburse(test::open_giving, test::red_aid, 70);
    head_ = stored.snapshot()->head();
    crypto::check(head_.size > crypto::tile_width && head_.size % crypto::tile_width > 3,
                  "there are a full tile and a tail");
    options_.create = false;
  }

  // What opening says after the rows were changed.
  std::string error_after(const std::function<void(RawStore&)>& change) {
    {
      RawStore raw(directory_.path());
      change(raw);
    }
    return open_error(options_);
  }

  void expect_word(const std::function<void(RawStore&)>& change, std::string_view word) {
    const auto error = error_after(change);
    EXPECT_TRUE(error.starts_with(std::string(word) + ": ")) << error;
  }

  TempDirectory directory_;
  StoreOptions options_;
  Head head_;
};

TEST_F(StartChecks, AcceptAStoreThatWasOnlyOpenedAndClosed) {
  EXPECT_EQ(error_after([](RawStore&) {}), "no error");
}

TEST_F(StartChecks, AcceptWhatAnAuditOnlyCanJudge) {
  // The limit of what is read again at the start; the audit finds this.
  EXPECT_EQ(error_after([](RawStore& raw) { raw.spoil(Column::entries, entry_key({9})); }),
            "no error");
}

TEST_F(StartChecks, RefuseAnotherFormatVersion) {
  expect_word(
      [](RawStore& raw) {
        raw.put(Column::meta, crypto::as_bytes("format"),
                crypto::as_text(Row().number(format_version + 1)));
      },
      "wrong_format_version");
}

TEST_F(StartChecks, RefuseAMissingFormatVersion) {
  expect_word([](RawStore& raw) { raw.erase(Column::meta, crypto::as_bytes("format")); },
              "wrong_format_version");
}

TEST_F(StartChecks, RefuseAHeadThatIsNotTheLastSeal) {
  expect_word([](RawStore& raw) { raw.spoil(Column::meta, crypto::as_bytes("head")); },
              "wrong_head");
}

TEST_F(StartChecks, RefuseAMissingHead) {
  expect_word([](RawStore& raw) { raw.erase(Column::meta, crypto::as_bytes("head")); },
              "wrong_head");
}

TEST_F(StartChecks, RefuseAnotherNetworksName) {
  expect_word([](RawStore& raw) { raw.spoil(Column::meta, crypto::as_bytes("network")); },
              "wrong_head");
}

TEST_F(StartChecks, RefuseALostLastEntry) {
  expect_word([&](RawStore& raw) { raw.erase(Column::entries, entry_key(head_.seal_entry)); },
              "wrong_head");
}

TEST_F(StartChecks, RefuseAnEntryBehindTheHead) {
  expect_word([&](RawStore& raw) { raw.put(Column::entries, entry_key({head_.size}), "x"); },
              "wrong_head");
}

TEST_F(StartChecks, RefuseAChangedLastSeal) {
  expect_word([&](RawStore& raw) { raw.spoil(Column::entries, entry_key(head_.seal_entry)); },
              "wrong_head");
}

TEST_F(StartChecks, RefuseAnOlderSealAsTheHead) {
  // As a restored copy of one column would do: the rest of the log is gone.
  expect_word(
      [&](RawStore& raw) {
        for (auto i = head_.size - head_.seal.entry_count - 1; i < head_.size; ++i)
          raw.erase(Column::entries, entry_key({i}));
      },
      "wrong_head");
}

TEST_F(StartChecks, RefuseAChangedEntryInTheTail) {
  expect_word([&](RawStore& raw) { raw.spoil(Column::entries, entry_key({head_.size - 3})); },
              "wrong_log_root");
}

TEST_F(StartChecks, RefuseAMissingEntryInTheTail) {
  expect_word([&](RawStore& raw) { raw.erase(Column::entries, entry_key({head_.size - 3})); },
              "wrong_log_root");
}

TEST_F(StartChecks, RefuseAChangedTile) {
  expect_word([](RawStore& raw) { raw.spoil(Column::tiles, tile_key(0, 0)); }, "wrong_log_root");
}

TEST_F(StartChecks, RefuseAMissingTile) {
  expect_word([](RawStore& raw) { raw.erase(Column::tiles, tile_key(0, 0)); }, "wrong_log_root");
}

TEST_F(StartChecks, RefuseAShortTile) {
  expect_word([](RawStore& raw) { raw.put(Column::tiles, tile_key(0, 0), "short"); },
              "wrong_log_root");
}

TEST_F(StartChecks, RefuseAChangedAccount) {
  expect_word([](RawStore& raw) { raw.spoil(Column::accounts, account_key({1})); },
              "wrong_state_root");
}

TEST_F(StartChecks, RefuseAnAccountOfMoreMoney) {
  expect_word(
      [](RawStore& raw) {
        const auto bytes = raw.get(Column::accounts, account_key({0}));
        auto account = *ledger::decode_account(crypto::as_bytes(bytes));
        account.receive(*account.room_for({1'000'000}));
        raw.put(Column::accounts, account_key({0}), crypto::as_text(crypto::encode(account)));
      },
      "wrong_state_root");
}

TEST_F(StartChecks, RefuseAMissingAccount) {
  expect_word([](RawStore& raw) { raw.erase(Column::accounts, account_key({0})); },
              "wrong_account_count");
}

TEST_F(StartChecks, RefuseASurplusAccount) {
  expect_word([](RawStore& raw) { raw.put(Column::accounts, account_key({2}), "x"); },
              "wrong_account_count");
}

TEST_F(StartChecks, RefuseColumnsOfAnotherVersion) {
  {
    rocksdb::DB* opened = nullptr;
    std::vector<std::string> names;
    ASSERT_TRUE(rocksdb::DB::ListColumnFamilies({}, directory_.path().string(), &names).ok());
    std::vector<rocksdb::ColumnFamilyDescriptor> columns;
    for (const auto& name : names) columns.emplace_back(name, rocksdb::ColumnFamilyOptions());
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    ASSERT_TRUE(rocksdb::DB::Open({}, directory_.path().string(), columns, &handles, &opened).ok());
    const std::unique_ptr<rocksdb::DB> db(opened);
    rocksdb::ColumnFamilyHandle* extra = nullptr;
    ASSERT_TRUE(db->CreateColumnFamily({}, "of-tomorrow", &extra).ok());
    handles.push_back(extra);
    for (auto* const handle : handles) db->DestroyColumnFamilyHandle(handle);
  }
  EXPECT_TRUE(open_error(options_).starts_with("wrong_format_version: "));
}

TEST_F(StartChecks, LeaveASalvagedStoreItsEntriesCertificatesAndVotes) {
  {
    const auto store = open_store(options_);
    store->write_votes(std::vector{VoteRow{crypto::to_bytes("k"), crypto::to_bytes("v")}});
  }
  const auto error = error_after([](RawStore& raw) {
    raw.erase(Column::accounts, account_key({0}));
    raw.erase(Column::tiles, tile_key(0, 0));
    raw.erase(Column::meta, crypto::as_bytes("head"));
  });
  EXPECT_TRUE(error.starts_with("wrong_head: ")) << error;
  options_.salvage = true;
  const auto store = open_store(options_);
  const auto snapshot = store->snapshot();
  EXPECT_EQ(snapshot->head().size, head_.size);
  EXPECT_EQ(snapshot->head().hash, head_.hash);
  EXPECT_EQ(snapshot->head().height, head_.height);
  EXPECT_EQ(snapshot->head().network, head_.network);
  std::uint64_t count = 0;
  snapshot->for_each_entry({0}, {head_.size}, [&](auto, auto) { return ++count > 0; });
  EXPECT_EQ(count, head_.size);
  for (ledger::Height height; height <= head_.height; height = height + 1)
    EXPECT_EQ(snapshot->block(height)->certificate, certificate_of(height));
  EXPECT_EQ(store->votes().size(), 1);
}

TEST_F(StartChecks, LeaveAStoreOfTheFirstFormatToSalvaging) {
  const auto as_first_format = [](RawStore& raw) {
    raw.put(Column::meta, crypto::as_bytes("format"), crypto::as_text(Row().number(1U)));
    raw.drop(Column::missing);
  };
  const auto error = error_after(as_first_format);
  EXPECT_TRUE(error.starts_with("wrong_format_version: ")) << error;
  EXPECT_NE(error.find("centime rebuild"), std::string::npos) << error;
  options_.salvage = true;
  const auto store = open_store(options_);
  EXPECT_EQ(store->snapshot()->head().hash, head_.hash);
  EXPECT_FALSE(store->snapshot()->entry({head_.size - 1}).empty());
}

// A log that ends too early holds as well as a whole one.
TEST_F(StartChecks, FindThatASalvagedStoreLacksTheEntriesOfItsLastBlock) {
  options_.salvage = true;
  const auto error = error_after([this](RawStore& raw) {
    for (auto entry = head_.seal.first_entry; entry.value < head_.size; entry = entry + 1)
      raw.erase(Column::entries, entry_key(entry));
  });
  EXPECT_TRUE(error.starts_with("store_incomplete: ")) << error;
  for (const auto height : {head_.height.value, head_.height.value - 1})
    EXPECT_NE(error.find("block " + std::to_string(height)), error.npos) << error;
}

TEST_F(StartChecks, NeedNoFileOfAColumnThatSalvagingLeavesAlone) {
  const auto files_of = [this](Column column) {
    std::vector<std::filesystem::path> files;
    for (const auto& file : RawStore(options_.directory).files())
      if (file.column_family_name == crypto::word_of(column))
        files.push_back(options_.directory / file.relative_filename);
    return files;
  };
  RawStore(options_.directory).flush();
  const auto lost = files_of(Column::by_day);
  const auto damaged = files_of(Column::accounts);
  ASSERT_FALSE(lost.empty() || damaged.empty());
  for (const auto& file : lost) std::filesystem::remove(file);
  for (const auto& file : damaged) std::ofstream(file) << "damaged";
  const auto error = open_error(options_);
  EXPECT_TRUE(error.starts_with("store_unreadable: ")) << error;
  EXPECT_NE(error.find("centime rebuild"), error.npos) << error;
  options_.salvage = true;
  EXPECT_EQ(open_store(options_)->snapshot()->head().hash, head_.hash);
}

TEST_F(StartChecks, FindARowThatMakesNoSenseWhenItIsRead) {
  EXPECT_EQ(error_after([](RawStore& raw) {
              raw.spoil(Column::registry, registry_key(RegistryKind::fund, "relief"));
              raw.put(Column::registry, registry_key(RegistryKind::fund, "relief"), "nonsense");
            }),
            "no error");
  const auto store = open_store(options_);
  EXPECT_THROW(store->snapshot()->fund(test::relief), StorageFailure);
}

}  // namespace
}  // namespace centime::storage
