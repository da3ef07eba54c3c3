#include "api/page_cursor.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

namespace centime::api {
namespace {

std::string key_of(const std::vector<std::uint8_t>& bytes) {
  return {bytes.begin(),
          bytes.begin() + static_cast<std::ptrdiff_t>(std::min(bytes.size(), cursor_key_max))};
}

RC_GTEST_PROP(PageCursor, ComesBackAsItWas, (const std::vector<std::uint8_t>& bytes)) {
  const auto key = key_of(bytes);
  RC_PRE(!key.empty());
  const auto cursor = encode_cursor("funds", key);
  RC_ASSERT(cursor.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                     "0123456789-_") == std::string::npos);
  RC_ASSERT(decode_cursor("funds", cursor).value_or("") == key);
  RC_ASSERT(!decode_cursor("funds/well", cursor));
}

RC_GTEST_PROP(PageCursor, IsRefusedWithAnyCharacterChanged,
              (const std::vector<std::uint8_t>& bytes)) {
  const auto key = key_of(bytes);
  RC_PRE(!key.empty());
  auto cursor = encode_cursor("funds", key);
  const auto place = *rc::gen::inRange<std::size_t>(0, cursor.size());
  const char other = *rc::gen::suchThat<char>([&](char c) { return c != cursor[place]; });
  cursor[place] = other;
  RC_ASSERT(!decode_cursor("funds", cursor).has_value());
}

TEST(PageCursor, IsRefusedWhenCutOrPadded) {
  const auto cursor = encode_cursor("funds", "some key");
  for (std::size_t size = 0; size < cursor.size(); ++size)
    EXPECT_FALSE(decode_cursor("funds", cursor.substr(0, size)));
  EXPECT_FALSE(decode_cursor("funds", cursor + "="));
  EXPECT_FALSE(decode_cursor("funds", cursor + "AAAA"));
  EXPECT_FALSE(decode_cursor("funds", std::string(100'000, 'A')));
}

TEST(PageCursor, KeepsItsBytes) {
  // Cursors live in bookmarks: a change of this value needs a new version byte.
  EXPECT_EQ(encode_cursor("blocks", std::string("\0\0\0\x2a", 4)), "AUTlnAt0od_wAAAAKg");
}

Request asking(Fields query) {
  Request request;
  request.query = std::move(query);
  return request;
}

TEST(ParsePage, HasDefaults) {
  const auto page = parse_page(asking({}), "funds");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->limit, page_limit_default);
  EXPECT_EQ(page->after, "");
  EXPECT_EQ(parse_page(asking({{"cursor", ""}}), "funds")->after, "");
}

TEST(ParsePage, TakesLimitAndCursor) {
  const auto page =
      parse_page(asking({{"limit", "200"}, {"cursor", encode_cursor("funds", "k")}}), "funds");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->limit, 200u);
  EXPECT_EQ(page->after, "k");
  EXPECT_EQ(parse_page(asking({{"limit", "1"}}), "funds")->limit, 1u);
}

TEST(ParsePage, RefusesOtherLimits) {
  for (const char* limit : {"0", "201", "", "-1", "+1", " 1", "1 ", "1.0", "0x1", "ten",
                            "99999999999999999999", "4294967297"}) {
    const auto page = parse_page(asking({{"limit", limit}}), "funds");
    ASSERT_FALSE(page) << limit;
    EXPECT_EQ(to_word(page.error()), "bad_limit");
  }
  const auto page = parse_page(asking({{"cursor", "nonsense"}}), "funds");
  ASSERT_FALSE(page);
  EXPECT_EQ(to_word(page.error()), "bad_cursor");
}

}  // namespace
}  // namespace centime::api
