#include "node/proof/effects.h"

#include <fmt/format.h>

#include <algorithm>

namespace centime::proof {
namespace {

using ledger::AccountIndex;
using ledger::AccountKey;
using ledger::EntryIndex;
using ledger::Interval;

using Fault = std::optional<VerifyFault>;

Fault effects_fault(VerifyWord word, std::string detail) {
  return VerifyFault{VerifyStep::effects, word, std::move(detail)};
}

// What a record says that it moves.
struct Side {
  AccountKey account;
  ledger::Amount amount;
};
struct Movement {
  std::optional<Side> out;
  std::optional<Side> in;
};

class EffectsCheck {
 public:
  EffectsCheck(const ProvenRecords& records, const ProvenAccounts& accounts, EntryIndex donation)
      : records_(records),
        accounts_(accounts),
        donation_(records.at(donation)),
        gift_(std::get<ledger::Donation>(donation_.entry.authored.record.body)) {}

  Fault run() {
    for (const auto& [index, account] : accounts_) {
      if (auto found = name_account(index, account.key())) return found;
    }
    for (const auto& [index, record] : records_) {
      if (auto found = check_record(index, record)) return found;
      by_id_.emplace(record.id, index);
    }
    return check_spent_once();
  }

 private:
  Fault check_record(EntryIndex index, const PathRecord& record) {
    const auto movement = movement_of(index, record);
    if (!movement) return movement.error();
    const ledger::Effects& effects = record.entry.effects;
    if (movement->out.has_value() != effects.spend.has_value() ||
        movement->in.has_value() != effects.fill.has_value()) {
      return effects_fault(
          VerifyWord::wrong_effects,
          fmt::format("entry {} moves money otherwise than its kind does", index.value));
    }
    if (movement->out) {
      if (auto found = check_spend(index, *effects.spend, *movement->out)) return found;
    }
    if (movement->in) return check_fill(index, *effects.fill, *movement->in);
    return std::nullopt;
  }

  std::expected<Movement, VerifyFault> movement_of(EntryIndex index, const PathRecord& record) {
    const ledger::MemberId& author = record.entry.authored.author;
    return std::visit([&](const auto& body) { return movement(index, author, body); },
                      record.entry.authored.record.body);
  }

  using Moved = std::expected<Movement, VerifyFault>;

  static std::unexpected<VerifyFault> refuse(VerifyWord word, std::string detail) {
    return std::unexpected(VerifyFault{VerifyStep::effects, word, std::move(detail)});
  }

  Moved movement(EntryIndex, const ledger::MemberId& author, const ledger::Donation& body) const {
    return Movement{std::nullopt, Side{{body.fund, author, body.currency}, body.amount}};
  }
  Moved movement(EntryIndex, const ledger::MemberId& author,
                 const ledger::Disbursement& body) const {
    return Movement{Side{{body.fund, author, body.currency}, body.amount},
                    Side{{body.fund, body.to, body.currency}, body.amount}};
  }
  Moved movement(EntryIndex index, const ledger::MemberId& author,
                 const ledger::Expenditure& body) const {
    if (body.for_donation && *body.for_donation != donation_.id) return foreign(index);
    return Movement{Side{{body.fund, author, body.currency}, body.amount}, std::nullopt};
  }
  Moved movement(EntryIndex index, const ledger::MemberId& author,
                 const ledger::Refund& body) const {
    if (body.donation != donation_.id) return foreign(index);
    if (author != donation_.entry.authored.author) {
      return refuse(
          VerifyWord::wrong_effects,
          fmt::format("entry {} refunds a gift that its author did not collect", index.value));
    }
    return Movement{Side{{gift_.fund, author, gift_.currency}, body.amount}, std::nullopt};
  }
  // Units that a return takes came by the disbursement that it names, so that one is on the path.
  Moved movement(EntryIndex index, const ledger::MemberId& author,
                 const ledger::Return& body) const {
    const auto found = by_id_.find(body.disbursement);
    const ledger::AuthoredRecord* named =
        found == by_id_.end() ? nullptr : &records_.at(found->second).entry.authored;
    const auto* sent =
        named == nullptr ? nullptr : std::get_if<ledger::Disbursement>(&named->record.body);
    if (sent == nullptr || sent->to != author) {
      return refuse(
          VerifyWord::wrong_effects,
          fmt::format("entry {} returns what its author was not sent on this path", index.value));
    }
    return Movement{Side{{sent->fund, author, sent->currency}, body.amount},
                    Side{{sent->fund, named->author, sent->currency}, body.amount}};
  }
  Moved movement(EntryIndex, const ledger::MemberId& author, const ledger::Exchange& body) const {
    return Movement{Side{{body.fund, author, body.from_currency}, body.from_amount},
                    Side{{body.fund, author, body.to_currency}, body.to_amount}};
  }
  template <class Other>
  Moved movement(EntryIndex index, const ledger::MemberId&, const Other&) const {
    return refuse(VerifyWord::needless_entry,
                  fmt::format("entry {} is a statement and moves no money", index.value));
  }

  static std::unexpected<VerifyFault> foreign(EntryIndex index) {
    return refuse(VerifyWord::wrong_effects,
                  fmt::format("entry {} names another donation", index.value));
  }

  Fault check_spend(EntryIndex index, const ledger::Spend& spend, const Side& said) {
    if (auto found = name_account(spend.account, said.account)) return found;
    const auto head = accounts_.find(spend.account);
    if (head == accounts_.end()) {
      return effects_fault(
          VerifyWord::missing_account,
          fmt::format("the head of account {}, which entry {} took money from, is missing",
                      spend.account.value, index.value));
    }
    ledger::Position last;
    std::uint64_t total = 0;
    for (const Interval& segment : spend.segments.items) {
      if (segment.empty() || segment.lo < last || segment.hi > head->second.received()) {
        return effects_fault(
            VerifyWord::wrong_effects,
            fmt::format("entry {} takes units in an impossible order", index.value));
      }
      if (!head->second.unspent(segment).empty()) {
        return effects_fault(VerifyWord::units_spent_twice,
                             fmt::format("account {} shows units as unspent that entry {} took",
                                         spend.account.value, index.value));
      }
      spent_[spend.account].push_back(segment);
      last = segment.hi;
      total += segment.size();
    }
    return total == said.amount.value ? std::nullopt : wrong_amount(index);
  }

  Fault check_fill(EntryIndex index, const ledger::Fill& fill, const Side& said) {
    if (auto found = name_account(fill.account, said.account)) return found;
    const auto head = accounts_.find(fill.account);
    const std::uint64_t received =
        head == accounts_.end() ? ledger::amount_max : head->second.received().value;
    if (fill.units.empty() || fill.units.hi.value > received) {
      return effects_fault(VerifyWord::wrong_effects,
                           fmt::format("entry {} brings in units that account {} never received",
                                       index.value, fill.account.value));
    }
    ledger::Position& end = filled_[fill.account];
    if (fill.units.lo < end) {
      return effects_fault(VerifyWord::wrong_effects,
                           fmt::format("entry {} brings in units of account {} that came before",
                                       index.value, fill.account.value));
    }
    end = fill.units.hi;
    return fill.units.size() == said.amount.value ? std::nullopt : wrong_amount(index);
  }

  static Fault wrong_amount(EntryIndex index) {
    return effects_fault(VerifyWord::wrong_effects,
                         fmt::format("entry {} moves another amount than it states", index.value));
  }

  // An index stands for one fund, holder and currency, and these for one index.
  Fault name_account(AccountIndex index, const AccountKey& key) {
    const auto by_index = keys_.try_emplace(index, key).first;
    const auto by_key = indexes_.try_emplace(key, index).first;
    if (by_index->second == key && by_key->second == index) return std::nullopt;
    return effects_fault(VerifyWord::wrong_account,
                         fmt::format("account {} is not {}/{}/{}", index.value, key.fund.value,
                                     key.holder.value, key.currency.text()));
  }

  Fault check_spent_once() {
    for (auto& [account, segments] : spent_) {
      std::ranges::sort(segments);
      for (std::size_t i = 1; i < segments.size(); ++i) {
        if (segments[i].lo < segments[i - 1].hi) {
          return effects_fault(VerifyWord::units_spent_twice,
                               fmt::format("two entries took unit {} of account {}",
                                           segments[i].lo.value, account.value));
        }
      }
    }
    return std::nullopt;
  }

  const ProvenRecords& records_;
  const ProvenAccounts& accounts_;
  const PathRecord& donation_;
  const ledger::Donation& gift_;
  std::map<ledger::RecordId, EntryIndex> by_id_;  // Of the entries before the one being checked.
  std::map<AccountIndex, AccountKey> keys_;
  std::map<AccountKey, AccountIndex> indexes_;
  std::map<AccountIndex, ledger::Position> filled_;  // End of the last units that came in.
  std::map<AccountIndex, std::vector<Interval>> spent_;
};

}  // namespace

Fault check_effects(const ProvenRecords& records, const ProvenAccounts& accounts,
                    EntryIndex donation) {
  return EffectsCheck(records, accounts, donation).run();
}

}  // namespace centime::proof
