#include "node/runtime/wasted_work.h"

#include <gtest/gtest.h>

namespace centime::runtime {
namespace {

constexpr std::size_t whole = ledger::block_reads_max;
const consensus::PeerIndex seven = 7, eight = 8;

TEST(WastedWork, EachWaySpendsWhatAnAuthorMayWasteThereAlone) {
  WastedWork wasted;
  wasted.add({Client{"192.0.2.7"}, {"platform"}}, whole);
  wasted.add({seven, {"platform"}}, whole);
  EXPECT_TRUE(wasted.is_spent({Client{"192.0.2.7"}, {"platform"}}));
  EXPECT_TRUE(wasted.is_spent({seven, {"platform"}}));
  EXPECT_FALSE(wasted.is_spent({Client{"192.0.2.7"}, {"ngo"}}));
  EXPECT_FALSE(wasted.is_spent({Client{"192.0.2.8"}, {"platform"}}));
  EXPECT_FALSE(wasted.is_spent({seven, {"ngo"}}));
  EXPECT_FALSE(wasted.is_spent({eight, {"platform"}}));
  EXPECT_FALSE(wasted.is_spent({Own{}, {"platform"}}));
}

TEST(WastedWork, AWayBringsFourTimesAsMuchOfWhomever) {
  WastedWork wasted;
  for (const std::string author : {"a", "b", "c", "d"}) {
    EXPECT_FALSE(wasted.is_spent({seven, {"e"}}));
    wasted.add({seven, {author}}, whole);
  }
  EXPECT_TRUE(wasted.is_spent({seven, {"e"}}));
  EXPECT_TRUE(wasted.is_spent({seven, {}}));
  EXPECT_FALSE(wasted.is_spent({eight, {"e"}}));
}

TEST(WastedWork, AllClientsAreOneWayInThis) {
  WastedWork wasted;
  for (const std::string address : {"1", "2", "3", "4"}) {
    EXPECT_FALSE(wasted.is_spent({Client{"5"}, {"platform"}}));
    wasted.add({Client{address}, {"platform"}}, whole);
  }
  EXPECT_TRUE(wasted.is_spent({Client{"5"}, {"platform"}}));
  EXPECT_FALSE(wasted.is_spent({seven, {"platform"}}));
  wasted.add({Own{}, {"platform"}}, whole - 1);
  EXPECT_FALSE(wasted.is_spent({Own{}, {"platform"}}));
}

TEST(WastedWork, IsForgivenEveryTenSeconds) {
  WastedWork wasted;
  wasted.forgive(1'000'000);
  for (const std::string author : {"a", "b", "c", "d"}) wasted.add({seven, {author}}, whole);
  wasted.forgive(1'009'999);
  EXPECT_TRUE(wasted.is_spent({seven, {"e"}}));
  wasted.forgive(1'010'000);
  EXPECT_FALSE(wasted.is_spent({seven, {"e"}}));
  EXPECT_FALSE(wasted.is_spent({seven, {"a"}}));
}

}  // namespace
}  // namespace centime::runtime
