// `centime backup`: what a bookkeeper has when the disk is gone.
#include <gmock/gmock.h>
#include <sys/resource.h>

#include "tests/program/network_fixture.h"
#include "tests/program/refused_run.h"

namespace centime::program::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class Backup : public Network {
 protected:
  void SetUp() override {
    Network::SetUp();
    start();
    ASSERT_EQ(import(csv("good.csv", good_rows()), {"--receipts", path("receipts.csv")}).code, 0);
  }

  Result backup(const std::string& target) {
    return centime({"backup", "--data", path("node"), path(target), "--json"});
  }
  void put_back(const std::string& target) {
    fs::remove_all(path("node/db"));
    fs::copy(path(target) + "/db", path("node/db"), fs::copy_options::recursive);
  }
  void record(const std::string& reference) {
    EXPECT_EQ(import(csv(reference + ".csv", {gift(reference, "5.00")}),
                     {"--receipts", path(reference + ".receipts")})
                  .code,
              0);
  }
  static std::uint64_t number(const Result& result, const char* name) {
    return json::parse(result.out).at(name).to_number<std::uint64_t>();
  }
  static std::string error_of(const Result& result) {
    return std::string(json::parse(result.out).at("error").at("code").as_string());
  }
};

TEST_F(Backup, OfARunningNodeIsItsLedgerWithoutItsSecrets) {
  const std::uint64_t before = entries();
  const Result made = backup("copy");
  ASSERT_EQ(made.code, 0) << made.out;
  EXPECT_EQ(number(made, "entries"), before);
  std::vector<std::string> names;
  for (const auto& file : fs::directory_iterator(path("copy")))
    names.push_back(file.path().filename());
  EXPECT_EQ(names, std::vector<std::string>{"db"});
  record("later");
  const Result audited = centime({"audit", "--data", path("copy"), "--json"});
  ASSERT_EQ(audited.code, 0) << audited.out;
  EXPECT_EQ(json::parse(audited.out).at("log_root"), json::parse(made.out).at("log_root"));
  EXPECT_GT(entries(), before);
  EXPECT_EQ(stop(), 0);
}

TEST_F(Backup, OfAStoppedNodeIsTheSame) {
  const std::uint64_t before = entries();
  ASSERT_EQ(stop(), 0);
  const Result made = centime({"backup", "--data", path("node"), path("copy")});
  ASSERT_EQ(made.code, 0) << made.err;
  EXPECT_THAT(made.out, HasSubstr("(" + std::to_string(before) + " entries) to " + path("copy")));
  EXPECT_EQ(centime({"audit", "--data", path("copy")}).code, 0);
  start();
  EXPECT_EQ(entries(), before);
}

// Its node was not started anew since the copy was made, so their numbers of starts are the same.
TEST_F(Backup, ThatIsPutBackIsNeverTakenForWhatTheNodeRemembers) {
  const Result made = backup("copy");
  ASSERT_EQ(made.code, 0) << made.out;
  record("after-the-copy");
  process().signal(SIGKILL);
  process().wait();
  put_back("copy");
  const Result refused = refused_run(path("node"));
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.err, HasSubstr("centime: past_unknown: "));
  // Nor where `instance` is gone with the disk.
  fs::remove(path("node/instance"));
  EXPECT_THAT(refused_run(path("node")).err, HasSubstr("centime: past_unknown: "));
  // And then it runs, on the word of a person.
  const std::string height = std::to_string(number(made, "height"));
  ASSERT_EQ(centime({"resume", "--data", path("node"), "--height", height}).code, 0);
  start();
  EXPECT_EQ(entries(), number(made, "entries"));
  record("anew");
  EXPECT_EQ(stop(), 0);
  EXPECT_EQ(centime({"audit", "--data", path("node")}).code, 0);
}

TEST_F(Backup, LeavesAloneWhatIsThereAndNoPartOfACopy) {
  fs::create_directory(path("copy"));
  EXPECT_EQ(error_of(backup("copy")), "directory_exists");
  EXPECT_TRUE(fs::is_empty(path("copy")));
  EXPECT_EQ(error_of(backup("none/copy")), "unwritable_file");
  EXPECT_EQ(error_of(centime({"backup", "--data", path("net"), path("b"), "--json"})),
            "store_missing");
  EXPECT_FALSE(fs::exists(path("b")));
  // As on a full disk.
  const Result full = centime({"backup", "--data", path("node"), path("c"), "--json"}, {}, [] {
    const rlimit little{2'000, 2'000};
    ::setrlimit(RLIMIT_FSIZE, &little);
    ::signal(SIGXFSZ, SIG_IGN);
  });
  EXPECT_EQ(full.code, 1) << full.out;
  EXPECT_FALSE(fs::exists(path("c")));
  EXPECT_EQ(stop(), 0);
}

}  // namespace
}  // namespace centime::program::testing
