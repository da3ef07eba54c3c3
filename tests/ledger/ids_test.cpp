#include "node/ledger/ids.h"

#include <gtest/gtest.h>

#include "crypto/canonical.h"

namespace centime::ledger {
namespace {

TEST(Slug, IsLowerCaseLettersDigitsAndHyphens) {
  for (const std::string& text : {std::string("a"), std::string("0"), std::string("a-b-9"),
                                  std::string("a--"), std::string(40, 'z')}) {
    EXPECT_TRUE(is_slug(text)) << text;
  }
  for (const std::string& text :
       {std::string(), std::string("-a"), std::string("A"), std::string("a_b"), std::string("a b"),
        std::string("a\n"), std::string("é"), std::string(41, 'z'), std::string("a\0b", 3)}) {
    EXPECT_FALSE(is_slug(text)) << text;
  }
}

TEST(Reference, IsPrintableAsciiWithoutSpacesAtItsEnds) {
  for (const std::string& text :
       {std::string("a"), std::string("A b/c #1"), std::string("~!"), std::string(64, '.')}) {
    EXPECT_TRUE(Reference::valid(text)) << text;
  }
  for (const std::string& text :
       {std::string(), std::string(" a"), std::string("a "), std::string("a\tb"),
        std::string("a\x7f"), std::string("ü"), std::string(65, '.'), std::string(" ")}) {
    EXPECT_FALSE(Reference::valid(text)) << text;
  }
}

TEST(Slug, IsRefusedFromBytesOfAnotherForm) {
  const auto decoded = crypto::decode<MemberId>(crypto::to_bytes(std::string_view("\0\2A1", 4)));
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error(), crypto::DecodeError::bad_text);
  EXPECT_TRUE(crypto::decode<MemberId>(crypto::to_bytes(std::string_view("\0\2a1", 4))));
}

TEST(Interval, IntersectsInWhatBothHave) {
  const auto units = [](std::uint64_t lo, std::uint64_t hi) { return Interval{{lo}, {hi}}; };
  EXPECT_EQ(intersection(units(0, 10), units(5, 15)), units(5, 10));
  EXPECT_EQ(intersection(units(0, 10), units(2, 3)), units(2, 3));
  EXPECT_TRUE(intersection(units(0, 10), units(10, 15)).empty());
  EXPECT_TRUE(intersection(units(20, 30), units(10, 15)).empty());
}

}  // namespace
}  // namespace centime::ledger
