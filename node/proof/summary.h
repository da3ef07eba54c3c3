// What became of a gift, in the terms of a donor: what was spent, held, taken as fees, handed over.
//
// Data only, for page, API and command line alike; wording is theirs, but for one English sentence.
// Pure function of a view. Steps are grouped by record: a record that moved several pieces of the
// gift is one step.
#pragma once

#include <expected>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "node/proof/path.h"

namespace centime::proof {

enum class PartKind : std::uint8_t { spent, fees, held, refunded, rounded };
constexpr auto enum_words(PartKind) {
  return std::to_array<std::string_view>({"spent", "fees", "held", "refunded", "rounded"});
}

// One part of the answer. `given` over all parts adds up to the gift.
struct Part {
  PartKind kind{};
  std::optional<ledger::MemberId> holder;  // Of held money only.
  ledger::Currency currency;               // In which the part is now, or was last.
  ledger::Amount
      amount;  // In that currency. Other than `given` after an exchange, there and back too.
  ledger::Amount given;  // In the gift's currency. May be 0 after an exchange.
};

enum class HandOver : std::uint8_t { sent, acknowledged, disputed };
constexpr auto enum_words(HandOver) {
  return std::to_array<std::string_view>({"sent", "acknowledged", "disputed"});
}

// What a member said about a record on the path: an acknowledgement, dispute, attestation or
// evidence. Refunds and returns are steps of their own.
struct Statement {
  ledger::EntryIndex entry;
  ledger::RecordId id;
  ledger::MemberId author;
  ledger::Record record;
};

// Evidence that stands in the record itself, or was added to it later.
struct EvidenceItem {
  ledger::EntryIndex entry;  // Of the record that carries it.
  ledger::MemberId author;
  ledger::EvidenceFile file;
};

enum class StepKind : std::uint8_t { received, sent, exchanged, paid, returned, refunded };
constexpr auto enum_words(StepKind) {
  return std::to_array<std::string_view>(
      {"received", "sent", "exchanged", "paid", "returned", "refunded"});
}

struct Step {
  StepKind kind{};
  ledger::EntryIndex entry;
  ledger::RecordId id;
  ledger::MemberId author;             // Who stated it: collector, sender, holder.
  std::optional<ledger::MemberId> to;  // Of sent and returned.
  ledger::Date date;                   // The day the record gives.
  ledger::Currency currency;           // Of the account that the money left (or came to first).
  ledger::Amount amount;               // Of the gift's units in this step, in that currency.
  ledger::Amount given;                // The same in the gift's currency.
  ledger::Amount record_amount;        // Of the whole record, in `currency`.
  std::optional<ledger::Currency> to_currency;  // Of exchanged.
  std::optional<ledger::Amount> to_amount;      // What the gift's units became there.
  ledger::Record record;  // Category, payee, purpose, reason, rate source: all of it.

  HandOver hand_over{};                // Of sent: by the newest acknowledgement or dispute.
  bool came_back = false;              // Of sent: all of the gift's units in it were returned.
  std::vector<Statement> statements;   // Ascending.
  std::vector<EvidenceItem> evidence;  // The record's own first, then ascending.
};

enum class Stage : std::uint8_t { received, sent, acknowledged, paid, evidence };
constexpr auto enum_words(Stage) {
  return std::to_array<std::string_view>({"received", "sent", "acknowledged", "paid", "evidence"});
}

enum class StageState : std::uint8_t {
  not_yet,
  partly,
  done,
  not_needed,  // All of the gift has left the ledger without it.
};
constexpr auto enum_words(StageState) {
  return std::to_array<std::string_view>({"not_yet", "partly", "done", "not_needed"});
}

struct StageInfo {
  Stage stage{};
  StageState state{};
  std::optional<ledger::Date> first;  // Days of the records that reached it; none for evidence.
  std::optional<ledger::Date> last;
  std::vector<std::size_t> steps;  // Indexes into Summary::steps, ascending.
};

struct Summary {
  ledger::EntryIndex entry;
  ledger::RecordId id;
  ledger::MemberId collector;
  ledger::Donation gift;
  std::string fund_title;           // Empty if the view has no such fund.
  std::vector<Part> parts;          // Spent, fees, held, refunded, rounded; none is empty.
  std::vector<Step> steps;          // Ascending by entry; the first is `received`.
  std::array<StageInfo, 5> stages;  // In the order of Stage.
  std::map<ledger::MemberId, ledger::Member> members;  // All that are named above.

  // Some hand-over is, by the receiver's last word on it, and its money did not all come back.
  bool disputed = false;
  bool exchanged = false;
};

// What stands about all records on a path: each member may state a few hundred about each.
inline constexpr std::size_t path_statements_max = 20'000;

// Requires the forward trace of all units of one donation, on the same view. Error: too_fragmented,
// where more than `statements_max` statements are about its records.
std::expected<Summary, ledger::TraceError> summarise(
    const ledger::StateView& view, const ledger::Trace& trace,
    std::size_t statements_max = path_statements_max);
// The same, from a path on that view.
std::expected<Summary, ledger::TraceError> summarise(
    const ledger::StateView& view, const Path& path,
    std::size_t statements_max = path_statements_max);

// "50.00 EUR given: 37.50 EUR spent, 1.50 EUR in fees, 11.00 EUR held by Partner NGO."
std::string sentence(const Summary& summary);

}  // namespace centime::proof
