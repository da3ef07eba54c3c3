// The places of members that a node was introduced to, and whose records it does not have yet.
#include <gtest/gtest.h>

#include "tests/runtime/replicas.h"

namespace centime::runtime {
namespace {

constexpr std::size_t behind = 3;

// Links go by places: a place that went from one member to another would make the link of the one
// the other's.
TEST(IntroducedPlaces, StayWhenAnotherOfThemJoins) {
  Replicas net(validators);
  net.open_fund();
  ledger::EpochRecord later;
  later.epoch = 1;
  for (const char* member : {"early", "late"})
    later.validators.items.push_back({{member}, crash_key(member).public_key()});
  net.later = later;
  net.restart(behind);
  net.settle();
  const auto early = net.place_of(behind, "early"), late = net.place_of(behind, "late");
  ASSERT_TRUE(early && late);
  EXPECT_NE(early, late);

  const auto proposed = net.tell(
      0, "platform",
      ledger::Record{
          {"joins"},
          ledger::MemberProposal{
              {"early"}, {"Early"}, ledger::Role::platform, crash_key("early").public_key(), {}}});
  net.live();
  ASSERT_TRUE(proposed->has_value() && (*proposed)->has_value());
  const ledger::RecordId id = (**proposed)->ids.front();
  for (const std::size_t i : {1U, 2U}) {
    net.tell(0, Replicas::name(i), ledger::Record{{"joins"}, ledger::Approval{id, {}}});
    net.live();
  }
  EXPECT_NE(net.place_of(behind, "early"), early) << "it has the ledger's place now";
  EXPECT_EQ(net.place_of(behind, "late"), late);
}

}  // namespace
}  // namespace centime::runtime
