#include "api/tokens.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

namespace {

std::atomic<int> interruptions = 0;  // So many of the next writes are interrupted by a signal.

}  // namespace

// In the place of the C library's, for all of this program.
extern "C" ssize_t write(int file, const void* bytes, std::size_t size) {
  if (interruptions > 0 && interruptions-- > 0) return errno = EINTR, -1;
  return ::syscall(SYS_write, file, bytes, size);
}

namespace centime::api {
namespace {

class Tokens : public testing::Test {
 protected:
  Tokens() {
    std::string name = testing::TempDir() + "centime-tokens-XXXXXX";
    directory_ = ::mkdtemp(name.data());
    file = directory_ / "tokens";
  }
  ~Tokens() override { std::filesystem::remove_all(directory_); }

  std::expected<NewToken, TokenError> create(std::string name) const {
    return create_token(file, {std::move(name), {Scope::record}, {1'795'385'730'125}});
  }

  std::string contents() const {
    std::ifstream in(file);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
  }

  void write(std::string_view text) const { std::ofstream(file) << text; }

  static std::optional<Token> find(TokenFile& tokens, std::string_view secret) {
    const auto found = tokens.find(secret);
    EXPECT_TRUE(found);
    return found.value_or(std::nullopt);
  }

  std::filesystem::path file;

 private:
  std::filesystem::path directory_;
};

TEST_F(Tokens, ANewTokenIsFoundByItsSecretOnly) {
  const auto made = create("shop");
  ASSERT_TRUE(made);
  EXPECT_TRUE(made->secret.starts_with("centime_"));
  EXPECT_EQ(made->secret.size(), 8U + 43U);  // 32 bytes in base64url.

  TokenFile tokens(file);
  const auto found = find(tokens, made->secret);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->name, "shop");
  EXPECT_EQ(found->scopes, std::vector{Scope::record});
  std::string other = made->secret;
  other.back() = other.back() == 'A' ? 'B' : 'A';
  EXPECT_FALSE(find(tokens, other));
  EXPECT_FALSE(find(tokens, made->secret.substr(8)));
  EXPECT_FALSE(find(tokens, ""));
}

TEST_F(Tokens, ATokenKeepsEachOfItsScopes) {
  const auto made = create_token(file, {"shop", {Scope::check, Scope::record, Scope::attest}, {}});
  ASSERT_TRUE(made);
  const auto listed = list_tokens(file);
  ASSERT_TRUE(listed);
  EXPECT_EQ(listed->at(0).scopes, (std::vector{Scope::check, Scope::record, Scope::attest}));
  TokenFile tokens(file);
  EXPECT_EQ(find(tokens, made->secret)->scopes, listed->at(0).scopes);
}

TEST_F(Tokens, TheSecretIsNotInTheFile) {
  const auto made = create("shop");
  ASSERT_TRUE(made);
  EXPECT_EQ(contents().find(made->secret.substr(8)), std::string::npos);
  EXPECT_EQ(contents().find("shop record 2026-11-22T22:15:30.125Z "), 0U) << contents();
}

TEST_F(Tokens, OnlyTheOwnerMayReadTheFile) {
  ASSERT_TRUE(create("shop"));
  struct stat info{};
  ASSERT_EQ(::stat(file.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
}

TEST_F(Tokens, TwoTokensAreDifferent) {
  const auto first = create("shop");
  const auto second = create("till");
  ASSERT_TRUE(first && second);
  EXPECT_NE(first->secret, second->secret);
  const auto tokens = list_tokens(file);
  ASSERT_TRUE(tokens);
  ASSERT_EQ(tokens->size(), 2U);
  EXPECT_EQ((*tokens)[0].name, "shop");
  EXPECT_EQ((*tokens)[1].name, "till");
}

TEST_F(Tokens, ANameIsTakenOnce) {
  ASSERT_TRUE(create("shop"));
  EXPECT_EQ(create("shop").error(), TokenError::name_taken);
}

TEST_F(Tokens, RefusesBadNamesAndNoScopes) {
  EXPECT_EQ(create("").error(), TokenError::bad_name);
  EXPECT_EQ(create("a name").error(), TokenError::bad_name);
  EXPECT_EQ(create("line\nbreak").error(), TokenError::bad_name);
  EXPECT_EQ(create_token(file, {"shop", {}, {}}).error(), TokenError::bad_scope);
  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST_F(Tokens, ARevokedTokenIsNoLongerFoundByARunningNode) {
  const auto shop = create("shop");
  const auto till = create("till");
  ASSERT_TRUE(shop && till);
  TokenFile tokens(file);
  ASSERT_TRUE(find(tokens, shop->secret));
  ASSERT_TRUE(revoke_token(file, "shop"));
  EXPECT_FALSE(find(tokens, shop->secret));
  EXPECT_TRUE(find(tokens, till->secret));
  EXPECT_EQ(revoke_token(file, "shop").error(), TokenError::unknown_name);
}

TEST_F(Tokens, ATokenMadeLaterIsFoundByARunningNode) {
  TokenFile tokens(file);
  EXPECT_FALSE(find(tokens, "centime_x"));
  const auto made = create("shop");
  ASSERT_TRUE(made);
  EXPECT_TRUE(find(tokens, made->secret));
}

TEST_F(Tokens, AFileThatIsGoneHasNoTokens) {
  const auto made = create("shop");
  ASSERT_TRUE(made);
  TokenFile tokens(file);
  ASSERT_TRUE(find(tokens, made->secret));
  std::filesystem::remove(file);
  EXPECT_FALSE(find(tokens, made->secret));
  EXPECT_TRUE(list_tokens(file)->empty());
}

TEST_F(Tokens, AMalformedFileLetsNobodyInAndIsNotOverwritten) {
  const auto made = create("shop");
  ASSERT_TRUE(made);
  const std::string good = contents();
  const std::string hash(64, 'a');
  for (const std::string& bad : {
           std::string("not a token\n"),
           good + good,  // One name twice.
           good + "till everything 2026-11-22T22:15:30.125Z " + hash + "\n",
           good + "till record yesterday " + hash + "\n",
           good + "till record 2026-11-22T22:15:30.125Z " + hash.substr(1) + "\n",
           good + "till record 2026-11-22T22:15:30.125Z " + hash + " more\n",
       }) {
    write(bad);
    TokenFile tokens(file);
    EXPECT_EQ(tokens.find(made->secret).error(), TokenError::unreadable_file) << bad;
    EXPECT_EQ(list_tokens(file).error(), TokenError::unreadable_file) << bad;
    EXPECT_EQ(create("other").error(), TokenError::unreadable_file) << bad;
    EXPECT_EQ(contents(), bad);
  }
}

TEST_F(Tokens, AFileThatOthersMayReadOrChangeIsRefused) {
  const auto made = create("till");
  ASSERT_TRUE(made);
  for (const auto others :
       {std::filesystem::perms::group_read, std::filesystem::perms::others_write}) {
    std::filesystem::permissions(file, others, std::filesystem::perm_options::add);
    EXPECT_EQ(list_tokens(file).error(), TokenError::insecure_file);
    EXPECT_EQ(create("other").error(), TokenError::insecure_file);
    EXPECT_EQ(TokenFile(file).find(made->secret).error(), TokenError::insecure_file);
    std::filesystem::permissions(file, others, std::filesystem::perm_options::remove);
    TokenFile tokens(file);
    EXPECT_TRUE(find(tokens, made->secret));
  }
}

TEST_F(Tokens, ARunningNodeSaysOnceThatItCanNotUseTheFile) {
  using std::filesystem::perm_options;
  using std::filesystem::perms;
  const auto made = create("till");
  ASSERT_TRUE(made);
  std::vector<std::string> lines;
  TokenFile tokens(file, [&](std::string_view line) { lines.emplace_back(line); });
  ASSERT_TRUE(find(tokens, made->secret));
  for (std::size_t times = 1; times <= 2; ++times) {
    // A change of the mode alone, of a file that was read already.
    std::filesystem::permissions(file, perms::group_read, perm_options::add);
    for (int i = 0; i < 3; ++i)
      EXPECT_EQ(tokens.find(made->secret).error(), TokenError::insecure_file);
    ASSERT_EQ(lines.size(), times);
    EXPECT_TRUE(lines.back().starts_with("insecure_file: ")) << lines.back();
    std::filesystem::permissions(file, perms::group_read, perm_options::remove);
    EXPECT_TRUE(find(tokens, made->secret));
  }
  write("not a token\n");
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(tokens.find(made->secret).error(), TokenError::unreadable_file);
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_TRUE(lines.back().starts_with("unreadable_file: ")) << lines.back();
}

TEST_F(Tokens, WritersAtTheSameTimeLoseNothing) {
  constexpr int writers = 8;
  std::vector<std::thread> threads;
  for (int i = 0; i < writers; ++i)
    threads.emplace_back([&, i] { EXPECT_TRUE(create("shop-" + std::to_string(i))); });
  for (auto& thread : threads) thread.join();
  const auto tokens = list_tokens(file);
  ASSERT_TRUE(tokens);
  EXPECT_EQ(tokens->size(), std::size_t{writers});
}

TEST_F(Tokens, AFolderThatDoesNotExistIsAnError) {
  EXPECT_EQ(create_token(file / "below" / "tokens", {"shop", {Scope::record}, {}}).error(),
            TokenError::unwritable_file);
}

// As on a disk across a network.
TEST_F(Tokens, ASignalWhileTheyAreWrittenLosesNothing) {
  interruptions = 2;
  const auto made = create("shop");
  interruptions = 0;
  ASSERT_TRUE(made);
  TokenFile tokens(file);
  EXPECT_TRUE(find(tokens, made->secret));
}

}  // namespace
}  // namespace centime::api
