// The sentences that members read before they approve something.
#include "node/program/proposal_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/ed25519.h"
#include "crypto/encoding.h"
#include "crypto/json_archive.h"

namespace centime::program {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

const crypto::PublicKey key = crypto::SecretKey::generate().public_key();
const std::string key_text = crypto::to_hex(key.bytes);

ledger::MemberId member(const char* name) { return {name}; }

TEST(ProposalSentence, SaysWhoBecomesAMemberWithTheWholeKeyAndAgreement) {
  const crypto::Digest agreement = crypto::sha256(crypto::as_bytes("We agree.\n"));
  EXPECT_EQ(proposal_sentence(ledger::MemberProposal{
                member("wells"), {"Wells for All"}, ledger::Role::ngo, key, agreement}),
            "Make Wells for All (wells) a member, as an NGO. Its public key is " + key_text +
                ". The agreement that it signed has SHA-256 " + crypto::to_hex(agreement.bytes) +
                ".");
  EXPECT_THAT(proposal_sentence(ledger::MemberProposal{
                  member("shop"), {"Shop"}, ledger::Role::platform, key, {}}),
              HasSubstr("as a platform. Its public key is " + key_text + "."));
}

TEST(ProposalSentence, SaysWhoVotesFromWhenOn) {
  ledger::ValidatorChange change;
  change.epoch = 2;
  change.validators.items = {member("platform"), member("relief"), member("auditor")};
  EXPECT_EQ(proposal_sentence(change),
            "From epoch 3 on, platform, relief and auditor vote on blocks, in this order.");
  change.validators.items = {member("platform")};
  change.note = ledger::Note{"Alone\nagain."};
  EXPECT_EQ(proposal_sentence(change),
            "From epoch 3 on, platform votes on blocks, in this order. Alone again.");
}

TEST(ProposalSentence, TellsASuspensionFromItsEnd) {
  EXPECT_EQ(proposal_sentence(ledger::MemberSuspension{
                member("wells"), ledger::MemberStatus::suspended, {"It does not answer."}}),
            "Suspend wells: It does not answer.");
  EXPECT_EQ(proposal_sentence(ledger::MemberSuspension{
                member("wells"), ledger::MemberStatus::active, {"It is back."}}),
            "Lift the suspension of wells: It is back.");
  EXPECT_THAT(proposal_sentence(ledger::KeyRotation{member("wells"), key, {}}),
              EndsWith(key_text + "."));
}

boost::json::object open_proposal() {
  const ledger::Record record{
      {"suspension-1"},
      ledger::MemberSuspension{
          member("wells"), ledger::MemberStatus::suspended, {"It does not answer."}}};
  return {{"id", std::string(64, 'a')},
          {"entry", 7},
          {"author", "relief"},
          {"opened_on", "2026-03-01"},
          {"void_after", "2026-05-30"},
          {"approvals", {"platform", "auditor"}},
          {"wanted",
           {{"validators", 1},
            {"auditor", false},
            {"added", boost::json::array{}},
            {"next_validators", 0}}},
          {"record", crypto::to_json(record)}};
}

TEST(ProposalText, ListsWhatIsAskedByWhomAndWhoAgrees) {
  EXPECT_EQ(*proposal_text(open_proposal()),
            std::string(64, 'a') +
                "\n  Suspend wells: It does not answer.\n"
                "  proposed by relief on 2026-03-01; void if not approved by 2026-05-30\n"
                "  approved by platform and auditor\n"
                "  wanted: 1 more validator\n");
  boost::json::object fresh = open_proposal();
  fresh["approvals"] = boost::json::array{};
  fresh["wanted"] = {
      {"validators", 3}, {"auditor", true}, {"added", {"wells"}}, {"next_validators", 1}};
  EXPECT_THAT(*proposal_text(fresh),
              EndsWith("approved by nobody yet\n  wanted: 3 more validators, an auditor, wells and "
                       "1 more of the new validators\n"));
}

TEST(ProposalText, RefusesAnAnswerThatIsNone) {
  for (const char* missing :
       {"id", "author", "opened_on", "void_after", "approvals", "wanted", "record"}) {
    boost::json::object broken = open_proposal();
    broken.erase(missing);
    EXPECT_EQ(proposal_text(broken).error().word, "bad_answer") << missing;
  }
  boost::json::object broken = open_proposal();
  broken["record"] = {{"kind", "nonsense"}};
  EXPECT_EQ(proposal_text(broken).error().word, "bad_answer");
  EXPECT_EQ(proposal_text("text").error().word, "bad_answer");
}

}  // namespace
}  // namespace centime::program
