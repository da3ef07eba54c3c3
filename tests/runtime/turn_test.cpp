#include "node/runtime/turn.h"

#include <gtest/gtest.h>

namespace centime::runtime {
namespace {

using std::chrono::milliseconds;

constexpr Turn::Limits limits{3, milliseconds{20}};

TEST(Turn, EndsAfterSoManyInputs) {
  const Turn::Instant begun{milliseconds{1'000}};
  Turn turn(limits, begun);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(turn.takes(begun));
  EXPECT_FALSE(turn.takes(begun));
}

TEST(Turn, EndsAfterItsTimeWhateverWasTaken) {
  const Turn::Instant begun{milliseconds{1'000}};
  Turn turn(limits, begun);
  EXPECT_TRUE(turn.takes(begun));
  EXPECT_TRUE(turn.takes(begun + milliseconds{19}));
  EXPECT_FALSE(turn.takes(begun + milliseconds{20}));
}

TEST(Turn, TakesOneHoweverLongWhatCameBeforeTook) {
  const Turn::Instant begun{milliseconds{1'000}};
  Turn turn(limits, begun);
  EXPECT_TRUE(turn.takes(begun + milliseconds{500}));
  EXPECT_FALSE(turn.takes(begun + milliseconds{500}));
}

}  // namespace
}  // namespace centime::runtime
