// What the commands say of a data directory whose files are not what was written.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "tests/program/network_fixture.h"

namespace centime::program::testing {
namespace {

namespace fs = std::filesystem;

class DamagedStore : public Network {
 protected:
  void SetUp() override {
    Network::SetUp();
    start();
    ASSERT_EQ(import(csv("good.csv", good_rows()), {"--receipts", path("receipts.csv")}).code, 0);
    ASSERT_EQ(stop(), 0);
    // What a stop leaves in the write-ahead log, the next start writes to tables.
    start();
    ASSERT_EQ(stop(), 0);
    fs::copy(path("node"), path("whole"), fs::copy_options::recursive);
    for (const auto& file : fs::directory_iterator(path("whole/db"))) {
      if (file.path().extension() == ".sst") tables_.push_back(file.path().filename());
    }
    ASSERT_GT(tables_.size(), 5U);
  }

  // The whole store again, but for eight bytes at the beginning of one table's rows.
  void damage(const fs::path& table) {
    fs::remove_all(path("node"));
    fs::copy(path("whole"), path("node"), fs::copy_options::recursive);
    std::fstream bytes(fs::path(path("node")) / "db" / table,
                       std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekg(8);
    std::string some(8, '\0');
    bytes.read(some.data(), 8);
    for (char& byte : some) byte = static_cast<char>(~byte);
    bytes.seekp(8).write(some.data(), 8);
  }

  // The word of a failure, or "ok"; in any case one document and nothing else.
  static std::string word_of(const Result& result) {
    boost::system::error_code error;
    const auto document = json::parse(result.out, error);
    EXPECT_FALSE(error) << result.out << result.err;
    if (error || !document.is_object()) return "no document";
    const auto* failure = document.get_object().if_contains("error");
    EXPECT_EQ(result.code == 0, failure == nullptr) << result.out;
    if (failure == nullptr) return "ok";
    EXPECT_EQ(result.code, 1) << result.out;
    return std::string(failure->at("code").as_string());
  }

  std::vector<fs::path> tables_;
};

TEST_F(DamagedStore, EachCommandAnswersWithOneDocumentAndAWord) {
  const std::set<std::string> words{
      "ok",         "store_damaged",  "store_unreadable",    "wrong_format_version",
      "wrong_head", "wrong_log_root", "wrong_account_count", "wrong_state_root"};
  std::map<std::string, std::set<std::string>> said;
  for (const fs::path& table : tables_) {
    damage(table);
    for (const Arguments& command :
         {Arguments{"audit"}, Arguments{"trace", "platform/gift-1"}, Arguments{"network", "show"},
          Arguments{"alarm", "show"}, Arguments{"config", "check"}, Arguments{"rebuild"}}) {
      Arguments arguments = command;
      arguments.insert(arguments.end(), {"--data", path("node"), "--json"});
      const std::string word = word_of(centime(arguments));
      EXPECT_TRUE(words.contains(word)) << command[0] << " " << table << ": " << word;
      said[command[0]].insert(word);
      if (command[0] != "rebuild" || word != "ok") continue;
      EXPECT_EQ(word_of(centime({"audit", "--data", path("node"), "--json"})), "ok") << table;
    }
    // One screen, or the failure: in both cases a document.
    damage(table);
    const Result status = centime({"status", "--data", path("node"), "--json"});
    EXPECT_TRUE(status.code == 0 || status.code == 1) << status.err;
    EXPECT_NO_THROW(json::parse(status.out)) << table;
  }
  EXPECT_THAT(said["audit"], ::testing::IsSupersetOf({"ok", "store_damaged"}));
  EXPECT_THAT(said["trace"], ::testing::Contains("store_damaged"));
  // Of what is made from the log a new one is made; the log itself can't be had again.
  EXPECT_THAT(said["rebuild"], ::testing::IsSupersetOf({"ok", "store_damaged"}));
}

TEST_F(DamagedStore, InWordsTheFailureSaysWhatToDo) {
  for (const fs::path& table : tables_) {
    damage(table);
    const Result result = centime({"trace", "platform/gift-1", "--data", path("node")});
    if (result.code == 0) continue;
    ASSERT_EQ(result.code, 1) << result.err;
    EXPECT_THAT(result.err, ::testing::HasSubstr("centime: "));
    EXPECT_THAT(result.err, ::testing::Not(::testing::HasSubstr("the node stops")));
    if (!result.err.starts_with("centime: store_damaged: ")) continue;
    EXPECT_THAT(result.err, ::testing::HasSubstr("try `centime rebuild`"));
    return;
  }
  FAIL() << "no damage was found";
}

TEST_F(DamagedStore, ANodeStopsWithCodeThreeAndTheWord) {
  for (const fs::path& table : tables_) {
    damage(table);
    const Result checked = centime({"alarm", "show", "--data", path("node"), "--json"});
    if (word_of(checked) != "store_damaged") continue;
    const Result run = centime({"run", "--data", path("node")});
    EXPECT_EQ(run.code, 3) << run.err;
    EXPECT_THAT(run.err, ::testing::HasSubstr("centime: storage failure: store_damaged: reading"));
    EXPECT_THAT(run.err, ::testing::HasSubstr("; the node stops"));
    return;
  }
  FAIL() << "no damage was found";
}

}  // namespace
}  // namespace centime::program::testing
