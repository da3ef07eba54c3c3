// The ledger's intervals against a model in which each minor unit is an object.
#include "tests/support/unit_model.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "node/ledger/laws.h"
#include "node/ledger/trace.h"
#include "tests/support/random_history.h"

namespace centime::test {
namespace {

using ledger::AccountKey;
using ledger::EntryIndex;
using ledger::Interval;
using ledger::RecordKind;
using ledger::Word;
using Place = UnitModel::Place;

class Twins {
 public:
  Twins()
      : history_(
            world_,
            {.amount_max = 12, .huge_amounts = false, .currencies = {"EUR", "JPY"}, .funds = 1}) {}

  // Runs one step on both; what they disagree on, or nothing.
  std::string step(std::uint64_t seed) {
    const StepResult result = history_.step(seed);
    if (!result.outcome) return check_refusal(result);
    if (result.outcome->repeat) return {};
    for (const EntryIndex entry : result.outcome->records) {
      if (auto difference = follow(entry); !difference.empty()) return difference;
    }
    return {};
  }

  void seal() { world_.seal(); }

  std::string compare_everything() const {
    for (const auto& [key, units] : model_.accounts()) {
      if (auto difference = compare_account(key, units); !difference.empty()) return difference;
      if (auto difference = compare_backwards(key, units); !difference.empty()) return difference;
    }
    if (model_.accounts().size() != world_.view().account_count()) return "number of accounts";
    for (const RecordKind kind :
         {RecordKind::donation, RecordKind::disbursement, RecordKind::exchange}) {
      for (const EntryIndex entry : history_.of_kind(kind)) {
        if (auto difference = compare_forwards(entry); !difference.empty()) return difference;
      }
    }
    return {};
  }

 private:
  static std::string at(EntryIndex entry, std::string_view what) {
    return "entry " + std::to_string(entry.value) + ": " + std::string(what);
  }

  // A lone record that was refused for want of money lacks it in the model too.
  std::string check_refusal(const StepResult& result) const {
    const ledger::Rejection& rejection = result.outcome.error();
    const Word word = rejection.whole.word;
    if (result.records.size() != 1) return {};
    if (word != Word::insufficient_funds && word != Word::already_spent) return {};
    return model_.movement({result.author, result.records[0]})
               ? "the model has the money of a refused record"
               : "";
  }

  std::string follow(EntryIndex entry) {
    const ledger::RecordEntry record = world_.view().record(entry);
    if (!model_.movement(record.authored)) return at(entry, "the model lacks the money");
    const UnitModel::Movement moved = model_.apply(record.authored, entry);
    std::vector<Place> taken;
    if (record.effects.spend) {
      const AccountKey key = world_.view().account(record.effects.spend->account)->key();
      for (const Interval& segment : record.effects.spend->segments.items) {
        for (std::uint64_t p = segment.lo.value; p < segment.hi.value; ++p) {
          taken.push_back({key, p});
        }
      }
    }
    if (taken != moved.taken) return at(entry, "other units were taken");
    if (record.effects.fill.has_value() != moved.filled.has_value()) return at(entry, "fill");
    if (!moved.filled) return {};
    const ledger::Fill& fill = *record.effects.fill;
    const bool same = world_.view().account(fill.account)->key() == *moved.filled &&
                      fill.units.lo.value == moved.fill_first &&
                      fill.units.size() == moved.fill_count;
    return same ? "" : at(entry, "other units were filled");
  }

  std::string compare_account(const AccountKey& key,
                              const std::vector<UnitModel::Unit>& units) const {
    const auto index = world_.view().find_account(key);
    if (!index) return "an account is missing";
    const auto account = world_.view().account(*index);
    if (account->received().value != units.size()) return "received";
    std::vector<bool> spent(units.size());
    for (std::uint64_t p = 0; p < account->head().value; ++p) spent[p] = true;
    for (const Interval& hole : account->holes()) {
      for (std::uint64_t p = hole.lo.value; p < hole.hi.value; ++p) spent[p] = true;
    }
    std::uint64_t balance = 0;
    for (std::size_t p = 0; p < units.size(); ++p) {
      if (spent[p] != units[p].left_by.has_value()) return "head and holes";
      if (!spent[p]) ++balance;
    }
    return balance == account->balance() ? "" : "balance";
  }

  // Each place of each piece is a descendant of the entry's units, once; held or moved as there.
  std::string compare_forwards(EntryIndex entry) const {
    const ledger::Fill fill = *world_.view().record(entry).effects.fill;
    const auto trace = trace_forward(world_.view(), fill.account, fill.units, entry);
    if (!trace) return at(entry, "no trace");
    std::set<Place> visited;
    std::set<Place> held;
    for (const ledger::Piece& piece : trace->pieces) {
      const AccountKey key = world_.view().account(piece.account)->key();
      for (std::uint64_t p = piece.units.lo.value; p < piece.units.hi.value; ++p) {
        if (!visited.insert({key, p}).second) return at(entry, "a unit is traced twice");
        if (model_.at({key, p}).came_by != piece.arrived_by) return at(entry, "arrived_by");
      }
      for (const Interval& part : piece.held) {
        for (std::uint64_t p = part.lo.value; p < part.hi.value; ++p) held.insert({key, p});
      }
    }
    std::set<Place> expected = model_.descendants(entry);
    if (visited != expected) return at(entry, "the trace is not the units' descendants");
    for (const ledger::Move& move : trace->moves) {
      const AccountKey key = world_.view().account(trace->pieces[move.from].account)->key();
      for (std::uint64_t p = move.units.lo.value; p < move.units.hi.value; ++p) {
        if (model_.at({key, p}).left_by != move.entry) return at(entry, "a unit left otherwise");
        expected.erase({key, p});
      }
    }
    return held == expected ? compare_held_units(entry, held) : at(entry, "held units");
  }

  std::string compare_held_units(EntryIndex entry, const std::set<Place>& held) const {
    for (std::uint32_t i = 0; i < world_.view().account_count(); ++i) {
      const AccountKey key = world_.view().account({i})->key();
      const auto found = held_units(world_.view(), entry, {i}, 100'000);
      if (!found) return at(entry, "no held units");
      std::vector<std::uint64_t> positions;
      for (const Interval& part : found->units) {
        for (std::uint64_t p = part.lo.value; p < part.hi.value; ++p) positions.push_back(p);
      }
      std::vector<std::uint64_t> expected;
      for (const Place& place : held) {
        if (place.account == key) expected.push_back(place.position);
      }
      if (positions != expected) return at(entry, "held units in one account");
    }
    return {};
  }

  // Backwards from every inflow, and from windows that cut across them.
  std::string compare_backwards(const AccountKey& key,
                                const std::vector<UnitModel::Unit>& units) const {
    const std::uint64_t size = units.size();
    for (std::uint64_t lo = 0; lo < size; lo += 7) {
      const std::uint64_t hi = std::min(size, lo + 1 + lo % 23);
      if (auto difference = compare_sources(key, lo, hi); !difference.empty()) return difference;
    }
    return compare_sources(key, 0, size);
  }

  std::string compare_sources(const AccountKey& key, std::uint64_t lo, std::uint64_t hi) const {
    const auto account = *world_.view().find_account(key);
    const auto found = trace_backward(world_.view(), account, {{lo}, {hi}});
    if (!found) return "no backward trace";
    // In order: the next `became` units asked about have their roots in this source.
    std::uint64_t position = lo;
    for (const ledger::Source& source : found->sources) {
      const AccountKey home = world_.view().account(source.account)->key();
      if (source.became == 0) return "a source of nothing is reported";
      for (std::uint64_t i = 0; i < source.became; ++i) {
        if (position == hi) return "more sources than units";
        const Place root = model_.root({key, position++});
        const bool inside = root.account == home && source.units.lo.value <= root.position &&
                            root.position < source.units.hi.value;
        if (!inside) return "a unit has another source";
        if (model_.at(root).came_by != source.donation) return "a source has another donation";
      }
    }
    return position == hi ? "" : "fewer sources than units";
  }

  LedgerWorld world_;
  RandomHistory history_;
  UnitModel model_;
};

class ModelOverLongHistories : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(ModelOverLongHistories, AgreesOnEveryUnit) {
  Twins twins;
  Dice seeds(GetParam());
  for (std::size_t i = 1; i <= 1'000; ++i) {
    ASSERT_EQ(twins.step(seeds.roll()), "") << "at step " << i;
    if (i % 250 == 0) {
      ASSERT_EQ(twins.compare_everything(), "") << "after step " << i;
    }
  }
  twins.seal();
  EXPECT_EQ(twins.compare_everything(), "");
}

INSTANTIATE_TEST_SUITE_P(Seeds, ModelOverLongHistories, ::testing::Range<std::uint64_t>(100, 104));

RC_GTEST_PROP(UnitModel, AgreesAfterAnyHistory, (const std::vector<std::uint64_t>& seeds)) {
  Twins twins;
  for (const std::uint64_t seed : seeds) RC_ASSERT(twins.step(seed) == "");
  RC_ASSERT(twins.compare_everything() == "");
}

}  // namespace
}  // namespace centime::test
