// Whom a node asks that is behind.
#include "consensus/sources.h"

#include <gtest/gtest.h>

namespace centime::consensus {
namespace {

constexpr BlockHeight here{10};
constexpr BlockHeight ahead{20};

TEST(Sources, TakeTurnsAndAskTheValidatorsWhenNobodyTold) {
  Sources sources(4, 1);
  const std::vector<PeerIndex> turns{2, 3, 0, 2, 3, 0};
  for (const PeerIndex peer : turns) EXPECT_EQ(sources.next(here), peer);
  EXPECT_EQ(Sources(1, 0).next(here), std::nullopt);
}

TEST(Sources, PreferWhoToldOfMoreWhetherItVotesOrNot) {
  Sources sources(4, {});
  sources.told(2, ahead, here);
  sources.told(40, ahead, here);
  sources.told(41, here, here);
  EXPECT_EQ(sources.next(here), 2);
  EXPECT_EQ(sources.next(here), 40);
  EXPECT_EQ(sources.next(here), 2);
  EXPECT_EQ(sources.next(ahead), 3) << "nobody told of more than that";
  EXPECT_EQ(sources.all(2, here), (std::vector<PeerIndex>{2, 3, 0, 1, 40}));
  EXPECT_EQ(sources.all(0, ahead), (std::vector<PeerIndex>{0, 1, 2, 3}));
}

TEST(Sources, AskNobodyOnAndOnThatGivesNothingWhileAnotherGives) {
  Sources sources(4, {});
  for (PeerIndex liar = 100; liar < 130; ++liar) sources.told(liar, BlockHeight{~0ULL}, here);
  sources.told(50, ahead, here);
  int in_vain = 0;
  for (int parts = 0; parts < 1'000;) {
    if (*sources.next(here) == 50) {
      ++parts;
      sources.gave(50);
    } else {
      ++in_vain;
    }
  }
  EXPECT_LE(in_vain, 31);
}

// It may have been away for an hour, as all were: who is new must not keep it waiting as long.
TEST(Sources, ForgiveSoonWhoGaveNothing) {
  Sources sources(4, {});
  sources.told(50, ahead, here);
  for (int i = 0; i < 10'000; ++i) EXPECT_EQ(sources.next(here), 50);
  sources.told(60, ahead, here);
  int before = 0;
  while (*sources.next(here) != 50) ++before;
  EXPECT_LE(before, 4);
}

TEST(Sources, KeepABoundedNumberAndDropWhoIsNotAheadAnyMore) {
  Sources sources(4, {});
  for (PeerIndex peer = 100; peer < 100 + 2 * Sources::others_max; ++peer)
    sources.told(peer, ahead, here);
  EXPECT_EQ(sources.all(0, here).size(), 4 + Sources::others_max);
  sources.told(50, {30}, ahead);
  EXPECT_EQ(sources.all(0, ahead), (std::vector<PeerIndex>{0, 1, 2, 3, 50}));
}

}  // namespace
}  // namespace centime::consensus
