#include "node/runtime/key_doubt.h"

#include <gtest/gtest.h>

namespace centime::runtime {
namespace {

using namespace std::chrono_literals;
using network::LinkWord;

class KeyDoubtTest : public ::testing::Test {
 protected:
  KeyDoubtTest() { counters_.peers.resize(2); }

  bool after(std::chrono::milliseconds time) {
    now_ += time;
    return doubt_.look(counters_, now_);
  }
  static std::uint64_t& refusals(network::WordCounts& words) {
    return words[static_cast<std::size_t>(LinkWord::refused_by_peer)];
  }

  KeyDoubt doubt_{5s};
  network::Counters counters_;
  std::chrono::steady_clock::time_point now_{1h};
};

TEST_F(KeyDoubtTest, ComesWhereSomebodyRefusesTheKeyAndNobodyTakesIt) {
  EXPECT_FALSE(after(0s));
  refusals(counters_.peers[1].words) = 1;
  EXPECT_FALSE(after(4'999ms)) << "the other may yet take it";
  EXPECT_TRUE(after(1ms));
  EXPECT_FALSE(after(1h)) << "nobody has refused it since";
  refusals(counters_.peers[1].words) = 2;
  EXPECT_TRUE(after(0s));
}

TEST_F(KeyDoubtTest, ComesLessOftenTheLongerItLasts) {
  EXPECT_FALSE(after(0s));
  for (const auto wait : {5s, 10s, 20s, 40s, 80s, 160s, 320s, 600s, 600s}) {
    ++refusals(counters_.peers[0].words);
    EXPECT_FALSE(after(wait - 1ms));
    EXPECT_TRUE(after(1ms)) << wait.count();
  }
}

TEST_F(KeyDoubtTest, ComesWhereTheOthersDialAndFindAKeyThatTheyDoNotKnow) {
  EXPECT_FALSE(after(0s));
  refusals(counters_.strangers) = 3;
  EXPECT_TRUE(after(5s));
}

TEST_F(KeyDoubtTest, DoesNotComeWhereNobodyIsReached) {
  EXPECT_FALSE(after(0s));
  counters_.peers[0].words[static_cast<std::size_t>(LinkWord::connect_failed)] = 9;
  EXPECT_FALSE(after(1h));
}

TEST_F(KeyDoubtTest, DoesNotComeWhileOneTakesTheKeyAndForgetsWhatWasRefusedTillThen) {
  EXPECT_FALSE(after(0s));
  counters_.peers[0].connected = true;
  refusals(counters_.peers[1].words) = 7;
  EXPECT_FALSE(after(1h));
  counters_.peers[0].connected = false;
  EXPECT_FALSE(after(1h));
  refusals(counters_.peers[1].words) = 8;
  EXPECT_TRUE(after(1s));
  counters_.peers[0].connected = true;
  EXPECT_FALSE(after(1s));
  counters_.peers[0].connected = false;
  refusals(counters_.peers[0].words) = 1;
  EXPECT_FALSE(after(1s));
  EXPECT_TRUE(after(9s)) << "and again after a link";
}

}  // namespace
}  // namespace centime::runtime
