#include "node/program/nearest_word.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>

namespace centime::program {
namespace {

TEST(NearestWord, CountsInsertionsDeletionsAndReplacements) {
  EXPECT_EQ(edit_distance("", ""), 0);
  EXPECT_EQ(edit_distance("", "abc"), 3);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3);
  EXPECT_EQ(edit_distance("listen", "lisen"), 1);
}

RC_GTEST_PROP(NearestWord, TheDistanceIsAMetric, ()) {
  const auto word = rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab")));
  const std::string a = *word, b = *word, c = *word;
  RC_ASSERT(edit_distance(a, b) == edit_distance(b, a));
  RC_ASSERT((edit_distance(a, b) == 0) == (a == b));
  RC_ASSERT(edit_distance(a, c) <= edit_distance(a, b) + edit_distance(b, c));
}

TEST(NearestWord, SuggestsNothingForWhatIsNothingLikeIt) {
  constexpr auto known = std::to_array<std::string_view>({"amount", "currency", "date"});
  EXPECT_EQ(nearest_word("ammount", known), "amount");
  EXPECT_EQ(nearest_word("dat", known), "date");
  EXPECT_EQ(nearest_word("nwe", std::to_array<std::string_view>({"show", "new"})), "new");
  EXPECT_EQ(nearest_word("zzzzzz", known), "");
  EXPECT_EQ(did_you_mean("zzzzzz", known), "");
}

}  // namespace
}  // namespace centime::program
