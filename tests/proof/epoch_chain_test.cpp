// From the validators that a policy names to those that signed, over the ends of epochs.
#include "node/proof/epoch_chain.h"

#include <gtest/gtest.h>

#include "tests/proof/epoch_world.h"

namespace centime::proof {
namespace {

using test::EpochWorld;
using test::fixed_key;

const EpochWorld& world() {
  static const EpochWorld made;
  return made;
}

const ledger::Genesis& genesis() { return world().world.genesis(); }

std::string word_of(const std::expected<TrustedEpoch, ChainFault>& trusted) {
  return trusted ? "" : std::string(crypto::word_of(trusted.error().error));
}

VerifyFault fault_of(const TraceBundle& bundle, const Policy& policy = test::world_policy()) {
  const auto verified = verify_bundle(bundle, policy);
  EXPECT_FALSE(verified);
  return verified ? VerifyFault{} : verified.error();
}

TEST(EpochChain, LeadsFromTheGenesisToWhoVotesNow) {
  const auto trusted = follow_epochs(genesis(), world().links, test::world_policy());
  ASSERT_TRUE(trusted) << trusted.error().detail;
  EXPECT_EQ(trusted->changes, 2U);
  EXPECT_EQ(trusted->epoch, world().world.state().governance()->epoch);
  EXPECT_EQ(trusted->policy, policy_of(world().world.network(), genesis().origin, trusted->epoch));
}

TEST(EpochChain, BeginsAtTheEpochThatThePolicyIsOf) {
  const Policy later = policy_of(world().world.network(), genesis().origin, world().links[0].next);
  auto links = world().links;
  // What came before needs no signature any more.
  links[0].signatures.items.clear();
  const auto trusted = follow_epochs(genesis(), links, later);
  ASSERT_TRUE(trusted) << trusted.error().detail;
  EXPECT_EQ(trusted->changes, 1U);
  EXPECT_EQ(word_of(follow_epochs(genesis(), links, test::world_policy())), "quorum_short");
}

TEST(EpochChain, LeavesAPolicyOfItsOwnToItself) {
  Policy own = test::world_policy();
  own.groups[0].threshold = 4;
  const auto trusted = follow_epochs(genesis(), world().links, own);
  ASSERT_TRUE(trusted);
  EXPECT_EQ(trusted->policy, own);
  EXPECT_EQ(trusted->changes, 0U);
}

TEST(EpochChain, TakesUrlsForWhatTheyAre) {
  Policy policy = test::world_policy();
  policy.logs[0].url = "https://ledger.test/world";
  policy.witnesses[1].url = "https://tender.test/";
  const auto trusted = follow_epochs(genesis(), world().links, policy);
  ASSERT_TRUE(trusted);
  EXPECT_EQ(trusted->changes, 2U);
}

TEST(EpochChain, RefusesWhatTheOldValidatorsDidNotSign) {
  auto links = world().links;
  links[1].signatures.items[2].signature.bytes[5] ^= 1;
  EXPECT_EQ(word_of(follow_epochs(genesis(), links, test::world_policy())), "bad_signature");
  links = world().links;
  links[1].view += 1;
  EXPECT_EQ(word_of(follow_epochs(genesis(), links, test::world_policy())), "bad_signature");
  links = world().links;
  links[1].signatures.items.pop_back();
  EXPECT_EQ(word_of(follow_epochs(genesis(), links, test::world_policy())), "quorum_short");
  links = world().links;
  links[1].signatures.items[2] = links[1].signatures.items[1];
  EXPECT_EQ(word_of(follow_epochs(genesis(), links, test::world_policy())), "quorum_short")
      << "one voice twice";
}

TEST(EpochChain, RefusesOtherValidatorsThanTheSealCommitsTo) {
  auto links = world().links;
  links[1].next.validators.items[0].key = fixed_key("an attacker").public_key();
  EXPECT_EQ(word_of(follow_epochs(genesis(), links, test::world_policy())), "bad_link");
  links = world().links;
  std::swap(links[0], links[1]);
  EXPECT_EQ(word_of(follow_epochs(genesis(), links, test::world_policy())), "bad_link");
  links = world().links;
  links[0].seal.value.back() ^= 1;
  EXPECT_EQ(word_of(follow_epochs(genesis(), links, test::world_policy())), "bad_link");
  links[0].seal.value = {1, 2, 3};
  EXPECT_EQ(word_of(follow_epochs(genesis(), links, test::world_policy())), "bad_link");
}

// Whoever made the links can make a seal of anything: before signatures are looked at, what they
// say has to be possible.
TEST(EpochChain, RefusesWhatNoEpochCanBe) {
  auto links = world().links;
  const auto change_seal = [&](std::size_t i, auto change) {
    auto entry = *crypto::decode<ledger::Entry>(links[i].seal.value);
    change(std::get<ledger::Seal>(entry));
    links[i].seal.value = crypto::encode(entry);
  };
  const auto detail = [&] {
    const auto trusted = follow_epochs(genesis(), links, test::world_policy());
    return trusted ? "" : trusted.error().detail;
  };
  links[0].next.quorum = 1;
  change_seal(0, [&](ledger::Seal& seal) { seal.next_epoch = ledger::epoch_hash(links[0].next); });
  EXPECT_EQ(word_of(follow_epochs(genesis(), links, test::world_policy())), "bad_link");
  EXPECT_EQ(detail().substr(0, 9), "epoch 1: ") << detail();

  links = world().links;
  const auto first = *crypto::decode<ledger::Entry>(links[0].seal.value);
  change_seal(1, [&](ledger::Seal& seal) { seal.height = std::get<ledger::Seal>(first).height; });
  EXPECT_EQ(word_of(follow_epochs(genesis(), links, test::world_policy())), "bad_link");
  EXPECT_EQ(detail(), "epoch 1 ends before it began");
}

// Keys take time to look at, and anybody can list many.
TEST(EpochChain, LooksAtNoKeysOfAnEndThatIsNotSigned) {
  auto links = world().links;
  links[0].next.validators.items[0].key = {};
  auto entry = *crypto::decode<ledger::Entry>(links[0].seal.value);
  std::get<ledger::Seal>(entry).next_epoch = ledger::epoch_hash(links[0].next);
  links[0].seal.value = crypto::encode(entry);
  EXPECT_EQ(word_of(follow_epochs(genesis(), links, test::world_policy())), "bad_signature");
  links[0].signatures.items.clear();
  EXPECT_EQ(word_of(follow_epochs(genesis(), links, test::world_policy())), "quorum_short");
  // Those of whom the policy knows nothing are trusted for nothing.
  links.resize(1);
  Policy own = test::world_policy();
  own.groups[0].threshold = 4;
  EXPECT_EQ(word_of(follow_epochs(genesis(), links, own)), "");
}

TEST(EpochChain, ABundleOverTwoChangesHolds) {
  const TraceBundle bundle = world().bundle();
  ASSERT_EQ(bundle.epochs.size(), 2U);
  const auto verified = verify_bundle(bundle, test::world_policy(), world().gift);
  ASSERT_TRUE(verified) << verified.error().detail;
  EXPECT_EQ(verified->epoch_changes, 2U);
  EXPECT_EQ(verified->epoch.epoch, 2U);
  EXPECT_EQ(
      verified->proves[0].substr(0, 86),
      "3 of the 4 validators that follow from your policy by 2 changes, each signed by a quor");
  const auto read = parse_bundle(format_bundle(bundle));
  ASSERT_TRUE(read) << read.error().path << read.error().detail;
  EXPECT_EQ(*read, bundle);
  // Whoever trusts those of now needs no chain, but the seal's epoch has to be shown.
  const Policy now = policy_of(world().world.network(), genesis().origin, verified->epoch);
  EXPECT_TRUE(verify_bundle(bundle, now));
  TraceBundle bare = bundle;
  bare.epochs.clear();
  EXPECT_EQ(fault_of(bare, now).word, VerifyWord::bad_epoch);
  EXPECT_EQ(fault_of(bare).word, VerifyWord::quorum_short);
}

TEST(EpochChain, ABundleSaysAtWhichStepItsChainBreaks) {
  TraceBundle bundle = world().bundle();
  auto link = *crypto::decode<EpochLink>(bundle.epochs[0]);
  link.signatures.items[0].signature.bytes[0] ^= 1;
  bundle.epochs[0] = crypto::encode(link);
  EXPECT_EQ(fault_of(bundle).step, VerifyStep::epochs);
  EXPECT_EQ(fault_of(bundle).word, VerifyWord::bad_signature);
  bundle = world().bundle();
  bundle.epochs[1].pop_back();
  EXPECT_EQ(fault_of(bundle).step, VerifyStep::epochs);
  EXPECT_EQ(fault_of(bundle).word, VerifyWord::bad_epoch);
  bundle = world().bundle();
  bundle.epochs.pop_back();
  EXPECT_EQ(fault_of(bundle).step, VerifyStep::checkpoint) << "those of the epoch before";
  bundle = world().bundle();
  bundle.genesis.bytes.back() ^= 1;
  EXPECT_EQ(fault_of(bundle).step, VerifyStep::epochs);
  EXPECT_EQ(fault_of(bundle).word, VerifyWord::wrong_network);
}

// The keys of before sign a state of their own: nothing leads there.
TEST(EpochChain, OldValidatorsCanNotSignForTheNewOnes) {
  TraceBundle bundle = world().bundle();
  bundle.checkpoint = test::signed_by(
      test::quorum_members(),
      {genesis().origin.value, world().world.tip().log.size(), world().world.tip().log.root()});
  EXPECT_EQ(fault_of(bundle).step, VerifyStep::checkpoint);
}

}  // namespace
}  // namespace centime::proof
