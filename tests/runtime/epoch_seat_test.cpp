#include "node/runtime/epoch_seat.h"

#include <gtest/gtest.h>

#include "tests/support/ledger_world.h"

namespace centime::runtime {
namespace {

using consensus::Status;

ledger::EpochRecord epoch_of(std::uint64_t number, const std::vector<std::string>& members) {
  ledger::EpochRecord record{number, {}, ledger::quorum_of(members.size())};
  for (const std::string& each : members) {
    record.validators.items.push_back({{each}, test::fixed_key(each).public_key()});
  }
  return record;
}

Status at_view(std::uint64_t view, std::uint64_t height = 0) {
  Status status;
  status.view = {view};
  status.fin_height = {height};
  return status;
}

EpochSeat seat(const std::string& member, Past past) {
  return {{member}, test::fixed_key(member).public_key(), past};
}

TEST(EpochSeat, BelongsToTheKeyOfTheEpoch) {
  const ledger::EpochRecord epoch = epoch_of(0, {"a", "b", "c", "d"});
  EXPECT_EQ(seat_of(epoch, {"c"}, test::fixed_key("c").public_key()), 2);
  EXPECT_EQ(seat_of(epoch, {"c"}, test::fixed_key("c, second").public_key()), std::nullopt);
  EXPECT_EQ(seat_of(epoch, {"e"}, test::fixed_key("e").public_key()), std::nullopt);
}

TEST(EpochSeat, ANewNetworkVotesOnceAsManyAreThereAsProgressNeeds) {
  EpochSeat b = seat("b", Past::fresh);
  b.enter(epoch_of(0, {"a", "b", "c", "d"}));
  EXPECT_TRUE(b.silent() && !b.rejoins() && !b.known());
  EXPECT_FALSE(b.decide({}, {1}));
  b.hear(0, at_view(1));
  b.hear(0, at_view(1));
  EXPECT_FALSE(b.decide({}, {1})) << "one tells twice";
  b.hear(3, at_view(1));
  EXPECT_TRUE(b.decide({}, {1}));
  EXPECT_TRUE(b.known() && !b.silent() && !b.rejoins());
  EXPECT_EQ(b.take_told().size(), 2U);
  EXPECT_FALSE(b.decide({}, {1})) << "once";
}

TEST(EpochSeat, ANewStoreRejoinsOnceItIsShownThatOthersAreFurther) {
  consensus::Finalized final;
  final.view = {1};
  final.height = {7};
  for (const auto& [fin, view] : {std::pair(consensus::Finalized{}, consensus::View{2}),
                                  std::pair(final, consensus::View{1})}) {
    EpochSeat b = seat("b", Past::fresh);
    b.enter(epoch_of(0, {"a", "b", "c", "d"}));
    b.hear(0, at_view(1));
    EXPECT_TRUE(b.decide(fin, view));
    EXPECT_TRUE(b.rejoins() && !b.known() && !b.silent());
    b.rejoined();
    EXPECT_TRUE(b.known() && !b.rejoins());
  }
}

TEST(EpochSeat, NobodyKeepsANewNetworkFromStartingByALie) {
  for (const Status& lie : {at_view(5), at_view(1, 7)}) {
    EpochSeat b = seat("b", Past::fresh);
    b.enter(epoch_of(0, {"a", "b", "c", "d"}));
    b.hear(2, lie);
    b.hear(0, at_view(1));
    EXPECT_FALSE(b.decide({}, {1})) << "who says that it is further is none of those beside";
    b.hear(3, at_view(1));
    EXPECT_TRUE(b.decide({}, {1}));
    EXPECT_TRUE(b.known() && !b.rejoins());
  }
}

TEST(EpochSeat, WhoLostVotesRejoinsInThatEpochAndAsksInTheNext) {
  EpochSeat b = seat("b", Past::lost);
  b.enter(epoch_of(0, {"a", "b", "c", "d"}));
  EXPECT_TRUE(b.rejoins() && !b.silent());
  b.enter(epoch_of(1, {"d", "a", "b", "c"}));
  EXPECT_TRUE(!b.rejoins() && b.silent());
  EXPECT_EQ(b.index(), 2);
  b.enter(epoch_of(2, {"a", "c", "d", "e"}));
  EXPECT_TRUE(!b.rejoins() && !b.silent() && !b.index());
}

TEST(EpochSeat, WhatIsKnownStaysKnown) {
  EpochSeat b = seat("b", Past::known);
  b.enter(epoch_of(0, {"a", "b", "c", "d"}));
  EXPECT_TRUE(b.known() && !b.silent() && !b.rejoins());
  b.enter(epoch_of(1, {"d", "a", "b", "c"}));
  EXPECT_TRUE(b.known() && !b.silent() && !b.rejoins());
}

TEST(EpochSeat, TheOnlyValidatorAsksThoseWhoFollow) {
  for (const Past past : {Past::lost, Past::fresh}) {
    EpochSeat a = seat("a", past);
    a.enter(epoch_of(0, {"a"}));
    EXPECT_TRUE(a.asks_followers() && a.silent() && !a.known() && !a.rejoins());
    EXPECT_FALSE(a.decide({}, {1})) << "there is no quorum to hear from";
    a.trust_followers();
    EXPECT_TRUE(a.known() && !a.asks_followers() && !a.silent() && !a.rejoins());
    a.enter(epoch_of(1, {"a", "b", "c", "d"}));
    EXPECT_TRUE(a.known()) << "and stays so";
  }
  EpochSeat known = seat("a", Past::known);
  known.enter(epoch_of(0, {"a"}));
  EXPECT_TRUE(known.known() && !known.asks_followers() && !known.silent());
}

}  // namespace
}  // namespace centime::runtime
