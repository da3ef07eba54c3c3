#include "node/ledger/laws.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "crypto/check.h"
#include "node/ledger/trace.h"

namespace centime::ledger {
namespace {

using crypto::check;
using Breach = std::optional<LawBreach>;

std::string name_of(const AccountKey& key) {
  return fmt::format("{}/{}/{}", key.fund.value, key.holder.value, key.currency.text());
}

std::string text_of(const Interval& units) {
  return fmt::format("[{}, {})", units.lo.value, units.hi.value);
}

// ---- law 1

// Sums wrap at 2^64 as the stored totals do; equality holds all the same.
struct FundBook {
  std::uint64_t donated = 0;
  std::uint64_t exchanged_in = 0;
  std::uint64_t spent = 0;
  std::uint64_t refunded = 0;
  std::uint64_t exchanged_out = 0;
  std::uint64_t held = 0;
};

struct AccountBook {
  std::uint64_t in = 0;
  std::uint64_t out = 0;
};

class Books {
 public:
  Breach add_flow(const FlowKey& key, const FlowTotal& total) {
    FundBook& fund = funds_[{key.fund, key.currency}];
    switch (key.kind) {
      case RecordKind::donation:
        fund.donated += total.amount;
        put(key, key.to, key.currency, total.amount);
        return std::nullopt;
      case RecordKind::disbursement:
      case RecordKind::return_:
        take(key, total.amount);
        put(key, key.to, key.currency, total.amount);
        return std::nullopt;
      case RecordKind::expenditure:
        fund.spent += total.amount;
        take(key, total.amount);
        return std::nullopt;
      case RecordKind::refund:
        fund.refunded += total.amount;
        take(key, total.amount);
        return std::nullopt;
      case RecordKind::exchange: {
        const auto to = Currency::from_text(key.to);
        if (!to) return LawBreach{1, "an exchange goes to no currency but '" + key.to + "'"};
        fund.exchanged_out += total.amount;
        take(key, total.amount);
        funds_[{key.fund, *to}].exchanged_in += total.to_amount;
        put(key, key.from, *to, total.to_amount);
        return std::nullopt;
      }
      default:
        return LawBreach{1, fmt::format("a record of kind {} moves no money but has a total",
                                        crypto::word_of(key.kind))};
    }
  }

  void add_account(const Account& account) {
    funds_[{account.key().fund, account.key().currency}].held += account.balance();
  }

  // What the flows say of this account against what its head says.
  Breach compare(const Account& account) {
    const AccountBook book = accounts_[account.key()];
    const std::uint64_t spent = account.received().value - account.balance();
    if (book.in == account.received().value && book.out == spent) return std::nullopt;
    return LawBreach{
        1, fmt::format("{}: the records bring in {} and take out {}, but the account "
                       "received {} and spent {} minor units",
                       name_of(account.key()), book.in, book.out, account.received().value, spent)};
  }

  Breach balance() const {
    for (const auto& [key, book] : funds_) {
      if (book.donated + book.exchanged_in ==
          book.spent + book.refunded + book.exchanged_out + book.held) {
        continue;
      }
      return LawBreach{
          1, fmt::format("fund '{}' in {}: donated {} + exchanged in {} is not spent {} + refunded "
                         "{} + exchanged out {} + held {}",
                         key.first.value, key.second.text(), book.donated, book.exchanged_in,
                         book.spent, book.refunded, book.exchanged_out, book.held)};
    }
    return std::nullopt;
  }

  std::size_t accounts() const { return accounts_.size(); }

 private:
  void put(const FlowKey& key, const std::string& holder, const Currency& currency,
           std::uint64_t amount) {
    accounts_[{key.fund, {holder}, currency}].in += amount;
  }
  void take(const FlowKey& key, std::uint64_t amount) {
    accounts_[{key.fund, {key.from}, key.currency}].out += amount;
  }

  std::map<std::pair<FundId, Currency>, FundBook> funds_;
  std::map<AccountKey, AccountBook> accounts_;
};

// ---- law 2

Breach check_inflows(const StateView& view, const Account& account) {
  Position at;
  for (const Inflow& inflow : view.inflows(account.index(), {{0}, account.received()}, all_flows)) {
    if (inflow.units.lo != at || inflow.units.empty()) {
      return LawBreach{2, fmt::format("{}: the inflow {} of entry {} does not start at {}",
                                      name_of(account.key()), text_of(inflow.units),
                                      inflow.entry.value, at.value)};
    }
    at = inflow.units.hi;
  }
  if (at == account.received()) return std::nullopt;
  return LawBreach{2, fmt::format("{}: inflows end at {}, the account received {}",
                                  name_of(account.key()), at.value, account.received().value)};
}

Breach check_outflows(const StateView& view, const Account& account) {
  std::vector<Interval> spent;
  if (account.head() > Position{0}) spent.push_back({{0}, account.head()});
  spent.insert(spent.end(), account.holes().begin(), account.holes().end());

  auto part = spent.begin();
  Position at = spent.empty() ? Position{0} : part->lo;
  for (const Outflow& outflow :
       view.outflows(account.index(), {{0}, account.received()}, all_flows)) {
    if (part == spent.end() || outflow.units.lo != at || outflow.units.empty() ||
        outflow.units.hi > part->hi) {
      return LawBreach{
          2, fmt::format("{}: the outflow {} of entry {} overlaps another or lies "
                         "outside what the account's head calls spent",
                         name_of(account.key()), text_of(outflow.units), outflow.entry.value)};
    }
    at = outflow.units.hi;
    if (at == part->hi) {
      ++part;
      if (part != spent.end()) at = part->lo;
    }
  }
  if (part == spent.end()) return std::nullopt;
  return LawBreach{2, fmt::format("{}: no outflow covers {} of the spent units {}",
                                  name_of(account.key()), at.value, text_of(*part))};
}

Breach check_account(const StateView& view, const Account& account) {
  if (!account.well_formed()) {
    return LawBreach{2, name_of(account.key()) + ": the account's head is not well formed"};
  }
  if (view.find_account(account.key()) != account.index()) {
    return LawBreach{2, name_of(account.key()) + ": the account is not found under its name"};
  }
  if (auto breach = check_inflows(view, account)) return breach;
  return check_outflows(view, account);
}

// ---- laws 3 and 4

bool tile(std::vector<Interval> parts, const Interval& whole) {
  std::ranges::sort(parts);
  Position at = whole.lo;
  for (const Interval& part : parts) {
    if (part.lo != at || part.empty()) return false;
    at = part.hi;
  }
  return at == whole.hi;
}

class DonationLaws {
 public:
  DonationLaws(const StateView& view, EntryIndex donation, const Trace& trace)
      : view_(view), donation_(donation), trace_(trace) {}

  TraceVerdict run() {
    Breach breach = first_breach();
    return {std::move(breach), judged_};
  }

 private:
  Breach first_breach() {
    for (const Move& move : trace_.moves) parts_[move.from].push_back(move.units);
    for (std::size_t i = 0; i < trace_.pieces.size(); ++i) {
      if (auto breach = check_piece(i)) return breach;
    }
    for (const Move& move : trace_.moves) {
      if (auto breach = check_move(move)) return breach;
    }
    const std::uint64_t given = trace_.pieces[0].units.size();
    if (exchanged_ || leaves_ == given) return std::nullopt;
    return fault(3, fmt::format("its leaves add up to {} of {} units", leaves_, given));
  }

  Breach fault(int law, std::string detail) const {
    return LawBreach{law, fmt::format("donation in entry {}: {}", donation_.value, detail)};
  }

  Breach check_piece(std::size_t index) {
    const Piece& piece = trace_.pieces[index];
    std::vector<Interval> parts = parts_[index];
    parts.insert(parts.end(), piece.held.begin(), piece.held.end());
    if (piece.units.empty() || !tile(std::move(parts), piece.units)) {
      return fault(3, "its piece " + text_of(piece.units) + " is not tiled by what became of it");
    }
    if (piece.held != view_.account(piece.account)->unspent(piece.units)) {
      return fault(3, "of its piece " + text_of(piece.units) +
                          " other units are unspent than the account's head says");
    }
    leaves_ += total_units(piece.held);
    for (const Interval& held : piece.held) {
      if (auto breach = check_origin(piece.account, held)) return breach;
    }
    return std::nullopt;
  }

  Breach check_move(const Move& move) {
    if (move.kind == RecordKind::exchange) {
      exchanged_ = true;
      return std::nullopt;
    }
    if (move.to) {
      if (trace_.pieces[*move.to].units.size() == move.units.size()) return std::nullopt;
      return fault(3, "a move changes the number of units without an exchange");
    }
    leaves_ += move.units.size();
    return check_origin(trace_.pieces[move.from].account, move.units);
  }

  // Law 4: these units, found forwards, were made of this donation and of nothing else.
  Breach check_origin(AccountIndex account, const Interval& units) {
    const auto found = trace_backward(view_, account, units);
    judged_ = judged_ && found;
    if (!found) return std::nullopt;
    std::uint64_t became = 0;
    for (const Source& source : found->sources) {
      const bool inside = source.account == trace_.pieces[0].account &&
                          intersection(source.units, trace_.pieces[0].units) == source.units;
      if (source.donation != donation_ || !inside) {
        return fault(4, fmt::format("units {} of it are traced back to entry {}", text_of(units),
                                    source.donation.value));
      }
      became += source.became;
    }
    if (became == units.size()) return std::nullopt;
    return fault(
        4, fmt::format("backwards only {} of its units {} are found", became, text_of(units)));
  }

  const StateView& view_;
  EntryIndex donation_;
  const Trace& trace_;
  std::map<std::size_t, std::vector<Interval>> parts_;  // Moved units by piece.
  std::uint64_t leaves_ = 0;
  bool exchanged_ = false;
  bool judged_ = true;
};

}  // namespace

Breach check_laws(const StateView& view, const std::map<FlowKey, FlowTotal>& flows,
                  std::span<const FundId> funds) {
  const std::set<FundId> known(funds.begin(), funds.end());
  Books books;
  for (const auto& [key, total] : flows) {
    if (!known.contains(key.fund)) {
      return LawBreach{1, "money moved in fund '" + key.fund.value + "', which does not exist"};
    }
    if (auto breach = books.add_flow(key, total)) return breach;
  }
  const std::size_t accounts = books.accounts();
  for (std::uint32_t i = 0; i < view.account_count(); ++i) {
    const auto account = view.account({i});
    if (account->index() != AccountIndex{i}) {
      return LawBreach{
          2, fmt::format("account {} is stored as account {}", account->index().value, i)};
    }
    if (auto breach = check_account(view, *account)) return breach;
    if (auto breach = books.compare(*account)) return breach;
    books.add_account(*account);
  }
  if (accounts != view.account_count()) {
    return LawBreach{1, fmt::format("money moved in {} accounts, but there are {}", accounts,
                                    view.account_count())};
  }
  return books.balance();
}

TraceVerdict check_trace_laws(const StateView& view, EntryIndex donation) {
  const RecordEntry record = view.record(donation);
  check(record.authored.record.kind() == RecordKind::donation, "the entry is a donation");
  const Fill& fill = *record.effects.fill;
  const auto trace = trace_forward(view, fill.account, fill.units, donation);
  if (!trace) return {std::nullopt, false};
  return DonationLaws(view, donation, *trace).run();
}

Breach check_source_laws(const StateView& view, EntryIndex outlay) {
  const RecordEntry record = view.record(outlay);
  check(record.effects.spend && !record.effects.fill, "the entry took money out of the ledger");
  const Spend& spend = *record.effects.spend;
  std::map<EntryIndex, std::uint64_t> became;  // By donation.
  std::uint64_t total = 0;
  for (const Interval& segment : spend.segments.items) {
    const auto found = trace_backward(view, spend.account, segment);
    if (!found) return std::nullopt;
    for (const Source& source : found->sources) {
      became[source.donation] += source.became;
      total += source.became;
    }
  }
  const auto fault = [&](std::string detail) {
    return LawBreach{4, fmt::format("the outlay in entry {}: {}", outlay.value, detail)};
  };
  if (total != total_units(spend.segments.items)) {
    return fault(
        fmt::format("its sources made {} of {} units", total, total_units(spend.segments.items)));
  }
  for (const auto& [donation, units] : became) {
    const RecordEntry given = view.record(donation);
    if (given.authored.record.kind() != RecordKind::donation) {
      return fault(fmt::format("its source in entry {} is no donation", donation.value));
    }
    const Fill& fill = *given.effects.fill;
    const auto trace = trace_forward(view, fill.account, fill.units, donation);
    if (!trace) return std::nullopt;
    std::uint64_t found = 0;
    for (const Move& move : trace->moves) {
      if (move.entry == outlay) found += move.units.size();
    }
    if (found != units) {
      return fault(fmt::format("backwards {} units are of donation {}, forwards {}", units,
                               donation.value, found));
    }
  }
  return std::nullopt;
}

}  // namespace centime::ledger
