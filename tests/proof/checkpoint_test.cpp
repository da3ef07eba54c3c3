#include "node/proof/checkpoint.h"

#include <gtest/gtest.h>

#include "crypto/merkle.h"
#include "tests/proof/bundle_world.h"

namespace centime::proof {
namespace {

using test::clean_water;
using test::open_giving;
using test::red_aid;
using test::tender;

const crypto::Checkpoint checkpoint{"ledger.test/world", 7, crypto::sha256(crypto::as_bytes("x"))};

crypto::NoteSignature line_by(const ledger::MemberId& member) {
  const crypto::SecretKey key = test::fixed_key(member.value);
  return cosign_checkpoint(checkpoint, {member, key}, test::signing_time());
}

std::string note_with(const std::vector<crypto::NoteSignature>& lines) {
  return checkpoint_note(checkpoint, test::fixed_key(open_giving.value), lines);
}

CheckpointError error_of(std::string_view note, const Policy& policy = test::world_policy()) {
  const auto verified = verify_checkpoint(note, policy);
  EXPECT_FALSE(verified);
  return verified ? CheckpointError{} : verified.error().error;
}

TEST(Checkpoint, OfOneValidatorIsCompleteWithItsOwnTwoLines) {
  ledger::Genesis genesis = test::world_genesis();
  genesis.validators.items = {red_aid};
  const crypto::SecretKey key = test::fixed_key(red_aid.value);
  const auto note = sign_checkpoint(checkpoint, {red_aid, key}, test::signing_time());
  const auto verified = verify_checkpoint(note, policy_of(genesis));
  ASSERT_TRUE(verified) << verified.error().detail;
  EXPECT_EQ(verified->checkpoint, checkpoint);
  EXPECT_EQ(verified->cosigners, std::vector<std::string>{"ledger.test/world/red-aid"});
  EXPECT_EQ(verified->needed, 1u);
  EXPECT_EQ(verified->known, 1u);
  EXPECT_EQ(verified->newest, test::signing_time());
  EXPECT_EQ(verified->ignored_lines, 0u);
}

TEST(Checkpoint, NeedsThreeOfFour) {
  EXPECT_EQ(error_of(note_with({line_by(open_giving), line_by(tender)})),
            CheckpointError::quorum_short);
  const auto verified =
      verify_checkpoint(note_with({line_by(open_giving), line_by(clean_water), line_by(tender)}),
                        test::world_policy());
  ASSERT_TRUE(verified) << verified.error().detail;
  EXPECT_EQ(verified->cosigners.size(), 3u);
  EXPECT_EQ(verified->needed, 3u);
  EXPECT_EQ(verified->known, 4u);
}

TEST(Checkpoint, CountsRepeatedLinesOfOneKeyOnce) {
  const auto line = line_by(tender);
  EXPECT_EQ(error_of(note_with({line_by(open_giving), line, line, line})),
            CheckpointError::quorum_short);
  const auto later = crypto::cosign(crypto::format_checkpoint(checkpoint),
                                    {line.name, test::fixed_key(tender.value)},
                                    test::signing_time() + std::chrono::seconds(1));
  EXPECT_EQ(error_of(note_with({line_by(open_giving), line, later})),
            CheckpointError::quorum_short);
}

// A policy file cannot say this, a program that fills in a Policy could.
TEST(Checkpoint, CountsOneKeyUnderTwoNamesOnce) {
  Policy policy = test::world_policy();
  const std::string other = "ledger.test/world/other";
  policy.witnesses[3] = {
      other, {other, crypto::KeyType::cosignature, policy.witnesses[1].key.key}, {}};
  policy.groups[0].members[3] = other;
  const auto second = crypto::cosign(crypto::format_checkpoint(checkpoint),
                                     {other, test::fixed_key(tender.value)}, test::signing_time());
  EXPECT_EQ(error_of(note_with({line_by(open_giving), line_by(tender), second}), policy),
            CheckpointError::quorum_short);
  EXPECT_TRUE(verify_checkpoint(
      note_with({line_by(open_giving), line_by(tender), second, line_by(red_aid)}), policy));
}

TEST(Checkpoint, TheLogsOwnLineIsNoCosignature) {
  Policy policy = test::world_policy();
  policy.groups[0].threshold = 4;
  EXPECT_EQ(error_of(note_with({line_by(tender), line_by(red_aid), line_by(clean_water)}), policy),
            CheckpointError::quorum_short);
}

TEST(Checkpoint, NeedsALineUnderTheOriginsName) {
  crypto::Note note{crypto::format_checkpoint(checkpoint),
                    {line_by(open_giving), line_by(tender), line_by(red_aid)}};
  EXPECT_EQ(error_of(crypto::format_note(note)), CheckpointError::unknown_log);
  note.signatures.push_back(
      crypto::sign_note(note.text, {checkpoint.origin, test::fixed_key("a stranger")}));
  EXPECT_EQ(error_of(crypto::format_note(note)), CheckpointError::unknown_log);
}

TEST(Checkpoint, NeedsTheLineOfALogEvenIfAWitnessBearsItsName) {
  Policy policy = test::world_policy();
  policy.witnesses[0].key.name = checkpoint.origin;
  crypto::Note note{crypto::format_checkpoint(checkpoint),
                    {line_by(tender), line_by(red_aid), line_by(clean_water)}};
  note.signatures.push_back(crypto::cosign(
      note.text, {checkpoint.origin, test::fixed_key(open_giving.value)}, test::signing_time()));
  EXPECT_EQ(error_of(crypto::format_note(note), policy), CheckpointError::unknown_log);
}

TEST(Checkpoint, IsSignedByTheLogThatItNames) {
  Policy policy = test::world_policy();
  policy.logs[3].key.name = "ledger.test/other";
  crypto::Note note{crypto::format_checkpoint(checkpoint),
                    {line_by(open_giving), line_by(tender), line_by(red_aid)}};
  note.signatures.push_back(
      crypto::sign_note(note.text, {"ledger.test/other", test::fixed_key(clean_water.value)}));
  EXPECT_EQ(error_of(crypto::format_note(note), policy), CheckpointError::unknown_log);
}

TEST(Checkpoint, OfAnotherOriginIsNotThisLogs) {
  crypto::Checkpoint other = checkpoint;
  other.origin = "ledger.test/other";
  EXPECT_EQ(error_of(test::signed_by(test::quorum_members(), other)), CheckpointError::unknown_log);
}

TEST(Checkpoint, IgnoresStrangersAndSaysSo) {
  const auto stranger =
      crypto::cosign(crypto::format_checkpoint(checkpoint),
                     {"witness.test", test::fixed_key("a stranger")}, test::signing_time());
  const auto verified = verify_checkpoint(
      note_with({line_by(open_giving), stranger, line_by(tender), line_by(red_aid)}),
      test::world_policy());
  ASSERT_TRUE(verified);
  EXPECT_EQ(verified->ignored_lines, 1u);
}

TEST(Checkpoint, OneFalseLineUnderAKnownKeySpoilsIt) {
  auto forged = line_by(clean_water);
  forged.bytes.back() ^= 1;
  EXPECT_EQ(error_of(note_with({line_by(open_giving), line_by(tender), line_by(red_aid), forged})),
            CheckpointError::bad_signature);
}

TEST(Checkpoint, RefusesWhatIsNone) {
  EXPECT_EQ(error_of(""), CheckpointError::malformed);
  EXPECT_EQ(error_of("ledger.test/world\n7\n"), CheckpointError::malformed);
  crypto::Note note{"ledger.test/world\nseven\n", {}};
  note.signatures.push_back(
      crypto::sign_note(note.text, {checkpoint.origin, test::fixed_key(tender.value)}));
  EXPECT_EQ(error_of(crypto::format_note(note)), CheckpointError::malformed);
}

TEST(Checkpoint, FollowsNestedGroups) {
  Policy policy = test::world_policy();
  const auto name = [&](std::size_t i) { return policy.witnesses[i].name; };
  policy.groups = {{"charities", 1, {name(2), name(3)}},
                   {"others", 2, {name(0), name(1)}},
                   {"both", 2, {"charities", "others"}}};
  policy.quorum = "both";
  EXPECT_EQ(
      error_of(note_with({line_by(open_giving), line_by(red_aid), line_by(clean_water)}), policy),
      CheckpointError::quorum_short);
  const auto verified = verify_checkpoint(
      note_with({line_by(open_giving), line_by(tender), line_by(clean_water)}), policy);
  ASSERT_TRUE(verified);
  EXPECT_EQ(verified->needed, 3u);
}

TEST(Checkpoint, AQuorumThatThePolicyDoesNotDefineIsNeverReached) {
  Policy policy = test::world_policy();
  policy.quorum = "nobody";
  EXPECT_EQ(error_of(test::signed_by(test::quorum_members(), checkpoint), policy),
            CheckpointError::quorum_short);
}

}  // namespace
}  // namespace centime::proof
