#include "node/ledger/laws.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/support/random_history.h"

namespace centime::test {
namespace {

using ledger::EntryIndex;
using ledger::LawBreach;
using ledger::RecordKind;
using ledger::Word;

// The first breach of laws 1 to 4, of the whole state and of every donation and outlay.
std::string first_breach(const LedgerWorld& world, const RandomHistory& history) {
  const auto say = [](const LawBreach& breach) {
    return "law " + std::to_string(breach.law) + ": " + breach.detail;
  };
  const auto& state = world.state();
  if (const auto breach = check_laws(state, state.flows(), world.funds())) return say(*breach);
  for (const EntryIndex entry : history.of_kind(RecordKind::donation)) {
    if (const auto breach = check_trace_laws(state, entry).breach) return say(*breach);
  }
  for (const RecordKind kind : {RecordKind::expenditure, RecordKind::refund}) {
    for (const EntryIndex entry : history.of_kind(kind)) {
      if (const auto breach = check_source_laws(state, entry)) return say(*breach);
    }
  }
  return {};
}

class LawsOverLongHistories : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(LawsOverLongHistories, HoldAfterFifteenHundredSteps) {
  LedgerWorld world;
  HistoryOptions options;
  if (GetParam() % 2 == 1) options.amount_max = 1'000'000'000'000;
  RandomHistory history(world, options);
  history.run(GetParam(), 1'500);
  EXPECT_EQ(first_breach(world, history), "");
  // The history is worth something: every kind was accepted, and money words were met.
  for (std::size_t kind = 0; kind < std::variant_size_v<ledger::RecordBody>; ++kind) {
    EXPECT_FALSE(history.of_kind(static_cast<RecordKind>(kind)).empty()) << "kind " << kind;
  }
  for (const Word word : {Word::insufficient_funds, Word::already_spent, Word::not_permitted,
                          Word::reference_reused, Word::unknown_fund, Word::amount_out_of_range}) {
    EXPECT_TRUE(history.refused().contains(word)) << crypto::word_of(word);
  }
  EXPECT_GT(history.repeats(), 0);
}

INSTANTIATE_TEST_SUITE_P(Seeds, LawsOverLongHistories, ::testing::Range<std::uint64_t>(1, 7));

RC_GTEST_PROP(Laws, HoldAfterAnyHistory, (const std::vector<std::uint64_t>& seeds)) {
  LedgerWorld world;
  RandomHistory history(world, {.amount_max = 30, .currencies = {"EUR", "JPY"}});
  for (const std::uint64_t seed : seeds) history.step(seed);
  world.seal();
  RC_ASSERT(first_breach(world, history) == "");
}

}  // namespace
}  // namespace centime::test
