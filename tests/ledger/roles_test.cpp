// Who may sign what: every kind of record, stated by every part that a member can play.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/support/ledger_world.h"

namespace centime::test {
namespace {

using ledger::FundSubject;
using ledger::MemberId;
using ledger::RecordBody;
using ledger::RecordKind;
using ledger::RecordSubject;
using ledger::Word;

// The platform collected a gift and sent some of it to clean-water, in a fund of red-aid's. All but
// the auditor hold money; field-crew has nothing else to do with any of this.
class Cast : public LedgerWorld {
 public:
  Cast() {
    open_channel();
    open_fund();
    gift = donate(1'000);
    sent = disburse(open_giving, clean_water, 100);
    disburse(open_giving, red_aid, 100);
    disburse(open_giving, field_crew, 100);
    state_record(clean_water, proposal_of({"proposed"}));
    joining = state_record(field_crew, joining_of({"first"}));
  }

  static ledger::MemberProposal joining_of(const MemberId& member) {
    return {member, {"A shop"}, ledger::Role::platform, fixed_key(member.value).public_key(), {}};
  }

  ledger::RecordId gift;
  ledger::RecordId sent;
  ledger::RecordId joining;
};

struct Row {
  std::string name;
  std::function<RecordBody(const Cast&, const MemberId& author)> body;
  std::vector<MemberId> permitted;
};

const std::vector<MemberId> holders{open_giving, red_aid, clean_water, field_crew};
const std::vector<MemberId> everyone{open_giving, tender, red_aid, clean_water, field_crew};
const std::vector<MemberId> voices{open_giving, tender, red_aid, clean_water};
const std::vector<MemberId> ngos{red_aid, clean_water, field_crew};

RecordBody donation(const Cast&, const MemberId&) { return donation_of(5); }
RecordBody disbursement(const Cast&, const MemberId& author) {
  return disbursement_of(author == red_aid ? clean_water : red_aid, 5);
}
RecordBody expenditure(const Cast&, const MemberId&) { return expenditure_of(5); }
RecordBody refund(const Cast& cast, const MemberId&) { return refund_of(cast.gift, 5); }
RecordBody give_back(const Cast& cast, const MemberId&) { return return_of(cast.sent, 5); }
RecordBody exchange(const Cast&, const MemberId&) { return exchange_of(5, "EUR", 6, "USD"); }
RecordBody acknowledgement(const Cast& cast, const MemberId&) {
  return acknowledgement_of(cast.sent, 100);
}
RecordBody dispute(const Cast& cast, const MemberId&) { return dispute_of(cast.sent, 0); }
RecordBody attestation(const Cast& cast, const MemberId&) {
  return attestation_of(RecordSubject{cast.sent});
}
RecordBody fund_attestation(const Cast&, const MemberId&) {
  return attestation_of(FundSubject{relief});
}
RecordBody evidence(const Cast& cast, const MemberId&) {
  return evidence_of(RecordSubject{cast.sent});
}
RecordBody gift_evidence(const Cast& cast, const MemberId&) {
  return evidence_of(RecordSubject{cast.gift});
}
RecordBody fund_evidence(const Cast&, const MemberId&) { return evidence_of(FundSubject{relief}); }
RecordBody proposal(const Cast&, const MemberId&) { return proposal_of({"new"}); }
RecordBody approval(const Cast&, const MemberId&) { return approval_of({"proposed"}); }
RecordBody closure(const Cast&, const MemberId&) { return closure_of(relief); }
RecordBody channel(const Cast&, const MemberId&) { return channel_of({"till"}); }

RecordBody member_proposal(const Cast&, const MemberId&) { return Cast::joining_of({"second"}); }
RecordBody member_approval(const Cast& cast, const MemberId&) {
  return ledger::Approval{cast.joining, {}};
}
RecordBody rotation(const Cast& cast, const MemberId& author) {
  const crypto::SecretKey key = fixed_key("a second key");
  return ledger::KeyRotation{
      author, key.public_key(),
      key.sign(ledger::key_proof_message(cast.network(), author, key.public_key()))};
}
RecordBody suspension(const Cast&, const MemberId&) {
  return ledger::MemberSuspension{field_crew, ledger::MemberStatus::suspended, {"Silent"}};
}
RecordBody validator_change(const Cast&, const MemberId&) {
  return ledger::ValidatorChange{0, {{red_aid, tender}}, {}};
}

const std::vector<Row>& table() {
  static const std::vector<Row> rows{
      {"donation", donation, {open_giving, red_aid}},
      {"disbursement", disbursement, holders},
      {"expenditure", expenditure, holders},
      {"refund", refund, {open_giving}},
      {"return", give_back, {clean_water}},
      {"exchange", exchange, holders},
      {"acknowledgement", acknowledgement, {clean_water}},
      {"dispute", dispute, {clean_water}},
      {"attestation", attestation, {tender}},
      {"attestation_of_fund", fund_attestation, {tender}},
      {"evidence", evidence, {open_giving, clean_water, red_aid}},
      {"evidence_of_gift", gift_evidence, {open_giving, red_aid}},
      {"evidence_of_fund", fund_evidence, {red_aid}},
      {"fund_proposal", proposal, ngos},
      {"fund_approval", approval, {tender}},
      {"fund_closure", closure, {open_giving, red_aid}},
      {"channel", channel, {open_giving}},
      {"member_proposal", member_proposal, everyone},
      {"approval", member_approval, voices},
      {"key_rotation", rotation, everyone},
      {"member_suspension", suspension, everyone},
      {"validator_change", validator_change, everyone},
  };
  return rows;
}

class Roles : public ::testing::TestWithParam<std::size_t> {};

TEST_P(Roles, DecideWhoMayStateIt) {
  const Row& row = table()[GetParam()];
  for (const MemberId& author : {open_giving, tender, red_aid, clean_water, field_crew}) {
    Cast cast;
    const auto outcome = cast.submit(author, row.body(cast, author));
    const bool permitted = std::ranges::count(row.permitted, author) > 0;
    ASSERT_EQ(outcome.has_value(), permitted) << author.value;
    if (!outcome) {
      EXPECT_EQ(outcome.error().whole.word, Word::not_permitted) << author.value;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, Roles, ::testing::Range<std::size_t>(0, table().size()),
                         [](const auto& info) { return table()[info.param].name; });

TEST(RolesTable, HasARowForEveryKind) {
  std::set<RecordKind> kinds;
  const Cast cast;
  for (const Row& row : table()) {
    kinds.insert(ledger::Record{{"x"}, row.body(cast, open_giving)}.kind());
  }
  EXPECT_EQ(kinds.size(), std::variant_size_v<RecordBody>);
}

TEST(Roles, KeepMoneyFromAuditorsAndFromOneself) {
  Cast cast;
  EXPECT_EQ(cast.refusal(open_giving, disbursement_of(tender, 5)).word, Word::not_permitted);
  EXPECT_EQ(cast.refusal(open_giving, disbursement_of(open_giving, 5)).word, Word::not_permitted);
}

}  // namespace
}  // namespace centime::test
