#include "node/ledger/history.h"

#include <fmt/format.h>

#include "node/ledger/statement_rules.h"
#include "node/ledger/trace.h"

namespace centime::ledger {
namespace {

std::unexpected<Refusal> too_many_reads() {
  return std::unexpected(
      Refusal{Word::too_many_reads,
              fmt::format("the submission's records ask for more than {} earlier ones to be read; "
                          "send them in smaller submissions",
                          block_reads_max)});
}

Amount repaid_by(const RecordBody& body) {
  if (const auto* refund = std::get_if<Refund>(&body)) return refund->amount;
  if (const auto* back = std::get_if<Return>(&body)) return back->amount;
  return {};
}

}  // namespace

bool ReadBudget::take(std::size_t reads) {
  const bool enough = reads <= left_;
  left_ -= enough ? reads : left_;
  return enough;
}

std::expected<History::Held*, Refusal> History::held(EntryIndex entry, AccountIndex account) {
  std::map<EntryIndex, Held>& known = held_[account];
  if (const auto found = known.find(entry); found != known.end()) return &found->second;
  if (!budget_.take(1)) return too_many_reads();
  auto units = held_units(state_, entry, account, budget_.left());
  if (!units) {
    budget_.take(budget_.left());
    return too_many_reads();
  }
  budget_.take(units->moves);
  return &known.emplace(entry, Held{std::move(units->units)}).first->second;
}

std::expected<std::vector<Interval>, Refusal> History::named_units(const NamedMoney& named,
                                                                   AccountIndex index,
                                                                   Amount amount) {
  const auto account = state_.account(index);
  // What has not left the account since it came needs no search, and what came back has higher
  // positions.
  if (named.fill.account == index) {
    auto lowest = account->unspent(named.fill.units, amount.value);
    if (!budget_.take(lowest.size())) return too_many_reads();
    if (total_units(lowest) == amount.value) return lowest;
  }
  const auto found = held(named.entry, index);
  if (!found) return std::unexpected(found.error());
  Held& held = **found;
  std::vector<Interval> lowest;
  std::uint64_t missing = amount.value;
  for (std::size_t i = held.first; i < held.units.size() && missing > 0; ++i) {
    const auto unspent = account->unspent(held.units[i], missing);
    if (!budget_.take(1 + unspent.size())) return too_many_reads();
    if (unspent.empty() && i == held.first) ++held.first;
    missing -= total_units(unspent);
    lowest.insert(lowest.end(), unspent.begin(), unspent.end());
  }
  return lowest;
}

std::optional<Refusal> History::count_holes(AccountIndex account) {
  if (!counted_.insert(account).second) return std::nullopt;
  if (budget_.take(state_.account(account)->holes().size() / holes_a_read)) return std::nullopt;
  return too_many_reads().error();
}

void History::arrived(AccountIndex account) { held_.erase(account); }

std::optional<Refusal> History::count_governance() {
  if (budget_.take(governance_reads)) return std::nullopt;
  return too_many_reads().error();
}

std::expected<const Stated*, Refusal> History::stated(const RecordId& subject) {
  if (const auto found = stated_.find(subject); found != stated_.end()) return &found->second;
  const std::vector<EntryIndex> entries = state_.statements(subject);
  if (!budget_.take(entries.size())) return too_many_reads();
  stated_.try_emplace(subject);
  for (const EntryIndex entry : entries) {
    const AuthoredRecord said = state_.record(entry).authored;
    add_statement(subject, said.author, said.record.kind(), repaid_by(said.record.body));
  }
  return &stated_[subject];
}

void History::add_statement(const RecordId& subject, const MemberId& author, RecordKind kind,
                            Amount repaid) {
  const auto found = stated_.find(subject);
  if (found == stated_.end()) return;
  Stated& stated = found->second;
  if (is_limited(kind)) ++stated.limited[author];
  if (kind == RecordKind::refund || kind == RecordKind::return_) ++stated.repayments;
  stated.repaid += repaid.value;
}

}  // namespace centime::ledger
