#include "node/ledger/record_rules.h"

#include <fmt/format.h>

#include <algorithm>

#include "node/ledger/governance_rules.h"
#include "node/ledger/money_rules.h"
#include "node/ledger/statement_rules.h"

namespace centime::ledger {
namespace {

// JSON holds no greater number exactly, and what is recorded is also read as JSON.
bool has_oversized_file(const Record& record) {
  const auto oversized = [](const EvidenceFile& file) { return file.size > amount_max; };
  return std::visit(
      [&](const auto& body) {
        if constexpr (requires { body.evidence; }) {
          return std::ranges::any_of(body.evidence.items, oversized);
        } else if constexpr (requires { body.file; }) {
          return oversized(body.file);
        } else {
          return false;
        }
      },
      record.body);
}

}  // namespace

std::expected<Effects, Refusal> apply_record(Overlay& state, History& history,
                                             const ExecutionContext& context, const Member& author,
                                             const Record& record, EntryIndex entry) {
  const auto day = stated_day(record);
  const std::uint64_t last_day =
      std::uint64_t{context.time.day().value} + context.policies.days_ahead_max;
  if (day && day->value > last_day) {
    return std::unexpected(Refusal{
        Word::date_out_of_range,
        "the date lies in the future of the block, which is of " + context.time.day().to_text()});
  }
  if (has_oversized_file(record)) {
    return std::unexpected(
        Refusal{Word::too_large,
                fmt::format("the size of an evidence file is at most {} bytes", amount_max)});
  }
  const auto apply = [&](const auto& body) -> std::expected<Effects, Refusal> {
    if constexpr (requires(MoneyRules& rules) { rules.apply(body); }) {
      return MoneyRules(state, history, author, entry).apply(body);
    } else if constexpr (requires(GovernanceRules& rules) { rules.apply(body); }) {
      if (auto refusal = history.count_governance()) return std::unexpected(std::move(*refusal));
      return GovernanceRules(state, author, record, entry, context.time.day()).apply(body);
    } else {
      return StatementRules(state, history, author, record, entry).apply(body);
    }
  };
  return std::visit(apply, record.body);
}

}  // namespace centime::ledger
