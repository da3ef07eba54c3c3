// The rules of money told again in the most naive way: every minor unit is an object of its own.
//
// An independent second opinion for tests, fit for small amounts only. It shares no code with the
// ledger's intervals: an account is a list of units, a record takes some and makes others, and a
// unit knows the one it came from.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "node/ledger/account.h"

namespace centime::test {

class UnitModel {
 public:
  // A unit's place: the account, and its position there.
  struct Place {
    ledger::AccountKey account;
    std::uint64_t position;
    auto operator<=>(const Place&) const = default;
  };

  struct Unit {
    std::optional<Place> parent;  // Nothing for a donated unit.
    std::vector<Place> children;  // Several or none where an exchange changed the number.
    ledger::EntryIndex came_by;
    std::optional<ledger::EntryIndex> left_by;
  };

  // What a record does: the places it takes, in order, and the account and count it fills.
  struct Movement {
    std::vector<Place> taken;
    std::optional<ledger::AccountKey> filled;
    std::uint64_t fill_first = 0;
    std::uint64_t fill_count = 0;
  };

  // What a money record by `author` would do; nothing if the money is not there. Requires a record
  // that is otherwise in order.
  std::optional<Movement> movement(const ledger::AuthoredRecord& record) const;

  // Does it. Requires that movement() gives something. Records that move nothing do nothing.
  Movement apply(const ledger::AuthoredRecord& record, ledger::EntryIndex entry);

  const std::map<ledger::AccountKey, std::vector<Unit>>& accounts() const { return accounts_; }
  const Unit& at(const Place& place) const {
    return accounts_.at(place.account).at(place.position);
  }

  // The places that the units which `entry` brought in are at or have been at.
  std::set<Place> descendants(ledger::EntryIndex entry) const;
  // The donated unit that this one was made of.
  Place root(Place place) const;

 private:
  struct Named {
    ledger::AuthoredRecord record;
    ledger::EntryIndex entry;
  };

  std::vector<Place> first_unspent(const ledger::AccountKey& key, std::uint64_t count,
                                   const std::optional<ledger::EntryIndex>& from) const;
  bool comes_from(Place place, ledger::EntryIndex entry) const;
  const Named& named(const ledger::RecordId& id) const { return named_.at(id); }

  std::map<ledger::AccountKey, std::vector<Unit>> accounts_;
  std::map<ledger::RecordId, Named> named_;
};

}  // namespace centime::test
