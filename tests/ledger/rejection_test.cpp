// Every word with which the ledger refuses something, provoked, with the figures in its sentence.
#include "node/ledger/rejection.h"

#include <gtest/gtest.h>

#include <set>

#include "node/ledger/statement_rules.h"
#include "tests/support/ledger_world.h"

namespace centime::test {
namespace {

using ledger::MemberId;
using ledger::Record;
using ledger::Refusal;
using ledger::Submission;
using ledger::Word;

struct Provoked {
  Refusal refusal;
  std::string expected;  // Its detail.
};

// A world in which a fund is open and the platform holds 10.00 EUR of one donation.
class Stage : public LedgerWorld {
 public:
  Stage() {
    open_channel();
    open_fund();
    gift = donate(1'000);
  }

  Refusal checked_by_hand(const Submission& submission) const {
    const auto checked = ledger::check_submission(network(), submission);
    return checked ? Refusal{} : checked.error().whole;
  }

  Refusal executed(const Submission& submission) const {
    const auto checked = ledger::check_submission(network(), submission);
    ledger::Overlay overlay(state(), tip().next_entry());
    ledger::ReadBudget budget;
    const auto outcome =
        ledger::execute(overlay, {{tip().time.value + 1}, genesis().policies}, *checked, budget);
    return outcome ? Refusal{} : outcome.error().whole;
  }

  Refusal of_records(const MemberId& author, std::vector<Record> records) {
    const auto outcome = submit(author, std::move(records));
    return outcome ? Refusal{} : outcome.error().whole;
  }

  ledger::RecordId gift;
};

Provoked too_large(Stage& stage) {
  ledger::Disbursement body = disbursement_of(red_aid, 1);
  body.evidence.items.assign(16, {{}, {std::string(100, 'm')}, 1, {}, {{std::string(200, 'c')}}});
  std::vector<Record> records;
  for (int i = 0; i < 200; ++i) records.push_back(stage.record(body));
  return {stage.checked_by_hand(stage.sign(open_giving, std::move(records))),
          "a submission is at most 1 MiB of records"};
}

Provoked too_fragmented(Stage& stage) {
  // Donations of two units each, of which one is refunded: every second unit is left.
  std::vector<Record> gifts;
  std::vector<Record> refunds;
  for (std::size_t i = 0; i <= ledger::segments_max; ++i) {
    gifts.push_back(stage.record(donation_of(2, "JPY")));
    const auto id =
        ledger::record_id(crypto::encode(ledger::AuthoredRecord{open_giving, gifts.back()}));
    refunds.push_back(stage.record(refund_of(id, 1)));
  }
  for (const auto* all : {&gifts, &refunds}) {
    const auto half = all->begin() + 1'500;
    for (auto part : {std::vector(all->begin(), half), std::vector(half, all->end())}) {
      EXPECT_TRUE(stage.submit(open_giving, std::move(part)));
    }
  }
  EXPECT_EQ(stage.balance(open_giving, "JPY"), ledger::segments_max + 1);
  return {stage.refusal(open_giving, disbursement_of(red_aid, ledger::segments_max + 1, "JPY")),
          "the money lies in too many pieces for one record; record it in smaller amounts"};
}

Provoked reference_reused(Stage& stage) {
  Record record = stage.record(donation_of(7));
  EXPECT_TRUE(stage.submit(open_giving, {record}));
  const auto id = stage.checked(open_giving, {record}).records[0].id;
  record.body = donation_of(8);
  return {stage.of_records(open_giving, {record}),
          "reference 'r-5' names another record already, " + id.hex()};
}

Provoked already_recorded(Stage& stage) {
  const Record old = stage.record(donation_of(7));
  EXPECT_TRUE(stage.submit(open_giving, {old}));
  return {stage.of_records(open_giving, {old, stage.record(donation_of(8))}),
          "this record is entry 15 already; send the others without it"};
}

Provoked bad_signature(Stage& stage) {
  Submission submission = stage.sign(open_giving, {stage.record(donation_of(5))});
  submission.head.signature.bytes[5] ^= 1;
  return {stage.checked_by_hand(submission),
          "the signature does not hold for this key and network"};
}

Provoked bad_encoding(Stage& stage) {
  Submission submission = stage.sign(open_giving, {stage.record(donation_of(5))});
  submission.head.count = 2;
  return {stage.checked_by_hand(submission), "the head's count is not the records' count"};
}

Provoked unknown_key(Stage& stage) {
  const Submission submission = ledger::sign_submission(
      stage.network(), red_aid, fixed_key("stranger"), {stage.record(donation_of(5))});
  return {stage.executed(submission), "this key is not a key of member 'red-aid'"};
}

Provoked unknown_member(Stage& stage) {
  return {stage.refusal(open_giving, disbursement_of({"nobody"}, 5)),
          "no member is called 'nobody'"};
}

Provoked date_out_of_range(Stage& stage) {
  ledger::Donation donation = donation_of(5);
  donation.paid_on = day("2026-03-03");
  return {stage.refusal(open_giving, donation),
          "the date lies in the future of the block, which is of 2026-03-01"};
}

Provoked unknown_channel(Stage& stage) {
  ledger::Donation donation = donation_of(5);
  donation.channel = {"till"};
  return {stage.refusal(open_giving, donation), "no channel is called 'till'"};
}

Provoked already_spent(Stage& stage) {
  stage.disburse(open_giving, red_aid, 400);
  return {stage.refusal(open_giving, refund_of(stage.gift, 700)),
          "of that money 6.00 EUR is unspent in the hands of open-giving, 7.00 EUR is asked for"};
}

Provoked fund_not_open(Stage& stage) {
  stage.state_record(red_aid, closure_of(relief));
  return {stage.refusal(open_giving, donation_of(5)), "fund 'relief' is closed"};
}

const MemberId stranger{"stranger"};

ledger::MemberProposal joining(const MemberId& member = stranger) {
  return {member, {"A stranger"}, ledger::Role::platform, fixed_key(member.value).public_key(), {}};
}

ledger::MemberSuspension suspending(const MemberId& member) {
  return {member, ledger::MemberStatus::suspended, {"It does not answer"}};
}

// By the quorum of the world's validators.
ledger::RecordId decided(Stage& stage, const ledger::RecordBody& proposal) {
  const ledger::RecordId id = stage.state_record(open_giving, proposal);
  for (const MemberId& member : {tender, clean_water})
    stage.state_record(member, ledger::Approval{id, {}});
  return id;
}

Provoked key_exists(Stage& stage) {
  ledger::MemberProposal body = joining();
  body.key = fixed_key(red_aid.value).public_key();
  return {stage.refusal(open_giving, body), "this key is or was one of member 'red-aid'"};
}

Provoked bad_key(Stage& stage) {
  ledger::MemberProposal body = joining();
  body.key = {};
  return {stage.refusal(open_giving, body), "this is not an admissible Ed25519 key"};
}

Provoked member_suspended(Stage& stage) {
  decided(stage, suspending(field_crew));
  return {stage.of_records(field_crew, {stage.record(proposal_of({"well"}))}),
          "member 'field-crew' is suspended and records nothing"};
}

Provoked agreement_missing(Stage& stage) {
  ledger::MemberProposal body = joining();
  body.role = ledger::Role::ngo;
  return {stage.refusal(open_giving, body),
          "an NGO joins with the SHA-256 of its signed agreement (agreement)"};
}

Provoked unknown_proposal(Stage& stage) {
  return {stage.refusal(tender, ledger::Approval{stage.gift, {}}),
          "record " + stage.gift.hex().substr(0, 16) +
              " is no open proposal: it never was one, is decided, or void"};
}

Provoked already_approved(Stage& stage) {
  const auto id = stage.state_record(open_giving, joining());
  return {stage.refusal(open_giving, ledger::Approval{id, {}}),
          "'open-giving' has approved it already"};
}

Provoked too_many_proposals(Stage& stage) {
  for (std::size_t i = 0; i < ledger::open_proposals_of_one_max; ++i)
    stage.state_record(open_giving, joining({"stranger-" + std::to_string(i)}));
  return {stage.refusal(open_giving, joining()),
          "at most 64 proposals are open at a time, 16 of one member and 32 of those without a "
          "vote, and one more of each validator that has no other; they end when approved or after "
          "90 days"};
}

Provoked too_many_statements(Stage& stage) {
  const ledger::Subject subject = ledger::FundSubject{test::relief};
  for (std::size_t i = 0; i < ledger::statements_of_one_max; ++i)
    stage.state_record(red_aid, test::evidence_of(subject));
  return {stage.refusal(red_aid, test::evidence_of(subject)),
          "a member states at most 256 records about one other or about a fund"};
}

Provoked too_many_reads(Stage& stage) {
  // A gift that has left its account in many parts, and may have come back with each exchange.
  const auto gift = stage.donate(2'000);
  std::vector<Record> parts;
  for (int i = 0; i < 2'000; ++i) parts.push_back(stage.record(expenditure_of(1)));
  EXPECT_TRUE(stage.submit(open_giving, std::move(parts)));
  stage.exchange(open_giving, 1'000, "EUR", 1'000, "JPY");
  std::vector<Record> records;
  for (int i = 0; i < 60; ++i) {
    records.push_back(stage.record(exchange_of(1, "JPY", 1, "EUR")));
    records.push_back(stage.record(refund_of(gift, 1)));
  }
  return {stage.of_records(open_giving, std::move(records)),
          "the submission's records ask for more than 50000 earlier ones to be read; send them in "
          "smaller submissions"};
}

Provoked too_many_members(Stage& stage) {
  for (std::size_t i = stage.state().governance()->members.items.size(); i < ledger::members_max;
       ++i) {
    decided(stage, joining({"stranger-" + std::to_string(i)}));
  }
  const auto id = stage.state_record(open_giving, joining());
  stage.state_record(tender, ledger::Approval{id, {}});
  return {stage.refusal(clean_water, ledger::Approval{id, {}}),
          "a network has at most 256 members"};
}

// One case per word: without a `default` the compiler refuses a switch that lacks one.
Provoked provoke(Word word, Stage& stage) {
  switch (word) {
    case Word::unknown_member:
      return unknown_member(stage);
    case Word::not_permitted:
      return {stage.refusal(clean_water, donation_of(5)),
              "a donation is recorded by a platform or by the fund's NGO"};
    case Word::unknown_fund:
      return {stage.refusal(open_giving, donation_of(5, "EUR", {"ghosts"})),
              "no fund is called 'ghosts'"};
    case Word::fund_exists:
      return {stage.refusal(clean_water, proposal_of(relief)), "a fund is called 'relief' already"};
    case Word::fund_not_open:
      return fund_not_open(stage);
    case Word::unknown_channel:
      return unknown_channel(stage);
    case Word::channel_exists:
      return {stage.refusal(open_giving, channel_of(web)), "a channel is called 'web' already"};
    case Word::insufficient_funds:
      return {stage.refusal(open_giving, disbursement_of(red_aid, 123'456)),
              "relief/open-giving holds 10.00 EUR, 1,234.56 EUR is asked for: 1,224.56 EUR short"};
    case Word::already_spent:
      return already_spent(stage);
    case Word::currency_mismatch:
      return {stage.refusal(open_giving, exchange_of(5, "EUR", 5, "EUR")),
              "an exchange is between two currencies"};
    case Word::unknown_currency:
      return {stage.refusal(open_giving, donation_of(5, "XAU")),
              "'XAU' is not an ISO 4217 currency with a minor unit"};
    case Word::amount_out_of_range:
      return {stage.refusal(open_giving, donation_of(0)),
              "an amount is 1 to 9007199254740991 minor units"};
    case Word::date_out_of_range:
      return date_out_of_range(stage);
    case Word::reference_reused:
      return reference_reused(stage);
    case Word::already_recorded:
      return already_recorded(stage);
    case Word::unknown_record:
      return {stage.refusal(open_giving, refund_of({}, 5)),
              "no record has the id " + std::string(64, '0')};
    case Word::wrong_record_kind:
      return {
          stage.refusal(open_giving, return_of(stage.gift, 5)),
          "record " + stage.gift.hex().substr(0, 16) + " is no disbursement but of kind donation"};
    case Word::bad_signature:
      return bad_signature(stage);
    case Word::bad_encoding:
      return bad_encoding(stage);
    case Word::too_large:
      return too_large(stage);
    case Word::too_fragmented:
      return too_fragmented(stage);
    case Word::unknown_key:
      return unknown_key(stage);
    case Word::bad_key:
      return bad_key(stage);
    case Word::key_exists:
      return key_exists(stage);
    case Word::member_exists:
      return {stage.refusal(open_giving, joining(red_aid)), "a member is called 'red-aid' already"};
    case Word::member_suspended:
      return member_suspended(stage);
    case Word::agreement_missing:
      return agreement_missing(stage);
    case Word::unknown_proposal:
      return unknown_proposal(stage);
    case Word::already_approved:
      return already_approved(stage);
    case Word::too_many_proposals:
      return too_many_proposals(stage);
    case Word::too_many_members:
      return too_many_members(stage);
    case Word::too_many_statements:
      return too_many_statements(stage);
    case Word::too_many_reads:
      return too_many_reads(stage);
    case Word::bad_validators:
      return {stage.refusal(open_giving, ledger::ValidatorChange{0, {{red_aid, red_aid}}, {}}),
              "'red-aid' is listed twice"};
    case Word::wrong_epoch:
      return {stage.refusal(open_giving, ledger::ValidatorChange{7, {{red_aid}}, {}}),
              "epoch 0 is under way; a change names the epoch that it ends"};
  }
  return {};
}

class EveryWord : public ::testing::TestWithParam<std::size_t> {};

TEST_P(EveryWord, IsGivenWithItsFigures) {
  const auto word = static_cast<Word>(GetParam());
  Stage stage;
  const Provoked provoked = provoke(word, stage);
  EXPECT_EQ(crypto::word_of(provoked.refusal.word), crypto::word_of(word));
  EXPECT_EQ(provoked.refusal.detail, provoked.expected);
}

INSTANTIATE_TEST_SUITE_P(Words, EveryWord,
                         ::testing::Range<std::size_t>(0, enum_words(Word{}).size()),
                         [](const auto& info) {
                           return std::string(crypto::word_of(static_cast<Word>(info.param)));
                         });

TEST(RejectionWords, AreDistinctAndAsLong) {
  const auto words = enum_words(Word{});
  EXPECT_EQ(words.size(), static_cast<std::size_t>(Word::too_many_reads) + 1);
  const std::set<std::string_view> distinct(words.begin(), words.end());
  EXPECT_EQ(distinct.size(), words.size());
  EXPECT_EQ(crypto::word_of(Word::already_spent), "already_spent");
  EXPECT_EQ(crypto::word_of(Word::wrong_record_kind), "wrong_record_kind");
}

TEST(Rejection, ComesToAnUnknownAuthorBeforeAnythingElse) {
  Stage stage;
  const Submission submission = ledger::sign_submission(
      stage.network(), {"nobody"}, fixed_key("nobody"), {stage.record(donation_of(5))});
  const Refusal refusal = stage.executed(submission);
  EXPECT_EQ(refusal.word, Word::unknown_member);
  EXPECT_EQ(refusal.detail, "no member is called 'nobody'");
}

}  // namespace
}  // namespace centime::test
