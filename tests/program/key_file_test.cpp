#include "node/program/key_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "crypto/encoding.h"
#include "tests/program/process.h"

namespace centime::program {
namespace {

using testing::centime;
using ::testing::HasSubstr;
using testing::Result;

class KeyFiles : public ::testing::Test {
 protected:
  std::filesystem::path path() const { return directory_.path() / "relief.key"; }

  std::string word_of(const std::string& content) {
    testing::write_text(path(), content);
    ::chmod(path().c_str(), 0600);
    const auto read = read_key_file(path());
    return read ? "" : read.error().word;
  }

 private:
  testing::TemporaryDirectory directory_;
};

TEST_F(KeyFiles, WhatIsWrittenIsReadBackAndOnlyByItsOwner) {
  const KeyFile key{{"relief"}, crypto::SecretKey::generate()};
  ASSERT_TRUE(write_key_file(path(), key).has_value());
  struct stat status{};
  ASSERT_EQ(::stat(path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  const auto read = read_key_file(path());
  ASSERT_TRUE(read.has_value()) << read.error().detail;
  EXPECT_EQ(read->member, key.member);
  EXPECT_EQ(read->key.public_key(), key.key.public_key());
  EXPECT_EQ(write_key_file(path(), key).error().word, "file_exists");
}

TEST_F(KeyFiles, AFileThatOthersMayReadIsRefused) {
  ASSERT_TRUE(write_key_file(path(), {{"relief"}, crypto::SecretKey::generate()}).has_value());
  for (const mode_t mode : {0640, 0604, 0620, 0602}) {
    ::chmod(path().c_str(), mode);
    const auto read = read_key_file(path());
    ASSERT_FALSE(read.has_value()) << mode;
    EXPECT_EQ(read.error().word, "insecure_file");
  }
}

TEST_F(KeyFiles, OnlyOneWellFormedLineIsAKey) {
  const std::string seed = crypto::to_base64(crypto::Bytes(32, 7));
  const std::string good = "centime-secret-key-v1 relief " + seed + "\n";
  EXPECT_EQ(word_of(good), "");
  EXPECT_EQ(word_of("# comment\n\n" + good), "");
  EXPECT_EQ(word_of(""), "bad_key_file");
  EXPECT_EQ(word_of(good + good), "bad_key_file");
  EXPECT_EQ(word_of("centime-secret-key-v2 relief " + seed), "bad_key_file");
  EXPECT_EQ(word_of("centime-secret-key-v1 Relief " + seed), "bad_key_file");
  EXPECT_EQ(word_of("centime-secret-key-v1 relief " + seed + " more"), "bad_key_file");
  EXPECT_EQ(word_of("centime-secret-key-v1 relief " + seed.substr(4)), "bad_key_file");
}

TEST_F(KeyFiles, TheCommandsMakeAndShowAKey) {
  const Result made =
      centime({"keys", "new", "--member", "relief", "--out", path().string(), "--json"});
  ASSERT_EQ(made.code, 0) << made.err;
  const auto shown =
      centime({"keys", "show", path().string(), "--origin", "ledger.example.org/x", "--json"});
  ASSERT_EQ(shown.code, 0) << shown.err;
  const auto made_json = boost::json::parse(made.out), shown_json = boost::json::parse(shown.out);
  EXPECT_EQ(made_json.at("public_key"), shown_json.at("public_key"));
  EXPECT_THAT(std::string(shown_json.at("vkey").as_string()),
              ::testing::StartsWith("ledger.example.org/x/relief+"));
  const std::string seed = crypto::to_base64(read_key_file(path())->key.seed());
  EXPECT_THAT(made.out + shown.out, ::testing::Not(HasSubstr(seed)));
  EXPECT_EQ(centime({"keys", "new", "--member", "Not A Slug", "--out", "x"}).code, 2);
  const Result again = centime({"keys", "new", "--member", "relief", "--out", path().string()});
  EXPECT_EQ(again.code, 1);
  EXPECT_THAT(again.err, HasSubstr("file_exists"));
}

}  // namespace
}  // namespace centime::program
