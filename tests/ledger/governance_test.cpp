// Who may be a member, who votes, and how an epoch ends.
#include "node/ledger/governance.h"

#include <gtest/gtest.h>

#include "crypto/canonical.h"
#include "node/ledger/approvals.h"
#include "node/ledger/replay.h"
#include "tests/support/ledger_world.h"

namespace centime::ledger {
namespace {

using test::clean_water;
using test::digest_of;
using test::field_crew;
using test::fixed_key;
using test::LedgerWorld;
using test::open_giving;
using test::red_aid;
using test::tender;

const MemberId newcomer{"newcomer"};

MemberProposal proposal_for(const MemberId& member, Role role) {
  MemberProposal proposal{member, {"A newcomer"}, role, fixed_key(member.value).public_key(), {}};
  if (role == Role::ngo) proposal.agreement = digest_of("agreement");
  return proposal;
}

KeyRotation rotation_of(const LedgerWorld& world, const MemberId& member, std::string_view seed) {
  const crypto::SecretKey key = fixed_key(seed);
  return {member, key.public_key(),
          key.sign(key_proof_message(world.network(), member, key.public_key()))};
}

ValidatorChange change_to(std::uint64_t epoch, std::vector<MemberId> validators) {
  return {epoch, {std::move(validators)}, {}};
}

MemberSuspension suspension_of(const MemberId& member,
                               MemberStatus status = MemberStatus::suspended) {
  return {member, status, {"It does not answer"}};
}

class GovernanceTest : public testing::Test {
 protected:
  // Those approve in blocks of their own.
  void approve(const RecordId& proposal, const std::vector<MemberId>& members) {
    for (const MemberId& member : members) world_.state_record(member, Approval{proposal, {}});
  }
  WantedApprovals wanted(const RecordId& proposal) const {
    const OpenProposal& open = *find_open(now(), proposal);
    return wanted_approvals(now(), world_.state(), open,
                            world_.state().record(open.entry).authored.record.body);
  }
  const Governance& now() const { return *world_.state().governance(); }
  std::vector<std::string> validators() const {
    std::vector<std::string> names;
    for (const EpochValidator& each : now().epoch.validators.items)
      names.push_back(each.member.value);
    return names;
  }
  bool is_member(const MemberId& member) const {
    return find_standing(now(), member) != nullptr && world_.state().member(member) != nullptr;
  }

  LedgerWorld world_;
};

using Names = std::vector<std::string>;
const Names at_first{"open-giving", "tender-audit", "red-aid", "clean-water"};

TEST_F(GovernanceTest, StartsWithTheMembersAndValidatorsOfTheGenesis) {
  EXPECT_EQ(now().members.items.size(), 5U);
  EXPECT_EQ(validators(), at_first);
  EXPECT_EQ(now().epoch.epoch, 0U);
  EXPECT_EQ(now().epoch.quorum, 3U);
  EXPECT_EQ(now().network, world_.network());
  EXPECT_EQ(leader_offset(now().epoch), 0U);
}

TEST_F(GovernanceTest, APlatformJoinsWithTheApprovalOfAQuorum) {
  const RecordId proposal = world_.state_record(field_crew, proposal_for(newcomer, Role::platform));
  ASSERT_NE(find_open(now(), proposal), nullptr);
  EXPECT_TRUE(find_open(now(), proposal)->approvals.items.empty()) << "its author has no vote";
  approve(proposal, {open_giving, red_aid});
  EXPECT_FALSE(is_member(newcomer));
  approve(proposal, {clean_water});
  EXPECT_TRUE(is_member(newcomer));
  EXPECT_EQ(find_open(now(), proposal), nullptr);
  EXPECT_EQ(world_.seals().back().next_epoch, crypto::Digest{}) << "no validator changed";
  world_.open_channel();
  EXPECT_TRUE(world_.submit(newcomer, test::channel_of({"shop"})));
  EXPECT_EQ(world_.state().statements(proposal).size(), 3U);
}

TEST_F(GovernanceTest, AnNgoNeedsAnAuditorsApprovalToo) {
  const RecordId proposal = world_.state_record(red_aid, proposal_for(newcomer, Role::ngo));
  EXPECT_EQ(wanted(proposal).validators, 2U);
  EXPECT_TRUE(wanted(proposal).auditor);
  approve(proposal, {open_giving, clean_water});
  EXPECT_FALSE(is_member(newcomer)) << "a quorum, and no auditor";
  EXPECT_EQ(wanted(proposal).validators, 0U);
  EXPECT_TRUE(wanted(proposal).auditor);
  EXPECT_FALSE(wanted(proposal).none());
  approve(proposal, {tender});
  EXPECT_TRUE(is_member(newcomer));
}

// It stays in the state until the next record of this kind, which may come years later.
TEST_F(GovernanceTest, AVoidProposalIsOpenToNobody) {
  world_.state_record(red_aid, proposal_for(newcomer, Role::ngo));
  const auto governance = world_.state().governance();
  const Date opened = governance->open.items.at(0).opened_on;
  EXPECT_EQ(open_proposals(*governance, {opened.value + proposal_days_max}).size(), 1U);
  EXPECT_TRUE(open_proposals(*governance, {opened.value + proposal_days_max + 1}).empty());
}

TEST_F(GovernanceTest, AnNgoNeedsAnAgreement) {
  MemberProposal proposal = proposal_for(newcomer, Role::ngo);
  proposal.agreement.reset();
  EXPECT_EQ(world_.refusal(red_aid, proposal).word, Word::agreement_missing);
}

TEST_F(GovernanceTest, NamesAndKeysAreNotUsedTwice) {
  EXPECT_EQ(world_.refusal(red_aid, proposal_for(field_crew, Role::platform)).word,
            Word::member_exists);
  MemberProposal proposal = proposal_for(newcomer, Role::platform);
  proposal.key = fixed_key(field_crew.value).public_key();
  EXPECT_EQ(world_.refusal(red_aid, proposal).word, Word::key_exists);
  proposal.key = {};
  EXPECT_EQ(world_.refusal(red_aid, proposal).word, Word::bad_key);
}

TEST_F(GovernanceTest, AProposalThatAnotherMadeImpossibleIsNotCompleted) {
  const RecordId one = world_.state_record(red_aid, proposal_for(newcomer, Role::platform));
  const RecordId two = world_.state_record(clean_water, proposal_for(newcomer, Role::auditor));
  approve(one, {open_giving, tender});
  approve(two, {open_giving});
  EXPECT_EQ(world_.refusal(tender, Approval{two, {}}).word, Word::member_exists);
  EXPECT_EQ(world_.state().member(newcomer)->role, Role::platform);
}

// Both were sound when they were made.
TEST_F(GovernanceTest, AKeyThatAnotherTookMeanwhileIsNotTaken) {
  MemberProposal same_key = proposal_for({"latecomer"}, Role::platform);
  same_key.key = proposal_for(newcomer, Role::platform).key;
  const RecordId one = world_.state_record(red_aid, proposal_for(newcomer, Role::platform));
  const RecordId two = world_.state_record(clean_water, same_key);
  approve(one, {open_giving, tender});
  approve(two, {open_giving});
  EXPECT_EQ(world_.refusal(tender, Approval{two, {}}).word, Word::key_exists);
  EXPECT_FALSE(is_member({"latecomer"}));
}

TEST_F(GovernanceTest, AProposalIsVoidAfterNinetyDays) {
  const RecordId joining = world_.state_record(red_aid, proposal_for(newcomer, Role::platform));
  const RecordId leaving = world_.state_record(red_aid, suspension_of(field_crew));
  world_.wait_days(90);
  approve(joining, {open_giving, tender});
  EXPECT_TRUE(is_member(newcomer)) << "on the last day";
  world_.wait_days(1);
  EXPECT_EQ(world_.refusal(open_giving, Approval{leaving, {}}).word, Word::unknown_proposal);
  // It is no longer in the way of the same proposal.
  const RecordId again = world_.state_record(red_aid, suspension_of(field_crew));
  approve(again, {open_giving, tender});
  EXPECT_EQ(find_standing(now(), field_crew)->status, MemberStatus::suspended);
}

TEST_F(GovernanceTest, ApprovalsCountOnceAndComeFromThoseWhoMayGiveThem) {
  const RecordId proposal = world_.state_record(red_aid, proposal_for(newcomer, Role::platform));
  EXPECT_EQ(world_.refusal(red_aid, Approval{proposal, {}}).word, Word::already_approved);
  EXPECT_EQ(world_.refusal(field_crew, Approval{proposal, {}}).word, Word::not_permitted);
  EXPECT_EQ(world_.refusal(tender, Approval{{}, {}}).word, Word::unknown_record);
  approve(proposal, {tender});
  EXPECT_EQ(world_.refusal(tender, Approval{proposal, {}}).word, Word::already_approved);
  approve(proposal, {open_giving});
  EXPECT_EQ(world_.refusal(clean_water, Approval{proposal, {}}).word, Word::unknown_proposal);
}

TEST_F(GovernanceTest, AMemberWithoutAVoteRotatesItsKeyAtOnce) {
  world_.state_record(field_crew, rotation_of(world_, field_crew, "second key"));
  EXPECT_EQ(world_.state().member(field_crew)->key, fixed_key("second key").public_key());
  EXPECT_EQ(find_standing(now(), field_crew)->keys.items.size(), 2U);
  EXPECT_EQ(now().epoch.epoch, 0U);
  // The old key signs nothing more.
  const auto refused = world_.submit(field_crew, test::evidence_of(FundSubject{test::relief}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().whole.word, Word::unknown_key);
}

TEST_F(GovernanceTest, AKeyThatWasUsedOnceIsNeverTakenAgain) {
  world_.state_record(field_crew, rotation_of(world_, field_crew, "second key"));
  EXPECT_EQ(world_.refusal(red_aid, rotation_of(world_, red_aid, field_crew.value)).word,
            Word::key_exists);
}

TEST_F(GovernanceTest, ANewKeyProvesThatSomebodyHoldsIt) {
  KeyRotation rotation = rotation_of(world_, field_crew, "second key");
  rotation.proof.bytes[3] ^= 1;
  EXPECT_EQ(world_.refusal(field_crew, rotation).word, Word::bad_signature);
  rotation = rotation_of(world_, red_aid, "second key");
  rotation.member = field_crew;
  EXPECT_EQ(world_.refusal(field_crew, rotation).word, Word::bad_signature) << "for another member";
}

TEST_F(GovernanceTest, ALostKeyIsReplacedByTheOthers) {
  const RecordId proposal =
      world_.state_record(red_aid, rotation_of(world_, field_crew, "second key"));
  EXPECT_NE(world_.state().member(field_crew)->key, fixed_key("second key").public_key());
  approve(proposal, {open_giving, tender});
  EXPECT_EQ(world_.state().member(field_crew)->key, fixed_key("second key").public_key());
}

// A thief of a key can't take all the keys that the member may ever have.
TEST_F(GovernanceTest, SomeKeysAreLeftForTheOthersToGive) {
  std::vector<Record> rotations;
  for (std::size_t i = 1; i < keys_by_itself_max; ++i) {
    rotations.push_back(
        world_.record(rotation_of(world_, field_crew, "thief " + std::to_string(i))));
  }
  auto one_more = rotations;
  one_more.push_back(world_.record(rotation_of(world_, field_crew, "one more")));
  const auto refused = world_.submit(field_crew, std::move(one_more));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().whole.word, Word::too_large);
  EXPECT_EQ(refused.error().whole.detail,
            "a member takes at most 128 keys by itself, one after the other; another one is for "
            "the other members to propose");
  ASSERT_TRUE(world_.submit(field_crew, std::move(rotations)));

  const RecordId recovery = world_.state_record(red_aid, rotation_of(world_, field_crew, "back"));
  approve(recovery, {open_giving, tender});
  EXPECT_EQ(world_.state().member(field_crew)->key, fixed_key("back").public_key());
}

TEST_F(GovernanceTest, AMemberHasSoManyKeysInAllAndNoMore) {
  std::vector<Record> by_itself;
  for (std::size_t i = 1; i < keys_by_itself_max; ++i)
    by_itself.push_back(world_.record(rotation_of(world_, field_crew, "own " + std::to_string(i))));
  ASSERT_TRUE(world_.submit(field_crew, std::move(by_itself)));
  for (std::size_t i = keys_by_itself_max; i < keys_of_one_max; ++i) {
    const RecordId given =
        world_.state_record(red_aid, rotation_of(world_, field_crew, "given " + std::to_string(i)));
    approve(given, {open_giving, tender});
  }
  ASSERT_EQ(find_standing(now(), field_crew)->keys.items.size(), keys_of_one_max);
  const Refusal refused = world_.refusal(red_aid, rotation_of(world_, field_crew, "one more"));
  EXPECT_EQ(refused.word, Word::too_large);
  EXPECT_EQ(refused.detail, "a member has at most 256 keys, one after the other");
}

TEST_F(GovernanceTest, WhatALostKeyApprovedCountsNoMore) {
  const RecordId stolen = world_.state_record(clean_water, suspension_of(field_crew));
  const RecordId joining = world_.state_record(red_aid, proposal_for(newcomer, Role::platform));
  approve(joining, {clean_water});
  const RecordId recovery = world_.state_record(red_aid, rotation_of(world_, clean_water, "back"));
  approve(recovery, {open_giving, tender});
  ASSERT_EQ(world_.state().member(clean_water)->key, fixed_key("back").public_key());
  EXPECT_EQ(find_open(now(), stolen), nullptr);
  EXPECT_EQ(find_open(now(), joining)->approvals.items, std::vector{red_aid});
  EXPECT_EQ(wanted(joining).validators, 2U);
}

TEST_F(GovernanceTest, AValidatorsNewKeyEndsTheEpoch) {
  world_.state_record(red_aid, rotation_of(world_, red_aid, "second key"));
  EXPECT_EQ(now().epoch.epoch, 1U);
  EXPECT_EQ(validators(), at_first);
  EXPECT_EQ(now().epoch.validators.items[2].key, fixed_key("second key").public_key());
  EXPECT_EQ(world_.seals().back().next_epoch, epoch_hash(now().epoch));
  EXPECT_EQ(world_.seals().back().epoch, 0U);
  world_.open_channel();
  EXPECT_EQ(world_.seals().back().epoch, 1U);
  EXPECT_EQ(world_.seals().back().next_epoch, crypto::Digest{});
}

TEST_F(GovernanceTest, ValidatorsAreAddedWithTheirOwnConsent) {
  const RecordId change = world_.state_record(
      open_giving, change_to(0, {open_giving, tender, red_aid, clean_water, field_crew}));
  approve(change, {tender, red_aid, clean_water});
  EXPECT_EQ(validators(), at_first) << "field-crew has not said that it is there";
  EXPECT_EQ(wanted(change).validators, 0U);
  EXPECT_EQ(wanted(change).added, std::vector{field_crew});
  EXPECT_EQ(wanted(change).next_validators, 0U) << "four of five have approved";
  approve(change, {field_crew});
  EXPECT_EQ(validators(),
            (Names{"open-giving", "tender-audit", "red-aid", "clean-water", "field-crew"}));
  EXPECT_EQ(now().epoch.quorum, 4U);
  EXPECT_EQ(now().epoch.epoch, 1U);
}

TEST_F(GovernanceTest, AQuorumOfTheNewValidatorsHasToBeThere) {
  // Three of four approve; of the two who would be left, one.
  const RecordId change =
      world_.state_record(open_giving, change_to(0, {open_giving, clean_water}));
  approve(change, {tender, red_aid});
  EXPECT_EQ(validators(), at_first);
  EXPECT_EQ(wanted(change).validators, 0U);
  EXPECT_EQ(wanted(change).next_validators, 1U);
  approve(change, {clean_water});
  EXPECT_EQ(validators(), (Names{"open-giving", "clean-water"}));
}

TEST_F(GovernanceTest, ChangesOfThePastEpochAreVoid) {
  const RecordId change = world_.state_record(open_giving, change_to(0, {red_aid, open_giving}));
  const RecordId joining = world_.state_record(red_aid, proposal_for(newcomer, Role::platform));
  world_.state_record(red_aid, rotation_of(world_, red_aid, "second key"));
  ASSERT_EQ(now().epoch.epoch, 1U);
  EXPECT_EQ(world_.refusal(tender, Approval{change, {}}).word, Word::unknown_proposal);
  EXPECT_EQ(world_.refusal(tender, change_to(0, {red_aid, open_giving})).word, Word::wrong_epoch);
  EXPECT_NE(find_open(now(), joining), nullptr) << "other proposals live on";
}

TEST_F(GovernanceTest, RefusesValidatorsWhoCanNotBe) {
  EXPECT_EQ(world_.refusal(tender, change_to(0, {})).word, Word::bad_validators);
  EXPECT_EQ(world_.refusal(tender, change_to(0, {tender, tender})).word, Word::bad_validators);
  EXPECT_EQ(world_.refusal(tender, change_to(0, {tender, newcomer})).word, Word::unknown_member);
  EXPECT_EQ(world_.refusal(tender, change_to(1, {tender})).word, Word::wrong_epoch);
  EXPECT_EQ(world_.refusal(tender, change_to(0, {open_giving, tender, red_aid, clean_water})).word,
            Word::bad_validators);
}

TEST_F(GovernanceTest, ASuspendedMemberHasNoVoice) {
  const RecordId suspension = world_.state_record(open_giving, suspension_of(field_crew));
  approve(suspension, {tender, clean_water});
  const auto refused = world_.submit(field_crew, test::evidence_of(FundSubject{test::relief}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().whole.word, Word::member_suspended);
  EXPECT_EQ(world_.refusal(tender, change_to(0, {tender, field_crew})).word,
            Word::member_suspended);
  EXPECT_EQ(now().epoch.epoch, 0U);

  const RecordId lifting =
      world_.state_record(open_giving, suspension_of(field_crew, MemberStatus::active));
  approve(lifting, {tender, clean_water});
  world_.open_channel();
  world_.open_fund(test::relief, red_aid);
  const auto heard = world_.submit(field_crew, test::evidence_of(FundSubject{test::relief}));
  ASSERT_FALSE(heard) << "not its fund";
  EXPECT_EQ(heard.error().whole.word, Word::not_permitted);
}

TEST_F(GovernanceTest, WhatASuspendedMemberApprovedCountsNoMore) {
  const RecordId joining = world_.state_record(red_aid, proposal_for(newcomer, Role::ngo));
  approve(joining, {tender});
  EXPECT_FALSE(wanted(joining).auditor);
  const RecordId its_own = world_.state_record(tender, suspension_of(field_crew));
  const RecordId suspension = world_.state_record(open_giving, suspension_of(tender));
  approve(suspension, {red_aid, clean_water});
  EXPECT_TRUE(wanted(joining).auditor);
  EXPECT_EQ(find_open(now(), its_own), nullptr);
  approve(joining, {open_giving, clean_water});
  EXPECT_FALSE(is_member(newcomer)) << "the only auditor is suspended";

  approve(world_.state_record(red_aid, suspension_of(tender, MemberStatus::active)), {open_giving});
  EXPECT_FALSE(is_member(newcomer)) << "it has to approve again";
  approve(joining, {tender});
  EXPECT_TRUE(is_member(newcomer));
}

// Of four validators one is suspended: two are a quorum now, who have approved before.
TEST_F(GovernanceTest, WhatANewEpochWantsNoMoreIsDecidedByAnyApprovalAgain) {
  const RecordId joining = world_.state_record(red_aid, proposal_for(newcomer, Role::platform));
  approve(joining, {open_giving});
  EXPECT_EQ(world_.refusal(red_aid, Approval{joining, {}}).word, Word::already_approved);
  approve(world_.state_record(tender, suspension_of(clean_water)), {open_giving, red_aid});
  ASSERT_EQ(now().epoch.quorum, 2U);
  EXPECT_FALSE(is_member(newcomer));
  approve(joining, {red_aid});
  EXPECT_TRUE(is_member(newcomer));
}

TEST_F(GovernanceTest, ASuspendedValidatorLosesItsVote) {
  const RecordId suspension = world_.state_record(open_giving, suspension_of(red_aid));
  approve(suspension, {tender, clean_water});
  EXPECT_EQ(validators(), (Names{"open-giving", "tender-audit", "clean-water"}));
  EXPECT_EQ(now().epoch.quorum, 2U);
  EXPECT_EQ(now().epoch.epoch, 1U);
  EXPECT_EQ(world_.refusal(tender, suspension_of(red_aid)).word, Word::not_permitted);
  EXPECT_EQ(world_.refusal(tender, suspension_of(newcomer)).word, Word::unknown_member);
}

TEST_F(GovernanceTest, TheOnlyValidatorIsNotSuspended) {
  Genesis genesis = test::world_genesis();
  genesis.validators.items = {open_giving};
  LedgerWorld alone(genesis);
  EXPECT_EQ(alone.refusal(open_giving, suspension_of(open_giving)).word, Word::bad_validators);
}

TEST_F(GovernanceTest, OneMemberCanNotFillTheListOfProposals) {
  for (std::size_t i = 0; i < open_proposals_of_one_max; ++i) {
    world_.state_record(field_crew,
                        proposal_for({"newcomer-" + std::to_string(i)}, Role::platform));
  }
  EXPECT_EQ(world_.refusal(field_crew, proposal_for(newcomer, Role::platform)).word,
            Word::too_many_proposals);
  EXPECT_TRUE(world_.submit(red_aid, proposal_for(newcomer, Role::platform)));
}

TEST_F(GovernanceTest, MembersWithoutAVoteCanNotKeepTheValidatorsFromDeciding) {
  Genesis genesis = test::world_genesis();
  genesis.validators.items = {open_giving};
  LedgerWorld alone(genesis);
  const auto propose = [&](const MemberId& author, std::size_t i) {
    return alone.submit(author, proposal_for({author.value + std::to_string(i)}, Role::ngo));
  };
  for (std::size_t i = 0; i < open_proposals_of_one_max; ++i) {
    ASSERT_TRUE(propose(red_aid, i) && propose(clean_water, i) && propose(open_giving, i));
  }
  EXPECT_EQ(alone.refusal(field_crew, suspension_of(red_aid)).word, Word::too_many_proposals);
  EXPECT_EQ(alone.refusal(open_giving, proposal_for(newcomer, Role::ngo)).word,
            Word::too_many_proposals);
  // What is decided at once takes no place; and those of who is suspended are free.
  ASSERT_TRUE(alone.submit(open_giving, suspension_of(red_aid)));
  EXPECT_EQ(alone.state().governance()->open.items.size(), 2 * open_proposals_of_one_max);
  EXPECT_TRUE(alone.submit(field_crew, suspension_of(clean_water)));
}

// Seven validators of whom two lie, and two members without a vote, take all that they may.
TEST_F(GovernanceTest, AsManyLiarsAsConsensusToleratesCanNotKeepTheOthersFromDeciding) {
  Genesis genesis = test::world_genesis();
  std::vector<MemberId> seven;
  for (int i = 0; i < 7; ++i) {
    const MemberId id{"validator-" + std::to_string(i)};
    genesis.members.items.push_back(
        {id, {"One"}, Role::platform, fixed_key(id.value).public_key()});
    seven.push_back(id);
  }
  genesis.validators.items = seven;
  LedgerWorld world(genesis);
  const auto open = [&] { return world.state().governance()->open.items.size(); };
  for (const MemberId& liar : {field_crew, clean_water, seven[5], seven[6]}) {
    for (std::size_t i = 0; i < open_proposals_of_one_max; ++i)
      world.state_record(liar, proposal_for({liar.value + std::to_string(i)}, Role::platform));
  }
  ASSERT_EQ(open(), open_proposals_shared_max);
  EXPECT_EQ(world.refusal(red_aid, suspension_of(seven[6])).word, Word::too_many_proposals);
  EXPECT_EQ(world.refusal(seven[6], suspension_of(seven[0])).word, Word::too_many_proposals);

  const RecordId first = world.state_record(seven[0], suspension_of(seven[6]));
  EXPECT_EQ(world.refusal(seven[0], suspension_of(seven[5])).word, Word::too_many_proposals);
  const RecordId second = world.state_record(seven[1], suspension_of(seven[5]));
  EXPECT_EQ(open(), open_proposals_shared_max + 2);
  for (const std::size_t i : {1, 2, 3, 4}) world.state_record(seven[i], Approval{first, {}});
  for (const std::size_t i : {0, 2, 3}) world.state_record(seven[i], Approval{second, {}});
  for (const MemberId& liar : {seven[5], seven[6]}) {
    EXPECT_EQ(find_standing(*world.state().governance(), liar)->status, MemberStatus::suspended);
  }
  EXPECT_EQ(open(), 2 * open_proposals_of_one_max) << "of the two without a vote";
}

// Whoever votes has a place, however many do.
TEST_F(GovernanceTest, EachOfAsManyValidatorsAsThereMayBeHasAPlace) {
  Genesis genesis = test::world_genesis();
  genesis.validators.items.clear();
  for (std::size_t i = 0; i < validators_max; ++i) {
    const MemberId id{"validator-" + std::to_string(i)};
    genesis.members.items.push_back(
        {id, {"One"}, Role::platform, fixed_key(id.value).public_key()});
    genesis.validators.items.push_back(id);
  }
  const std::vector<MemberId> all = genesis.validators.items;
  LedgerWorld world(genesis);
  const auto propose = [&](const MemberId& author, std::size_t i) {
    return world.submit(author,
                        proposal_for({author.value + "-" + std::to_string(i)}, Role::platform));
  };
  for (const MemberId& author : {red_aid, clean_water, all[0], all[1]}) {
    for (std::size_t i = 0; i < open_proposals_of_one_max; ++i) ASSERT_TRUE(propose(author, i));
  }
  for (std::size_t i = 2; i < all.size(); ++i) {
    EXPECT_TRUE(propose(all[i], 0)) << i;
    EXPECT_FALSE(propose(all[i], 1)) << i;
  }
  const Governance& governance = *world.state().governance();
  EXPECT_EQ(governance.open.items.size(), open_proposals_max - 2);
  const auto read = crypto::decode<Governance>(crypto::encode(governance));
  ASSERT_TRUE(read) << "within the bounds of the list";
  EXPECT_EQ(read->open.items.size(), governance.open.items.size());
}

TEST_F(GovernanceTest, NothingOfARefusedSubmissionIsLeft) {
  const auto refused =
      world_.submit(red_aid, {world_.record(proposal_for(newcomer, Role::platform)),
                              world_.record(suspension_of(newcomer))});
  ASSERT_FALSE(refused);
  EXPECT_TRUE(now().open.items.empty());
}

// Two changes in one block: the second is made to what the first left.
TEST_F(GovernanceTest, ChangesInOneBlockAddUp) {
  ASSERT_TRUE(world_.add(red_aid, {world_.record(rotation_of(world_, red_aid, "red two"))}));
  ASSERT_TRUE(world_.add(tender, {world_.record(rotation_of(world_, tender, "tender two"))}));
  world_.seal();
  EXPECT_EQ(now().epoch.epoch, 1U);
  EXPECT_EQ(now().epoch.validators.items[1].key, fixed_key("tender two").public_key());
  EXPECT_EQ(now().epoch.validators.items[2].key, fixed_key("red two").public_key());
}

// It would name an epoch that is over before anybody can approve it.
TEST_F(GovernanceTest, NoChangeIsProposedInTheBlockThatEndsItsEpoch) {
  ASSERT_TRUE(world_.add(red_aid, {world_.record(rotation_of(world_, red_aid, "red two"))}));
  const auto refused = world_.add(tender, {world_.record(change_to(0, {red_aid, open_giving}))});
  ASSERT_FALSE(refused);
  ASSERT_EQ(refused.error().records.size(), 1U);
  EXPECT_EQ(refused.error().records[0].refusal.word, Word::wrong_epoch);
  EXPECT_EQ(refused.error().records[0].refusal.detail,
            "epoch 0 ends with this block; a change names the epoch that it ends");
  world_.seal();
  EXPECT_EQ(now().epoch.epoch, 1U);
}

// The record of an epoch had the old key where a member got its vote and a new key in one block.
TEST_F(GovernanceTest, WhoGetsAVoteVotesWithTheKeyThatItHasWhenTheEpochBegins) {
  const RecordId proposal =
      world_.state_record(field_crew, change_to(0, {open_giving, tender, red_aid, field_crew}));
  approve(proposal, {open_giving, tender});
  ASSERT_TRUE(world_.add(red_aid, {world_.record(Approval{proposal, {}})}));
  ASSERT_TRUE(world_.add(field_crew, {world_.record(rotation_of(world_, field_crew, "two"))}));
  // And who has just lost its vote has no part in it.
  ASSERT_TRUE(world_.add(clean_water, {world_.record(rotation_of(world_, clean_water, "three"))}));
  world_.seal();
  EXPECT_EQ(validators(), (Names{"open-giving", "tender-audit", "red-aid", "field-crew"}));
  EXPECT_EQ(now().epoch.validators.items[3].key, fixed_key("two").public_key());
  EXPECT_EQ(find_standing(now(), field_crew)->keys.items.back().key, fixed_key("two").public_key());
}

TEST_F(GovernanceTest, ReplayingTheLogComesToTheSameGovernance) {
  const RecordId proposal = world_.state_record(red_aid, proposal_for(newcomer, Role::platform));
  approve(proposal, {open_giving, tender});
  const RecordId change =
      world_.state_record(open_giving, change_to(0, {open_giving, tender, red_aid, newcomer}));
  approve(change, {tender, red_aid, newcomer});
  world_.state_record(newcomer, rotation_of(world_, newcomer, "another"));
  ASSERT_EQ(now().epoch.epoch, 2U);

  MemoryState again;
  const Block genesis = genesis_block(again, world_.genesis());
  again.apply(genesis);
  Replayer replayer(world_.genesis(), genesis.tip);
  BlockParser parser(world_.network(), {2});
  const auto& entries = world_.state().entries();
  for (std::size_t i = 2; i < entries.size(); ++i) {
    auto parsed = parser.add(entries[i]);
    ASSERT_TRUE(parsed) << parsed.error().detail;
    if (!*parsed) continue;
    const auto block = replayer.execute(again, again, **parsed);
    ASSERT_TRUE(block) << block.error().detail;
    again.apply(*block);
  }
  EXPECT_EQ(crypto::encode(*again.governance()), crypto::encode(now()));
}

TEST_F(GovernanceTest, ASealThatHidesTheEndOfAnEpochIsFound) {
  std::vector<crypto::Bytes> entries;
  MemoryState state;
  const Block genesis = genesis_block(state, world_.genesis());
  state.apply(genesis);
  const auto rotated =
      world_.checked(red_aid, {world_.record(rotation_of(world_, red_aid, "second key"))});
  Draft draft(state, genesis.tip, world_.genesis().policies, {genesis.tip.time.value + 1});
  ASSERT_TRUE(draft.add(rotated));
  const Block block = std::move(draft).seal(open_giving, state);
  BlockParser parser(world_.network(), {2});
  const auto& made = block.state->changes().entries;
  std::expected<std::optional<ParsedBlock>, LogFault> parsed;
  for (std::size_t i = 0; i + 1 < made.size(); ++i) parsed = parser.add(made[i]);
  Seal seal = block.seal;
  seal.next_epoch = {};
  parsed = parser.add(crypto::encode(Entry(seal)));
  ASSERT_TRUE(parsed && *parsed);
  const auto executed = Replayer(world_.genesis(), genesis.tip).execute(state, state, **parsed);
  ASSERT_FALSE(executed);
  EXPECT_EQ(executed.error().detail, "the seal does not commit to the next epoch's validators");
}

TEST(EpochRecord, SaysWhatIsWrongWithIt) {
  EpochRecord record = governance_of(test::world_genesis()).epoch;
  EXPECT_EQ(shape_fault_of(record), std::nullopt);
  EXPECT_EQ(key_fault_of(record), std::nullopt);
  EpochRecord none = record;
  none.validators.items.clear();
  EXPECT_TRUE(shape_fault_of(none));
  EpochRecord twice = record;
  twice.validators.items[1].key = twice.validators.items[0].key;
  EXPECT_TRUE(shape_fault_of(twice));
  EpochRecord quorum = record;
  quorum.quorum = 2;
  EXPECT_TRUE(shape_fault_of(quorum));
  EpochRecord key = record;
  key.validators.items[0].key = {};
  EXPECT_EQ(shape_fault_of(key), std::nullopt);
  EXPECT_TRUE(key_fault_of(key));
  record.epoch = 1;
  EXPECT_NE(leader_offset(record), 0U);
}

}  // namespace
}  // namespace centime::ledger
