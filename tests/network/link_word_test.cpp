#include "node/network/link_word.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "crypto/wire_types.h"

namespace centime::network {
namespace {

TEST(LinkWord, EachIsInTheListOfErrors) {
  std::ifstream file(CENTIME_SOURCE_DIR "/docs/errors.md");
  const std::string text(std::istreambuf_iterator<char>(file), {});
  ASSERT_FALSE(text.empty());
  for (const std::string_view word : enum_words(LinkWord{}))
    EXPECT_NE(text.find("| `" + std::string(word) + "` |"), std::string::npos) << word;
}

TEST(LinkWord, EachIsAnother) {
  const auto words = enum_words(LinkWord{});
  EXPECT_EQ(std::set(words.begin(), words.end()).size(), link_word_count);
}

TEST(LinkWord, OnlyWhatNoHonestNodeSendsIsMisbehaviour) {
  std::set<std::string_view> found;
  for (std::size_t i = 0; i < link_word_count; ++i) {
    const auto word = static_cast<LinkWord>(i);
    if (is_misbehaviour(word)) found.insert(crypto::word_of(word));
  }
  EXPECT_EQ(found, (std::set<std::string_view>{"bad_hello", "oversized_frame", "unknown_kind",
                                               "misbehaved"}));
}

}  // namespace
}  // namespace centime::network
