#include "crypto/wire_types.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>

#include "crypto/encoding.h"

namespace centime::crypto {
namespace {

using namespace std::string_literals;

TEST(CleanText, TakesUtf8OfEveryLength) {
  for (const std::string& text :
       {""s, "plain ASCII ~"s, "\xC2\xA0"s, "é ß ß"s, "\xDF\xBF"s, "\xE0\xA0\x80"s, "₺"s,
        "\xED\x9F\xBF"s, "\xEE\x80\x80"s, "\xEF\xBF\xBF"s, "\xF0\x90\x80\x80"s, "😀"s,
        "\xF4\x8F\xBF\xBF"s, "شكرا"s}) {
    EXPECT_TRUE(is_clean_text(text)) << text;
  }
}

TEST(CleanText, RefusesControlsAndWhatIsNotUtf8) {
  for (const std::string& text : {"\0"s,
                                  "a\tb"s,
                                  "a\nb"s,
                                  "\r"s,
                                  "\x1b[31m"s,
                                  "\x1f"s,
                                  "\x7f"s,
                                  "\xC2\x80"s,
                                  "\xC2\x85"s,
                                  "\xC2\x9F"s,
                                  "\x80"s,
                                  "\xBF"s,
                                  "\xC0\x80"s,
                                  "\xC1\xBF"s,
                                  "\xC2"s,
                                  "\xC2 "s,
                                  "\xE0\x9F\xBF"s,
                                  "\xE2\x82"s,
                                  "\xE2\x82 "s,
                                  "\xED\xA0\x80"s,
                                  "\xED\xBF\xBF"s,
                                  "\xF0\x8F\xBF\xBF"s,
                                  "\xF0\x9F\x98"s,
                                  "\xF4\x90\x80\x80"s,
                                  "\xF5\x80\x80\x80"s,
                                  "\xFE"s,
                                  "\xFF"s,
                                  "ok\xFF"s}) {
    EXPECT_FALSE(is_clean_text(text)) << to_hex(as_bytes(text));
  }
}

// The encoder's own reading of UTF-8, with the controls taken out.
RC_GTEST_PROP(CleanText, IsUtf8WithoutControls, (const Bytes& bytes)) {
  const std::string_view text = as_text(bytes);
  bool controls = false;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] < 0x20 || bytes[i] == 0x7F) controls = true;
    if (bytes[i] == 0xC2 && i + 1 < bytes.size() && bytes[i + 1] < 0xA0) controls = true;
  }
  RC_ASSERT(is_clean_text(text) == (is_utf8(text) && !controls));
}

TEST(Text, IsValidWithinItsBytesNotItsCharacters) {
  using Short = Text<2, 4>;
  EXPECT_FALSE(Short::valid("a"));
  EXPECT_TRUE(Short::valid("é"));
  EXPECT_TRUE(Short::valid("éé"));
  EXPECT_FALSE(Short::valid("ééa"));
}

enum class Word : std::uint8_t { yes, no };
constexpr auto enum_words(Word) { return std::to_array<std::string_view>({"yes", "no"}); }

TEST(WordOf, NamesTheEnumerator) {
  static_assert(word_of(Word::no) == "no");
  EXPECT_EQ(word_of(Word::yes), "yes");
}

}  // namespace
}  // namespace centime::crypto
