#include "tests/support/unit_model.h"

#include "crypto/check.h"

namespace centime::test {

using ledger::AccountKey;
using ledger::EntryIndex;

// Every unit of the account, from the lowest, that is unspent and, if `from` is given, was brought
// in by that entry or made of such units; the first `count` of them, or fewer.
std::vector<UnitModel::Place> UnitModel::first_unspent(
    const AccountKey& key, std::uint64_t count, const std::optional<EntryIndex>& from) const {
  std::vector<Place> places;
  const auto account = accounts_.find(key);
  if (account == accounts_.end()) return places;
  for (std::uint64_t i = 0; i < account->second.size() && places.size() < count; ++i) {
    if (account->second[i].left_by) continue;
    if (!from || comes_from({key, i}, *from)) places.push_back({key, i});
  }
  return places;
}

bool UnitModel::comes_from(Place place, EntryIndex entry) const {
  while (true) {
    const Unit& unit = at(place);
    if (unit.came_by == entry) return true;
    if (!unit.parent) return false;
    place = *unit.parent;
  }
}

std::optional<UnitModel::Movement> UnitModel::movement(
    const ledger::AuthoredRecord& authored) const {
  const auto& body = authored.record.body;
  Movement movement;
  std::uint64_t amount = 0;
  AccountKey source;
  std::optional<EntryIndex> only_from;
  if (const auto* donation = std::get_if<ledger::Donation>(&body)) {
    movement.filled = AccountKey{donation->fund, authored.author, donation->currency};
    movement.fill_count = donation->amount.value;
  } else if (const auto* sent = std::get_if<ledger::Disbursement>(&body)) {
    source = {sent->fund, authored.author, sent->currency};
    movement.filled = AccountKey{sent->fund, sent->to, sent->currency};
    movement.fill_count = amount = sent->amount.value;
  } else if (const auto* spent = std::get_if<ledger::Expenditure>(&body)) {
    source = {spent->fund, authored.author, spent->currency};
    amount = spent->amount.value;
    if (spent->for_donation) only_from = named(*spent->for_donation).entry;
  } else if (const auto* refund = std::get_if<ledger::Refund>(&body)) {
    const Named& given = named(refund->donation);
    const auto& what = std::get<ledger::Donation>(given.record.record.body);
    source = {what.fund, given.record.author, what.currency};
    amount = refund->amount.value;
    only_from = given.entry;
  } else if (const auto* back = std::get_if<ledger::Return>(&body)) {
    const Named& sent_before = named(back->disbursement);
    const auto& what = std::get<ledger::Disbursement>(sent_before.record.record.body);
    source = {what.fund, what.to, what.currency};
    movement.filled = AccountKey{what.fund, sent_before.record.author, what.currency};
    movement.fill_count = amount = back->amount.value;
    only_from = sent_before.entry;
  } else if (const auto* exchange = std::get_if<ledger::Exchange>(&body)) {
    source = {exchange->fund, authored.author, exchange->from_currency};
    amount = exchange->from_amount.value;
    movement.filled = AccountKey{exchange->fund, authored.author, exchange->to_currency};
    movement.fill_count = exchange->to_amount.value;
  }
  movement.taken = first_unspent(source, amount, only_from);
  if (movement.taken.size() < amount) return std::nullopt;
  return movement;
}

UnitModel::Movement UnitModel::apply(const ledger::AuthoredRecord& authored, EntryIndex entry) {
  auto movement = this->movement(authored);
  crypto::check(movement.has_value(), "the units are there");
  named_.insert({ledger::record_id(crypto::encode(authored)), {authored, entry}});
  for (const Place& place : movement->taken) {
    accounts_.at(place.account).at(place.position).left_by = entry;
  }
  if (!movement->filled) return *movement;

  const AccountKey& key = *movement->filled;
  movement->fill_first = accounts_[key].size();
  if (movement->taken.empty()) {
    for (std::uint64_t i = 0; i < movement->fill_count; ++i) {
      accounts_[key].push_back({std::nullopt, {}, entry, std::nullopt});
    }
    return *movement;
  }
  // Unit o of m becomes the units that lie between o/m and (o+1)/m of the way, whole ones only.
  const std::uint64_t units = movement->taken.size();
  for (std::uint64_t o = 0; o < units; ++o) {
    const std::uint64_t upto = (o + 1) * movement->fill_count / units;
    while (accounts_[key].size() < movement->fill_first + upto) {
      const Place made{key, accounts_[key].size()};
      accounts_[key].push_back({movement->taken[o], {}, entry, std::nullopt});
      accounts_.at(movement->taken[o].account)
          .at(movement->taken[o].position)
          .children.push_back(made);
    }
  }
  return *movement;
}

std::set<UnitModel::Place> UnitModel::descendants(EntryIndex entry) const {
  std::set<Place> found;
  for (const auto& [key, units] : accounts_) {
    for (std::uint64_t i = 0; i < units.size(); ++i) {
      if (comes_from({key, i}, entry)) found.insert({key, i});
    }
  }
  return found;
}

UnitModel::Place UnitModel::root(Place place) const {
  while (at(place).parent) place = *at(place).parent;
  return place;
}

}  // namespace centime::test
