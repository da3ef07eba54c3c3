// A made-up past: seeded steps of every kind of record, right and wrong, on a LedgerWorld.
//
// A step depends on its seed and on the world before it, on nothing else, so a property can draw
// the seeds and shrink their list.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <vector>

#include "tests/support/ledger_world.h"

namespace centime::test {

// A small generator of numbers that is the same with every library (splitmix64).
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}

  std::uint64_t roll();
  std::uint64_t below(std::uint64_t sides) { return roll() % sides; }  // Requires sides > 0.
  bool percent(std::uint64_t chance) { return below(100) < chance; }
  template <class Container>
  const auto& pick(const Container& items) {
    return items[below(items.size())];
  }

 private:
  std::uint64_t state_;
};

struct HistoryOptions {
  std::uint64_t amount_max = 1'000;  // Of ordinary amounts; odd ones are 0, huge or all there is.
  bool huge_amounts = true;          // Whether one near 2^53 may be accepted.
  std::vector<std::string_view> currencies = {"EUR", "JPY", "KWD"};
  std::size_t funds = 3;                // Open from the start, 1 to 3; the fewer, the more tangled.
  bool governance = true;               // Whether members, keys and validators change too.
  bool validator_changes = true;        // Of them, whether validators do.
  std::uint64_t mistakes_percent = 12;  // How often something about a record is wrong.
};

struct StepResult {
  ledger::MemberId author;
  std::vector<ledger::Record> records;
  LedgerWorld::Outcome outcome;
};

class RandomHistory {
 public:
  // Opens the funds and two channels and nothing else. The world must outlive the history.
  RandomHistory(LedgerWorld& world, HistoryOptions options);

  // One submission; afterwards the block may be sealed.
  StepResult step(std::uint64_t seed);
  // That many steps, with seeds that follow from `seed`; seals at the end.
  void run(std::uint64_t seed, std::size_t steps);

  // Accepted records, in log order.
  const std::vector<ledger::EntryIndex>& of_kind(ledger::RecordKind kind) const {
    return entries_[static_cast<std::size_t>(kind)];
  }
  const std::map<ledger::Word, std::size_t>& refused() const { return refused_; }
  std::size_t repeats() const { return repeats_; }

 private:
  friend class StepMaker;

  void note(const StepResult& result);

  LedgerWorld& world_;
  HistoryOptions options_;
  std::array<std::vector<ledger::EntryIndex>, std::variant_size_v<ledger::RecordBody>> entries_;
  std::vector<StepResult> accepted_;
  std::map<ledger::Word, std::size_t> refused_;
  std::size_t repeats_ = 0;
  std::size_t funds_made_ = 0;
  std::size_t members_made_ = 0;
};

}  // namespace centime::test
