#include "crypto/encoding.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace centime::crypto {
namespace {

TEST(Hex, IsLowerCaseTwoDigitsAByte) { EXPECT_EQ(to_hex(Bytes{0x00, 0x0f, 0xab}), "000fab"); }

TEST(Hex, RefusesOddLengthsUpperCaseAndOtherCharacters) {
  for (const auto* text : {"0", "abc", "AB", "0g", " 00", "0x00", "00\n"})
    EXPECT_FALSE(from_hex(text)) << text;
}

RC_GTEST_PROP(Hex, DecodesWhatItEncodes, (const Bytes& bytes)) {
  RC_ASSERT(from_hex(to_hex(bytes)) == bytes);
}

TEST(Base64, GivesTheVectorsOfRfc4648) {
  const std::pair<std::string_view, std::string_view> vectors[] = {{"", ""},
                                                                   {"f", "Zg=="},
                                                                   {"fo", "Zm8="},
                                                                   {"foo", "Zm9v"},
                                                                   {"foob", "Zm9vYg=="},
                                                                   {"fooba", "Zm9vYmE="},
                                                                   {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, encoded] : vectors) {
    EXPECT_EQ(to_base64(as_bytes(plain)), encoded);
    EXPECT_EQ(from_base64(encoded), to_bytes(plain));
  }
}

TEST(Base64, RefusesEverySecondSpelling) {
  for (const auto* text : {
           "Zh==",      // Bits after the last byte.
           "Zm9=",      // The same, after two bytes.
           "Zg",        // No padding.
           "Zg=",       // Half the padding.
           "Zg===",     // Too much of it.
           "Zm9v====",  // Padding of nothing.
           "====",      // The same alone.
           "Z===",      // Six bits are no byte.
           "Zg==Zg==",  // Padding within.
           "Z=g=",      // The same.
           "Zm9v\n",    // White space.
           " Zm9v",     // The same.
           "Zm 9v",     // The same.
           "Zm-_",      // The URL alphabet.
       })
    EXPECT_FALSE(from_base64(text)) << text;
}

RC_GTEST_PROP(Base64, DecodesWhatItEncodes, (const Bytes& bytes)) {
  RC_ASSERT(from_base64(to_base64(bytes)) == bytes);
}

RC_GTEST_PROP(Base64, AcceptsOnlyItsOwnSpelling, ()) {
  const auto text =
      *rc::gen::container<std::string>(rc::gen::elementOf(std::string("AQgwBZ19+/=\n -_")));
  const auto bytes = from_base64(text);
  if (bytes) RC_ASSERT(to_base64(*bytes) == text);
}

TEST(Utf8, AcceptsEveryLengthUpToTheLastCodePoint) {
  for (const std::string_view text :
       {"", "plain", "\x7f", "\u0080", "\u07ff", "\u0800", "\xed\x9f\xbf", "\ue000", "\uffff",
        "\U00010000", "\U0010ffff", "na\u00efve \u20ac \U0001f642"})
    EXPECT_TRUE(is_utf8(text)) << text;
  EXPECT_TRUE(is_utf8(std::string_view("\0", 1)));
}

TEST(Utf8, RefusesWhatRfc3629Excludes) {
  for (const std::string_view text : {
           "\x80",              // A continuation alone.
           "\xc0\x80",          // Overlong NUL.
           "\xc1\xbf",          // Overlong 0x7f.
           "\xe0\x9f\xbf",      // Overlong U+07FF.
           "\xf0\x8f\xbf\xbf",  // Overlong U+FFFF.
           "\xed\xa0\x80",      // The first surrogate.
           "\xed\xbf\xbf",      // The last.
           "\xf4\x90\x80\x80",  // U+110000.
           "\xf5\x80\x80\x80",  // Starts nothing.
           "\xff",              // The same.
           "\xc3",              // Cut short.
           "\xe2\x82",          // The same.
           "\xe2\x82z",         // No continuation.
       })
    EXPECT_FALSE(is_utf8(text)) << to_hex(as_bytes(text));
}

}  // namespace
}  // namespace centime::crypto
