// A leader that has no ear for one member's submissions: another leader has.
#include <gtest/gtest.h>

#include "tests/runtime/replicas.h"

namespace centime::runtime {
namespace {

constexpr std::size_t censor = 0, ngo = 1;

// What is told to the one is never sent to the other, which goes on to make blocks of all else.
TEST(Censor, WhatOneLeaderLeavesOutIsInAnothersBlockWithinOneRound) {
  Replicas net(validators);
  net.open_fund();
  const auto ignored = [](const Sent& sent) {
    return sent.to == censor && sent.frame.kind == submission_frame;
  };
  for (std::uint64_t round = 0; round < 5; ++round) {
    const std::string fund = "f" + std::to_string(round);
    const auto mine =
        net.tell(ngo, Replicas::name(ngo),
                 ledger::Record{{fund}, ledger::FundProposal{{fund}, {fund}, {"Water"}, {}, {}}});
    std::uint64_t blocks = 0;
    for (; blocks <= validators && !mine->has_value(); ++blocks) {
      const auto other =
          net.tell(censor, "platform", test::crash_donation(100 * round + blocks + 1));
      for (int i = 0; i < 500 && !other->has_value(); ++i) net.pass(milliseconds(10), ignored);
      ASSERT_TRUE(other->has_value() && (*other)->has_value());
      net.settle(ignored);
    }
    ASSERT_TRUE(mine->has_value() && (*mine)->has_value()) << round;
    EXPECT_LE(blocks, validators);
  }
  EXPECT_FALSE(net.take_held().empty()) << "it was not told";
}

}  // namespace
}  // namespace centime::runtime
