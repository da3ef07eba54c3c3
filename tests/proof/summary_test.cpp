#include "node/proof/summary.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/proof/bundle_world.h"

namespace centime::proof {
namespace {

using test::field_crew;
using test::LedgerWorld;
using test::open_giving;
using test::red_aid;

// A network with one open fund.
struct World : LedgerWorld {
  World() {
    open_channel();
    open_fund();
  }
};

Summary summary_of(const LedgerWorld& world, const ledger::RecordId& gift) {
  const auto path = trace_donation(world.state(), world.entry_of(gift));
  return *summarise(world.state(), path->trace);
}

const StageInfo& stage(const Summary& summary, Stage which) {
  return summary.stages[static_cast<std::size_t>(which)];
}
StageState state(const Summary& summary, Stage which) { return stage(summary, which).state; }

std::vector<std::string> steps_of(const Summary& summary) {
  std::vector<std::string> steps;
  for (const Step& step : summary.steps) {
    steps.push_back(std::string(crypto::word_of(step.kind)) + " " +
                    ledger::format_amount(step.amount, step.currency));
  }
  return steps;
}

TEST(Summary, OfANewGiftSaysThatTheCollectorHoldsIt) {
  World world;
  const auto summary = summary_of(world, world.donate(5'000));
  EXPECT_EQ(sentence(summary), "50.00 EUR given: 50.00 EUR held by Open Giving.");
  EXPECT_EQ(summary.collector, open_giving);
  EXPECT_EQ(summary.fund_title, "Fund relief");
  EXPECT_EQ(steps_of(summary), std::vector<std::string>{"received 50.00 EUR"});
  EXPECT_EQ(state(summary, Stage::received), StageState::done);
  for (const Stage later : {Stage::sent, Stage::acknowledged, Stage::paid, Stage::evidence}) {
    EXPECT_EQ(state(summary, later), StageState::not_yet);
    EXPECT_EQ(stage(summary, later).first, std::nullopt);
  }
  EXPECT_FALSE(summary.disputed);
  EXPECT_FALSE(summary.exchanged);
}

TEST(Summary, SetsFeesApartFromWhatWasSpent) {
  World world;
  const auto gift = world.donate(5'000);
  auto fee = test::expenditure_of(150);
  fee.category = ledger::Category::platform_fee;
  world.state_record(open_giving, fee);
  world.disburse(open_giving, red_aid, 4'850);
  world.spend(red_aid, 3'750);
  const auto summary = summary_of(world, gift);
  EXPECT_EQ(sentence(summary),
            "50.00 EUR given: 37.50 EUR spent, 1.50 EUR in fees, 11.00 EUR held by Red Aid.");
  EXPECT_EQ(state(summary, Stage::sent), StageState::done);
  EXPECT_EQ(state(summary, Stage::acknowledged), StageState::not_yet);
  EXPECT_EQ(state(summary, Stage::paid), StageState::partly);
  EXPECT_EQ(state(summary, Stage::evidence), StageState::not_yet);
}

TEST(Summary, CountsEachFeeCategoryAsFees) {
  for (const auto category : {ledger::Category::platform_fee, ledger::Category::bank_fee,
                              ledger::Category::overhead, ledger::Category::fx_loss}) {
    EXPECT_TRUE(is_fee(category));
  }
  EXPECT_FALSE(is_fee(ledger::Category::goods));
  EXPECT_FALSE(is_fee(ledger::Category::salaries));
  EXPECT_FALSE(is_fee(ledger::Category::other));
}

TEST(Summary, ShowsWhoSaidWhatAboutAHandOver) {
  World world;
  const auto gift = world.donate(1'000);
  const auto sent = world.disburse(open_giving, red_aid, 600);
  EXPECT_EQ(summary_of(world, gift).steps[1].hand_over, HandOver::sent);

  world.state_record(red_aid, test::dispute_of(sent, 500));
  Summary summary = summary_of(world, gift);
  EXPECT_EQ(summary.steps[1].hand_over, HandOver::disputed);
  EXPECT_TRUE(summary.disputed);
  EXPECT_EQ(state(summary, Stage::acknowledged), StageState::not_yet);

  world.state_record(red_aid, test::acknowledgement_of(sent, 600));
  summary = summary_of(world, gift);
  const Step& step = summary.steps[1];
  EXPECT_EQ(step.hand_over, HandOver::acknowledged);
  ASSERT_EQ(step.statements.size(), 2u);
  EXPECT_EQ(step.statements[0].record.kind(), ledger::RecordKind::dispute);
  EXPECT_EQ(step.statements[1].author, red_aid);
  EXPECT_EQ(step.to, red_aid);
  EXPECT_EQ(step.author, open_giving);
  EXPECT_FALSE(summary.disputed);
  EXPECT_EQ(state(summary, Stage::sent), StageState::partly);
  EXPECT_EQ(state(summary, Stage::acknowledged), StageState::done);
  EXPECT_EQ(stage(summary, Stage::acknowledged).first, test::day("2026-02-28"));

  world.disburse(open_giving, field_crew, 400);
  summary = summary_of(world, gift);
  EXPECT_EQ(state(summary, Stage::sent), StageState::done);
  EXPECT_EQ(state(summary, Stage::acknowledged), StageState::partly);
}

TEST(Summary, ADisputeStandsUntilItIsAcknowledgedOrAllIsReturned) {
  World world;
  const auto gift = world.donate(1'000);
  const auto sent = world.disburse(open_giving, red_aid, 600);
  world.state_record(red_aid, test::acknowledgement_of(sent, 600));
  world.state_record(red_aid, test::dispute_of(sent, 500));
  EXPECT_TRUE(summary_of(world, gift).disputed) << "the last word counts";

  world.give_back(red_aid, sent, 100);
  Summary summary = summary_of(world, gift);
  EXPECT_TRUE(summary.disputed) << "of 600 there are 500 left";
  EXPECT_FALSE(summary.steps[1].came_back);

  world.give_back(red_aid, sent, 500);
  summary = summary_of(world, gift);
  EXPECT_FALSE(summary.disputed);
  EXPECT_TRUE(summary.steps[1].came_back);
  EXPECT_EQ(summary.steps[1].hand_over, HandOver::disputed) << "that is what was said";
}

// As many euros came back as were sent, and some of the gift is still there in yen.
TEST(Summary, WhatCameBackByWayOfTwoExchangesIsTheGiftsShareOfIt) {
  World world;
  const auto gift = world.donate(10'000);
  const auto sent = world.disburse(open_giving, red_aid, 10'000);
  world.state_record(red_aid, test::dispute_of(sent, 9'000));
  world.exchange(red_aid, 10'000, "EUR", 16'000, "JPY");
  world.exchange(red_aid, 15'800, "JPY", 10'000, "EUR");
  world.give_back(red_aid, sent, 10'000);
  const Summary summary = summary_of(world, gift);
  EXPECT_FALSE(summary.steps[1].came_back);
  EXPECT_TRUE(summary.disputed);
}

TEST(Summary, CollectsEvidenceFromTheRecordAndFromLaterOnes) {
  World world;
  const auto gift = world.donate(1'000);
  auto bill = test::expenditure_of(1'000);
  bill.evidence.items.push_back(test::evidence_of(ledger::FundSubject{test::relief}).file);
  const auto paid = world.state_record(open_giving, bill);
  world.state_record(open_giving, test::evidence_of(ledger::RecordSubject{paid}));
  world.state_record(test::tender, test::attestation_of(ledger::RecordSubject{paid}));
  const auto summary = summary_of(world, gift);
  const Step& step = summary.steps[1];
  EXPECT_EQ(step.kind, StepKind::paid);
  ASSERT_EQ(step.evidence.size(), 2u);
  EXPECT_EQ(step.evidence[0].entry, step.entry);
  EXPECT_GT(step.evidence[1].entry, step.entry);
  EXPECT_EQ(step.statements.size(), 2u);
  EXPECT_EQ(state(summary, Stage::sent), StageState::not_needed);
  EXPECT_EQ(state(summary, Stage::acknowledged), StageState::not_needed);
  EXPECT_EQ(state(summary, Stage::paid), StageState::done);
  EXPECT_EQ(state(summary, Stage::evidence), StageState::done);
  EXPECT_TRUE(summary.members.contains(test::tender));
}

TEST(Summary, OfARefundedGiftNeedsNoFurtherStage) {
  World world;
  const auto gift = world.donate(1'000);
  world.refund(gift, 1'000);
  const auto summary = summary_of(world, gift);
  EXPECT_EQ(sentence(summary), "10.00 EUR given: 10.00 EUR refunded.");
  EXPECT_EQ(steps_of(summary),
            (std::vector<std::string>{"received 10.00 EUR", "refunded 10.00 EUR"}));
  EXPECT_EQ(state(summary, Stage::sent), StageState::not_needed);
  EXPECT_EQ(state(summary, Stage::paid), StageState::not_needed);
  EXPECT_EQ(state(summary, Stage::evidence), StageState::not_needed);
}

// A file that came with the hand-over is still shown, and nothing more is to come.
TEST(Summary, OfAGiftThatCameBackWholeAndWasRefundedNothingIsToCome) {
  World world;
  const auto gift = world.donate(1'000);
  auto hand_over = test::disbursement_of(red_aid, 1'000);
  hand_over.evidence.items.push_back(test::evidence_of(ledger::FundSubject{test::relief}).file);
  const auto sent = world.state_record(open_giving, hand_over);
  world.give_back(red_aid, sent, 1'000);
  auto summary = summary_of(world, gift);
  EXPECT_EQ(state(summary, Stage::sent), StageState::not_yet) << "it lies with who collected it";
  EXPECT_EQ(state(summary, Stage::acknowledged), StageState::not_yet);
  world.refund(gift, 1'000);
  summary = summary_of(world, gift);
  for (const Stage stage : {Stage::sent, Stage::acknowledged, Stage::paid})
    EXPECT_EQ(state(summary, stage), StageState::not_needed) << crypto::word_of(stage);
  EXPECT_EQ(state(summary, Stage::evidence), StageState::done);
}

TEST(Summary, WhatCameBackAndWentToAnotherIsAcknowledgedByThatOne) {
  World world;
  const auto gift = world.donate(1'000);
  world.give_back(red_aid, world.disburse(open_giving, red_aid, 1'000), 1'000);
  const auto again = world.disburse(open_giving, field_crew, 1'000);
  EXPECT_EQ(state(summary_of(world, gift), Stage::sent), StageState::done);
  EXPECT_EQ(state(summary_of(world, gift), Stage::acknowledged), StageState::not_yet);
  world.state_record(field_crew, test::acknowledgement_of(again, 1'000));
  EXPECT_EQ(state(summary_of(world, gift), Stage::acknowledged), StageState::done);
}

// Exchanged there and back the same currency is another amount.
TEST(Summary, SaysWhatMoneyIsThatWasExchangedThereAndBack) {
  World world;
  const auto gift = world.donate(10'000);
  world.exchange(open_giving, 10'000, "EUR", 12'000, "JPY");
  world.exchange(open_giving, 12'000, "JPY", 9'000, "EUR");
  EXPECT_EQ(sentence(summary_of(world, gift)),
            "100.00 EUR given: 100.00 EUR (as 90.00 EUR) held by Open Giving.");
  world.refund(gift, 9'000);
  EXPECT_EQ(sentence(summary_of(world, gift)),
            "100.00 EUR given: 100.00 EUR (as 90.00 EUR) refunded.");
}

TEST(Summary, WhoseFundItIsSendsItToNobody) {
  World world;
  const auto gift = world.donate(1'000, "EUR", test::relief, red_aid);
  EXPECT_EQ(state(summary_of(world, gift), Stage::sent), StageState::not_needed);
  EXPECT_EQ(state(summary_of(world, gift), Stage::acknowledged), StageState::not_needed);
  EXPECT_EQ(state(summary_of(world, gift), Stage::paid), StageState::not_yet);
  world.disburse(red_aid, field_crew, 400);
  EXPECT_EQ(state(summary_of(world, gift), Stage::acknowledged), StageState::not_yet);
}

TEST(Summary, OfSeveralPiecesInOneRecordIsOneStep) {
  World world;
  const auto gift = world.donate(1'000);
  const auto sent = world.disburse(open_giving, red_aid, 300);
  world.give_back(red_aid, sent, 200);
  // The 700 that never left and the 200 that came back.
  world.disburse(open_giving, field_crew, 900);
  const auto summary = summary_of(world, gift);
  EXPECT_EQ(steps_of(summary), (std::vector<std::string>{"received 10.00 EUR", "sent 3.00 EUR",
                                                         "returned 2.00 EUR", "sent 9.00 EUR"}));
  EXPECT_EQ(summary.steps[2].to, open_giving);
  EXPECT_EQ(sentence(summary),
            "10.00 EUR given: 9.00 EUR held by Field Crew, 1.00 EUR held by Red Aid.");
}

TEST(Summary, ShowsOnlyTheGiftsShareOfARecord) {
  World world;
  world.donate(500);
  const auto gift = world.donate(1'000);
  world.disburse(open_giving, red_aid, 800);
  const auto summary = summary_of(world, gift);
  EXPECT_EQ(summary.steps[1].amount.value, 300u);
  EXPECT_EQ(summary.steps[1].record_amount.value, 800u);
}

TEST(Summary, KeepsTheGiftsCurrencyBesideTheNewOne) {
  World world;
  const auto gift = world.donate(1'000);
  world.exchange(open_giving, 1'000, "EUR", 150'333, "KES");
  world.spend(open_giving, 50'000, "KES");
  const auto summary = summary_of(world, gift);
  EXPECT_TRUE(summary.exchanged);
  EXPECT_EQ(summary.steps[1].to_currency, test::currency("KES"));
  EXPECT_EQ(summary.steps[1].to_amount->value, 150'333u);
  EXPECT_EQ(summary.steps[2].given.value, 333u);
  EXPECT_EQ(sentence(summary),
            "10.00 EUR given: 3.33 EUR (as 500.00 KES) spent, "
            "6.67 EUR (as 1,003.33 KES) held by Open Giving.");
}

TEST(Summary, NamesWhatAnExchangeRoundedAway) {
  World world;
  const auto gift = world.donate(1);
  world.donate(99);
  world.exchange(open_giving, 100, "EUR", 3, "JPY");
  const auto summary = summary_of(world, gift);
  EXPECT_EQ(sentence(summary), "0.01 EUR given: 0.01 EUR lost in rounding.");
}

// ---- laws

RC_GTEST_PROP(Summary, PartsAlwaysAddUpToTheGift, (std::uint64_t seed)) {
  LedgerWorld world;
  test::RandomHistory history(world, seed);
  history.run(*rc::gen::inRange<std::size_t>(1, 120));
  std::size_t left = 12;
  for (const auto& gift : history.donations()) {
    if (left-- == 0) break;
    const auto summary = summary_of(world, gift);
    std::uint64_t sum = 0;
    for (const Part& part : summary.parts) {
      sum += part.given.value;
      RC_ASSERT(part.amount.value > 0);
      if (part.currency == summary.gift.currency && !summary.exchanged) {
        RC_ASSERT(part.amount == part.given);
      }
      RC_ASSERT(part.holder.has_value() == (part.kind == PartKind::held));
    }
    RC_ASSERT(sum == summary.gift.amount.value);
    RC_ASSERT(std::ranges::is_sorted(summary.steps, {}, &Step::entry));
    RC_ASSERT(summary.steps[0].kind == StepKind::received);
    for (const Step& step : summary.steps) {
      RC_ASSERT(step.given.value <= summary.gift.amount.value || step.kind == StepKind::sent ||
                step.kind == StepKind::returned || step.kind == StepKind::exchanged);
      RC_ASSERT(summary.members.contains(step.author));
    }
    RC_ASSERT(!sentence(summary).empty());
  }
}

// Shares are a matter of boundaries: however units are cut, the parts' shares add up to the
// whole's.
RC_GTEST_PROP(GiftShares, OfAdjacentUnitsAddUp, (std::uint64_t seed)) {
  LedgerWorld world;
  test::RandomHistory history(world, seed);
  history.run(80);
  RC_PRE(!history.donations().empty());
  const auto path = trace_donation(world.state(), world.entry_of(history.donations().front()));
  RC_ASSERT(path.has_value());
  const GiftShares shares(*path);
  for (std::size_t i = 0; i < path->trace.pieces.size(); ++i) {
    const ledger::Interval units = path->trace.pieces[i].units;
    const auto cut = units.lo + *rc::gen::inRange<std::uint64_t>(0, units.size() + 1);
    RC_ASSERT(shares.share(i, {units.lo, cut}) + shares.share(i, {cut, units.hi}) ==
              shares.share(i, units));
  }
}

// Goes back from piece to piece, one move after the other.
std::uint64_t offset_move_by_move(const Path& path, std::size_t piece, ledger::Position at) {
  while (const auto through = path.trace.pieces[piece].arrived_through) {
    const ledger::Piece& here = path.trace.pieces[piece];
    const ledger::Move& move = path.trace.moves[*through];
    const ledger::Effects& effects = path.record(move.entry).entry.effects;
    const auto& segments = effects.spend->segments.items;
    std::uint64_t before = 0;
    for (const ledger::Interval& segment : segments)
      if (segment.lo < move.units.lo) before += std::min(segment.hi, move.units.lo) - segment.lo;
    const ledger::Rate rate{total_units(segments), effects.fill->units.size()};
    if (at == here.units.lo) {
      at = move.units.lo;
    } else if (at == here.units.hi) {
      at = move.units.hi;
    } else {
      const std::uint64_t image = at - effects.fill->units.lo;
      at = move.units.lo + (rate.backwards({image - 1, image}).hi - before);
    }
    piece = move.from;
  }
  return at - path.trace.pieces[piece].units.lo;
}

RC_GTEST_PROP(GiftShares, AreThoseFoundMoveByMove, (std::uint64_t seed)) {
  LedgerWorld world;
  test::RandomHistory history(world, seed);
  history.run(120);
  for (const auto& donation : history.donations()) {
    const auto path = trace_donation(world.state(), world.entry_of(donation));
    RC_ASSERT(path.has_value());
    const GiftShares shares(*path);
    for (std::size_t i = 0; i < path->trace.pieces.size(); ++i) {
      const ledger::Interval units = path->trace.pieces[i].units;
      const auto cut = units.lo + *rc::gen::inRange<std::uint64_t>(0, units.size() + 1);
      RC_ASSERT(shares.share(i, {units.lo, cut}) ==
                offset_move_by_move(*path, i, cut) - offset_move_by_move(*path, i, units.lo));
    }
  }
}

// What it costs to share out a gift is bounded too: a gift may be exchanged often, and then spent
// in many parts.
TEST(GiftShares, OfAGiftThatWasExchangedAndSpentTooOftenAreNotFound) {
  World world;
  const auto gift = world.donate(100);
  for (int i = 0; i < 15; ++i) {
    world.exchange(open_giving, 100, "EUR", 90, "JPY");
    world.exchange(open_giving, 90, "JPY", 100, "EUR");
  }
  for (int i = 0; i < 80; ++i) world.spend(open_giving, 1);
  const auto entry = world.entry_of(gift);
  const auto path = trace_donation(world.state(), entry);
  ASSERT_TRUE(path);
  EXPECT_EQ(path->trace.moves.size(), 110);
  // The exchanges have 0 to 29 behind them; each payment, and what is held, has 30.
  const std::uint64_t conversions = 29 * 30 / 2 + 81 * 30;
  EXPECT_EQ(GiftShares(*path).conversions(), conversions);
  EXPECT_TRUE(trace_donation(world.state(), entry, (conversions + 19) / 20));
  const auto refused = trace_donation(world.state(), entry, conversions / 20 - 1);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), ledger::TraceError::too_fragmented);
}

TEST(Summary, ReadsNoMoreStatementsThanItMay) {
  World world;
  const auto gift = world.donate(100);
  const auto sent = world.disburse(open_giving, red_aid, 60);
  for (int i = 0; i < 3; ++i) world.state_record(red_aid, test::acknowledgement_of(sent, 60));
  const auto path = trace_donation(world.state(), world.entry_of(gift));
  EXPECT_TRUE(summarise(world.state(), path->trace, 3));
  const auto more = summarise(world.state(), path->trace, 2);
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error(), ledger::TraceError::too_fragmented);
}

}  // namespace
}  // namespace centime::proof
