// The wrong rule that too few seeds show, switched on in one engine.
#include <gtest/gtest.h>

#include "consensus/mutation.h"
#include "tests/consensus/lone_engine.h"
#include "tests/consensus/two_blocks.h"

namespace centime::consensus {
namespace {

using namespace test;

TEST(WrongRule, FinalRepeatedGivesViewsUpForNothing) {
  for (const Mutation mutation : {Mutation::none, Mutation::final_repeated}) {
    active_mutation = mutation;
    LoneEngine lone(3);
    lone.execute(lone.propose({1}, value_one, one));
    lone.execute(lone.certificate(N, {1}, value_one));
    lone.certificate(F, {1}, value_one);
    ASSERT_EQ(lone.engine.fin().height, BlockHeight{1});
    lone.certificate(N, {2}, value_of({1}, one));
    ASSERT_EQ(lone.engine.view(), View{3});
    EXPECT_EQ(sent_votes(lone.wait(60'000), L).empty(), mutation == Mutation::none);
  }
}

}  // namespace
}  // namespace centime::consensus
