// Networks whose validators change while they run: real nodes, links, stores.
#include "node/runtime/epochs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "node/proof/checkpoint.h"
#include "tests/runtime/crash_network.h"
#include "tests/runtime/several_nodes.h"

namespace centime::runtime {
namespace {

using test::crash_key;
using test::eventually;
using test::SeveralNodes;

std::uint64_t epoch_of(SeveralNodes& nodes, std::size_t i) {
  return nodes.node(i).published()->snapshot->governance()->epoch.epoch;
}

// All that run are in this epoch, at one block.
bool all_in_epoch(SeveralNodes& nodes, std::uint64_t epoch) {
  return eventually([&] {
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      if (nodes.running(i) && epoch_of(nodes, i) != epoch) return false;
    }
    return true;
  });
}

bool has_role(SeveralNodes& nodes, std::size_t i, ReplicaRole role) {
  return eventually([&] { return nodes.node(i).agreement()->role == role; });
}

// A reference that no test repeats.
ledger::Reference next_reference() {
  static int count = 0;
  return {"g-" + std::to_string(++count)};
}

ledger::RecordId id_of(const SubmitResult& result) { return result->ids.front(); }

// Members `validators` vote from now on; those in `approving` say so, the first as its author.
void change_validators(SeveralNodes& nodes, std::size_t at,
                       const std::vector<std::size_t>& validators,
                       const std::vector<std::size_t>& approving) {
  const std::uint64_t epoch = epoch_of(nodes, at);
  ledger::ValidatorChange change{epoch, {}, {}};
  for (const std::size_t i : validators) change.validators.items.push_back({nodes.name(i)});
  const auto proposed = nodes.submit(at, nodes.name(approving.front()), {next_reference(), change});
  ASSERT_TRUE(proposed);
  for (const std::size_t i : approving) {
    if (i == approving.front()) continue;
    ASSERT_TRUE(
        nodes.submit(at, nodes.name(i), {next_reference(), ledger::Approval{id_of(proposed), {}}}));
  }
  ASSERT_TRUE(all_in_epoch(nodes, epoch + 1));
}

// Whoever trusts the network as it began comes to those who vote now, and they signed.
void expect_proven(SeveralNodes& nodes, std::size_t i, std::size_t changes) {
  Node& node = nodes.node(i);
  std::string why;
  EXPECT_TRUE(eventually([&] {
    const auto certified = node.certified_or_newest();
    const auto trusted = proof::follow_epochs(node.genesis(), epoch_links(*certified->snapshot),
                                              proof::policy_of(node.genesis()));
    if (!trusted) {
      why = trusted.error().detail;
      return false;
    }
    // Until a quorum's lines are here, the node shows what it alone has signed.
    const auto checkpoint = proof::verify_checkpoint(certified->checkpoint(), trusted->policy);
    if (!checkpoint) {
      why = checkpoint.error().detail;
      return false;
    }
    return certified->snapshot->head().height == node.published()->snapshot->head().height &&
           trusted->changes == changes && trusted->epoch == sealing_epoch(*certified->snapshot) &&
           checkpoint->cosigners.size() >= trusted->epoch.quorum;
  })) << "node "
      << i << ": " << why;
}

TEST(Epochs, AFollowerBecomesAValidatorWhileAllRun) {
  SeveralNodes nodes(4, 5);
  nodes.open_all();
  nodes.set_up_fund();
  change_validators(nodes, 0, {0, 1, 2, 3, 4}, {0, 1, 2, 4});
  ASSERT_TRUE(nodes.donate(1, 0));
  ASSERT_TRUE(nodes.agree(8));
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_TRUE(has_role(nodes, i, ReplicaRole::validator)) << i;
    EXPECT_EQ(nodes.node(i).agreement()->quorum, 4U);
    expect_proven(nodes, i, 1);
  }
  // Four of five decide: the new one has to be among them.
  nodes.close(1);
  ASSERT_TRUE(nodes.donate(0, 10));
  ASSERT_TRUE(nodes.donate(4, 20));
  nodes.open(1);
  ASSERT_TRUE(nodes.agree(10));
}

TEST(Epochs, TheClosingBlockItselfIsSignedByAQuorum) {
  SeveralNodes nodes(4, 5);
  nodes.open_all();
  change_validators(nodes, 0, {0, 1, 2, 4}, {0, 1, 2, 4});
  for (std::size_t i = 0; i < 5; ++i) expect_proven(nodes, i, 0);
  EXPECT_TRUE(has_role(nodes, 3, ReplicaRole::follower));
  EXPECT_TRUE(has_role(nodes, 4, ReplicaRole::validator));
}

TEST(Epochs, AValidatorRotatesItsKeyAndVotesWithTheNewOne) {
  SeveralNodes nodes(4);
  nodes.open_all();
  nodes.set_up_fund();
  nodes.rotate_key(0, 1, "a second key");
  ASSERT_TRUE(all_in_epoch(nodes, 1));
  ASSERT_TRUE(has_role(nodes, 1, ReplicaRole::follower)) << "it holds the old key only";
  ASSERT_TRUE(nodes.donate(0, 0)) << "the other three are a quorum";
  nodes.close(1);
  nodes.open(1);
  ASSERT_TRUE(has_role(nodes, 1, ReplicaRole::validator));
  nodes.close(2);
  ASSERT_TRUE(nodes.donate(0, 10)) << "it is needed now";
  nodes.open(2);
  ASSERT_TRUE(nodes.agree(6));
  expect_proven(nodes, 3, 1);
}

// The block behind which a key changed is signed with the key of before. Who is opened with the new
// one must sign it all the same where it is needed, or nobody could verify anything until the next
// record.
TEST(Epochs, WhoIsOpenedWithItsNewKeySignsTheBlockBeforeIt) {
  SeveralNodes nodes(2, 3);
  nodes.open_all();
  nodes.set_up_fund();
  nodes.rotate_key(0, 1, "a second key");
  ASSERT_TRUE(all_in_epoch(nodes, 1));
  nodes.close_all();
  nodes.open_all();
  for (std::size_t i = 0; i < nodes.size(); ++i) expect_proven(nodes, i, 0);
}

// It hears one of four validators, and three of them sign.
TEST(Epochs, AFollowerWithOneLinkHasTheSignedCheckpoint) {
  SeveralNodes nodes(4, 5);
  for (std::size_t i = 0; i < 4; ++i) nodes.open(i);
  nodes.set_up_fund();
  nodes.open_linked(4, {2});
  ASSERT_TRUE(nodes.agree(nodes.height(0)));
  expect_proven(nodes, 4, 0);
  ASSERT_TRUE(nodes.donate(0, 0));
  ASSERT_TRUE(nodes.agree(nodes.height(0)));
  expect_proven(nodes, 4, 0);
  // The same where the epoch is another than the follower has come to.
  nodes.close(4);
  change_validators(nodes, 0, {1, 0, 2, 3}, {0, 1, 2});
  nodes.open_linked(4, {2});
  ASSERT_TRUE(nodes.agree(nodes.height(0)));
  expect_proven(nodes, 4, 0);
}

// Of all who voted in the epoch that it knows, nobody is there any more.
TEST(Epochs, WhoWasAwayWhileAllThatVotedLeftTakesItFromOthers) {
  SeveralNodes nodes(2, 5);
  nodes.open_all();
  nodes.set_up_fund();
  ASSERT_TRUE(nodes.agree(3));
  nodes.close(3);
  change_validators(nodes, 0, {2, 4}, {0, 1, 2, 4});
  ASSERT_TRUE(nodes.donate(2, 0));
  change_validators(nodes, 2, {4}, {2, 4});
  ASSERT_TRUE(nodes.donate(4, 10));
  for (const std::size_t gone : {0, 1, 2}) nodes.close(gone);
  ASSERT_TRUE(nodes.donate(4, 20));
  nodes.open(3);
  ASSERT_TRUE(nodes.agree(nodes.height(4)));
  EXPECT_EQ(epoch_of(nodes, 3), 2U);
  ASSERT_TRUE(nodes.donate(3, 30));
  expect_proven(nodes, 3, 2);
}

// Over the link of its old key it hears that the key is another, however few others there are.
TEST(Epochs, AFollowerTakesANewKeyAndGoesOn) {
  for (const std::size_t validators : {1, 4}) {
    SeveralNodes nodes(validators, 5);
    nodes.open_all();
    nodes.set_up_fund();
    const std::size_t follower = 4;
    ASSERT_TRUE(nodes.agree(3)) << "all are linked";
    nodes.rotate_key(0, follower, "a second key");
    ASSERT_TRUE(nodes.agree(4)) << "of " << validators;
    nodes.close(follower);
    nodes.open(follower);
    ASSERT_TRUE(nodes.donate(follower, 0)) << "of " << validators;
    ASSERT_TRUE(nodes.agree(5)) << "of " << validators;
  }
}

TEST(Epochs, WhoWasAwayOrHasNothingComesThroughAllEpochs) {
  SeveralNodes nodes(4, 5);
  nodes.open_all();
  nodes.set_up_fund();
  nodes.close(3);
  nodes.close(4);
  change_validators(nodes, 0, {1, 0, 2, 3}, {0, 1, 2});
  ASSERT_TRUE(nodes.donate(0, 0, 5));
  change_validators(nodes, 0, {2, 1, 0, 3}, {0, 1, 2});
  ASSERT_TRUE(nodes.donate(1, 10, 5));
  nodes.wipe(4);
  nodes.open(3);
  nodes.open(4);
  ASSERT_TRUE(all_in_epoch(nodes, 2));
  ASSERT_TRUE(nodes.agree(10));
  ASSERT_TRUE(has_role(nodes, 3, ReplicaRole::validator));
  EXPECT_TRUE(has_role(nodes, 4, ReplicaRole::follower));
  nodes.close(0);
  ASSERT_TRUE(nodes.donate(1, 20)) << "the one that was away votes again";
  expect_proven(nodes, 3, 2);
  expect_proven(nodes, 4, 2);
}

// The signatures under the newest block come once, while the newcomer is still in the first epoch.
TEST(Epochs, ANewcomerToAnIdleNetworkHasTheSignedCheckpoint) {
  for (const bool closed_last : {false, true}) {
    SeveralNodes nodes(4, 5);
    for (std::size_t i = 0; i < 4; ++i) nodes.open(i);
    nodes.set_up_fund();
    change_validators(nodes, 0, {1, 0, 2, 3}, {0, 1, 2});
    change_validators(nodes, 0, {2, 1, 0, 3}, {0, 1, 2});
    if (!closed_last) {
      ASSERT_TRUE(nodes.donate(0, 0));
    }
    ASSERT_TRUE(nodes.agree(nodes.height(0)));
    nodes.open(4);
    ASSERT_TRUE(nodes.agree(nodes.height(0)));
    expect_proven(nodes, 4, closed_last ? 1 : 2);
  }
}

TEST(Epochs, AValidatorThatLostItsDiskVotesAgainInALaterEpoch) {
  SeveralNodes nodes(4);
  nodes.open_all();
  nodes.set_up_fund();
  change_validators(nodes, 0, {3, 1, 2, 0}, {0, 1, 2});
  ASSERT_TRUE(nodes.donate(0, 0));
  nodes.close(2);
  nodes.wipe(2);
  nodes.open(2);
  ASSERT_TRUE(all_in_epoch(nodes, 1));
  std::uint64_t gift = 10;
  ASSERT_TRUE(eventually([&] {
    if (nodes.node(2).agreement()->role == ReplicaRole::validator) return true;
    return nodes.donate(0, gift += 10).has_value() && false;
  }));
  // It abstains from the views in which it may have voted: the others have to pass these.
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(nodes.donate(0, gift += 10));
  nodes.close(0);
  ASSERT_TRUE(nodes.donate(1, 5'000));
}

TEST(Epochs, AllStopAndStartAgainAfterAnEpochHasEnded) {
  SeveralNodes nodes(4, 5);
  nodes.open_all();
  nodes.set_up_fund();
  change_validators(nodes, 0, {4, 0, 1, 2}, {0, 1, 2, 4});
  nodes.close_all();
  nodes.open_all();
  ASSERT_TRUE(all_in_epoch(nodes, 1));
  ASSERT_TRUE(nodes.donate(3, 0)) << "told to one without a vote";
  ASSERT_TRUE(nodes.agree(8));
  for (std::size_t i = 0; i < 5; ++i) expect_proven(nodes, i, 1);
  const auto entries = [&] {
    nodes.close_all();
    return test::entries_of(nodes.directory(4));
  }();
  EXPECT_EQ(entries, test::entries_of(nodes.directory(0)));
}

TEST(Epochs, ANetworkOfOneIsFollowedAndBecomesOneOfFour) {
  SeveralNodes nodes(1, 4);
  nodes.open_all();
  nodes.set_up_fund();
  ASSERT_TRUE(nodes.donate(2, 0)) << "a follower hands it on";
  ASSERT_TRUE(nodes.agree(4));
  for (std::size_t i = 1; i < 4; ++i) EXPECT_TRUE(has_role(nodes, i, ReplicaRole::follower)) << i;
  change_validators(nodes, 0, {0, 1, 2, 3}, {0, 1, 2, 3});
  for (std::size_t i = 0; i < 4; ++i) EXPECT_TRUE(has_role(nodes, i, ReplicaRole::validator)) << i;
  ASSERT_TRUE(nodes.donate(1, 10));
  nodes.close(0);
  ASSERT_TRUE(nodes.donate(1, 20)) << "without the one that was alone";
  nodes.open(0);
  change_validators(nodes, 1, {3}, {1, 2, 3});
  ASSERT_TRUE(nodes.donate(2, 30)) << "and back to one";
  ASSERT_TRUE(nodes.agree(8));
  expect_proven(nodes, 0, 2);
}

// Each round another node is away while the validators change, and the one before comes back.
TEST(Epochs, EndWhileNodesComeAndGo) {
  SeveralNodes nodes(4, 5);
  nodes.open_all();
  nodes.set_up_fund();
  std::mt19937 random(11);
  std::vector<std::size_t> voting{0, 1, 2, 3};
  std::uint64_t gift = 0;
  for (std::size_t round = 0; round < 5; ++round) {
    const std::size_t away = random() % nodes.size();
    nodes.close(away);
    const std::size_t at = (away + 1) % nodes.size();
    std::vector<std::size_t> next{0, 1, 2, 3, 4};
    std::ranges::shuffle(next, random);
    if (round % 2 == 0) next.pop_back();
    if (next == voting) std::swap(next[0], next[1]);
    std::vector<std::size_t> approving = voting;
    for (const std::size_t i : next) {
      if (std::ranges::find(approving, i) == approving.end()) approving.push_back(i);
    }
    const std::uint64_t epoch = epoch_of(nodes, at);
    // Whoever is away signs all the same: here the test has the keys. The last approvals are not
    // needed any more.
    ledger::ValidatorChange change{epoch, {}, {}};
    for (const std::size_t i : next) change.validators.items.push_back({nodes.name(i)});
    const auto proposed =
        nodes.submit(at, nodes.name(approving.front()), {next_reference(), change});
    ASSERT_TRUE(proposed);
    for (std::size_t i = 1; i < approving.size() && epoch_of(nodes, at) == epoch; ++i) {
      nodes.submit(at, nodes.name(approving[i]),
                   {next_reference(), ledger::Approval{id_of(proposed), {}}});
    }
    ASSERT_TRUE(eventually([&] { return epoch_of(nodes, at) == epoch + 1; })) << round;
    voting = next;
    if (round % 3 == 0) nodes.wipe(away);
    nodes.open(away);
    ASSERT_TRUE(nodes.donate(at, gift += 10)) << round;
    ASSERT_TRUE(all_in_epoch(nodes, epoch + 1)) << round;
    // Whoever lost its disk counts as away until it has learnt where the others are.
    ASSERT_TRUE(eventually([&] {
      if (nodes.node(away).agreement()->role != ReplicaRole::waiting) return true;
      return nodes.donate(at, gift += 10).has_value() && false;
    })) << round;
  }
  ASSERT_TRUE(nodes.donate(2, 10'000));
  ASSERT_TRUE(nodes.agree(nodes.height(2)));
  for (std::size_t i = 0; i < nodes.size(); ++i) expect_proven(nodes, i, 5);
}

// Nobody follows: the node writes by itself, and says when it has to be opened anew.
TEST(Epochs, ANodeAloneIsOpenedAnewWithItsNewKey) {
  SeveralNodes nodes(1, 2);
  nodes.open_alone(0);
  ASSERT_TRUE(nodes.submit(
      0, "platform", {{"c"}, ledger::ChannelRecord{{"web"}, ledger::ChannelKind::web, {"E"}}}));
  nodes.rotate_key(0, 0, "a second key");
  ASSERT_TRUE(eventually([&] { return nodes.asked_to_reopen(0); }));
  const auto refused = nodes.submit(
      0, "platform", {{"d"}, ledger::ChannelRecord{{"till"}, ledger::ChannelKind::till, {"E"}}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(std::get<Unavailable>(refused.error()), Unavailable::stopping);
  nodes.close(0);
  nodes.open_alone(0);
  expect_proven(nodes, 0, 0);
  EXPECT_TRUE(nodes.submit(
      0, "platform", {{"d"}, ledger::ChannelRecord{{"till"}, ledger::ChannelKind::till, {"E"}}}));
  EXPECT_EQ(epoch_of(nodes, 0), 1U);
  expect_proven(nodes, 0, 1);
}

}  // namespace
}  // namespace centime::runtime
