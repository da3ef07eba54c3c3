// A network's only validator whose store was put back or lost: real nodes, links, stores.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "node/runtime/accepted_store.h"
#include "tests/runtime/several_nodes.h"

namespace centime::runtime {
namespace {

using test::eventually;
using test::SeveralNodes;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// Longer than it waits for what followers say.
constexpr std::chrono::seconds patience{12};

class OnlyValidator : public ::testing::Test {
 protected:
  void SetUp() override {
    nodes_.open_all();
    nodes_.set_up_fund();
    ASSERT_TRUE(nodes_.donate(0, 0));
    ASSERT_TRUE(nodes_.agree(4));
    nodes_.close(0);
    nodes_.back_up(0);
    nodes_.open(0);
    ASSERT_TRUE(nodes_.votes(0)) << "its store is whole";
    for (std::uint64_t i = 1; i <= 40; ++i) ASSERT_TRUE(nodes_.donate(0, 10 * i));
    ASSERT_TRUE(nodes_.agree(44));
  }

  // What was final before is what goes on.
  void expect_goes_on(std::uint64_t height) {
    nodes_.open_all();
    ASSERT_TRUE(nodes_.votes(0));
    EXPECT_EQ(nodes_.height(0), height);
    ASSERT_TRUE(nodes_.donate(0, 10'000));
    // A node judges by what is final there.
    ASSERT_TRUE(nodes_.agree(height + 1));
    ASSERT_TRUE(nodes_.donate(1, 20'000));
    ASSERT_TRUE(nodes_.agree(height + 2));
    for (std::size_t i = 0; i < nodes_.size(); ++i)
      EXPECT_EQ(nodes_.node(i).agreement()->alarm, std::nullopt) << i;
    // Its past is known from now on: it asks nobody.
    nodes_.close_all();
    nodes_.open(0);
    EXPECT_TRUE(nodes_.votes(0));
  }

  SeveralNodes nodes_{1, 3};
};

TEST_F(OnlyValidator, WhoseOldStoreWasPutBackHasItsBlocksAgainFromThoseWhoFollow) {
  nodes_.close(0);
  nodes_.put_back(0);
  nodes_.open(0);
  expect_goes_on(44);
}

TEST_F(OnlyValidator, WhoseDiskWasLostHasItsBlocksAgainFromThoseWhoFollow) {
  nodes_.close(0);
  nodes_.wipe(0);
  nodes_.open(0);
  expect_goes_on(44);
}

TEST_F(OnlyValidator, SignsNothingFromAnOldStoreWhileNobodyAnswers) {
  nodes_.close_all();
  nodes_.put_back(0);
  nodes_.open(0);
  EXPECT_FALSE(eventually([&] { return nodes_.node(0).agreement()->role != ReplicaRole::waiting; },
                          patience));
  EXPECT_EQ(nodes_.height(0), 4U);
  // A follower comes, and has them.
  nodes_.open(1);
  expect_goes_on(44);
}

TEST_F(OnlyValidator, GoesOnFromAnOldStoreWhereAPersonSaysSo) {
  nodes_.close_all();
  nodes_.put_back(0);
  const ledger::MemberId self{nodes_.name(0)};
  const auto higher = accept_store(nodes_.directory(0), self, {44});
  ASSERT_FALSE(higher);
  EXPECT_THAT(higher.error(), StartsWith("height_differs: the store's last block is 4"));
  ASSERT_TRUE(accept_store(nodes_.directory(0), self, {4}));
  for (std::size_t i = 1; i < nodes_.size(); ++i) nodes_.wipe(i);
  nodes_.open(0);
  expect_goes_on(4);
}

TEST_F(OnlyValidator, DoesNotEvenOpenAnOldStoreWhereItIsAlone) {
  nodes_.close_all();
  nodes_.put_back(0);
  const std::string refused = nodes_.refusal_alone(0);
  EXPECT_THAT(refused, StartsWith("past_unknown: "));
  EXPECT_THAT(refused, HasSubstr("`centime resume --data DIR --height 4`"));
  std::filesystem::remove(nodes_.directory(0) / "instance");
  EXPECT_THAT(nodes_.refusal_alone(0), StartsWith("past_unknown: "));
  ASSERT_TRUE(accept_store(nodes_.directory(0), {nodes_.name(0)}, {4}));
  nodes_.open_alone(0);
  EXPECT_TRUE(nodes_.donate(0, 10));
}

// A copy of a follower's, or of another machine's.
TEST_F(OnlyValidator, DoesNotOpenAloneAStoreThatItNeverStarted) {
  nodes_.close_all();
  std::filesystem::remove_all(nodes_.directory(0));
  std::filesystem::create_directories(nodes_.directory(0));
  std::filesystem::copy(nodes_.directory(1) / "db", nodes_.directory(0) / "db",
                        std::filesystem::copy_options::recursive);
  EXPECT_THAT(nodes_.refusal_alone(0), StartsWith("past_unknown: "));
  // With followers it finds out by itself.
  nodes_.open_all();
  expect_goes_on(44);
}

TEST(AcceptedStore, IsNoWayOutWhereOthersVote) {
  SeveralNodes nodes(4);
  const auto accepted = accept_store(nodes.directory(0), {nodes.name(0)}, {0});
  ASSERT_FALSE(accepted);
  EXPECT_THAT(accepted.error(), StartsWith("not_permitted: "));
  SeveralNodes followed(1, 2);
  const auto follower = accept_store(followed.directory(1), {followed.name(1)}, {0});
  ASSERT_FALSE(follower);
  EXPECT_THAT(follower.error(), StartsWith("not_permitted: "));
}

}  // namespace
}  // namespace centime::runtime
