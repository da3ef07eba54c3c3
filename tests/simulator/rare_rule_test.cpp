// The wrong rules that too few seeds show, switched on in one engine.
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
    ASSERT_NO_FATAL_FAILURE(notarize_final_again(lone));
    EXPECT_EQ(sent_votes(lone.wait(60'000), L).empty(), mutation == Mutation::none);
  }
}

TEST(WrongRule, ExecutedOnNothingAsksForWhatHasNoParent) {
  for (const Mutation mutation : {Mutation::none, Mutation::executed_on_nothing}) {
    active_mutation = mutation;
    LoneEngine lone(3);
    const Step step = finalize_beside_a_liars_block(lone);
    EXPECT_EQ(all<Execute>(step).empty(), mutation == Mutation::none);
  }
}

}  // namespace
}  // namespace centime::consensus
