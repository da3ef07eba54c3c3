// The head of one account: how many units came in, and which of them have been spent.
//
// Units leave first in, first out, so the spent ones are [0, head) and a few holes above it, where
// named money (a refund, a return, an earmarked expenditure) left out of turn. Holes are disjoint,
// sorted, not adjacent to each other, and all lie in (head, received].
#pragma once

#include <expected>
#include <optional>
#include <vector>

#include "node/ledger/entries.h"

namespace centime::ledger {

// The money of one fund in the hands of one member in one currency.
struct AccountKey {
  FundId fund;
  MemberId holder;
  Currency currency;
  auto operator<=>(const AccountKey&) const = default;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CENTIME_FIELD(fund), CENTIME_FIELD(holder), CENTIME_FIELD(currency));
  }
};

std::size_t hash_value(const AccountKey& key);

class Account {
 public:
  Account() = default;
  Account(AccountIndex index, AccountKey key) : index_(index), key_(std::move(key)) {}

  AccountIndex index() const { return index_; }
  const AccountKey& key() const { return key_; }
  Position received() const { return received_; }
  Position head() const { return head_; }
  const std::vector<Interval>& holes() const { return holes_.items; }
  std::uint64_t balance() const { return received_.value - head_.value - hole_units_; }

  // The next `amount` positions, for money that comes in. Nothing if the account would pass
  // amount_max in all.
  std::optional<Interval> room_for(Amount amount) const;
  void receive(const Interval& units);  // Requires what room_for returned.

  // The lowest unspent units, `amount` in all; requires amount <= balance(). Nothing if they lie in
  // more than segments_max pieces.
  std::optional<std::vector<Interval>> first_unspent(Amount amount) const;

  // The unspent parts of `within`, ascending; the first `amount` units of them.
  std::vector<Interval> unspent(const Interval& within, std::uint64_t amount = amount_max) const;

  // False, with nothing changed, if this would leave more than holes_max holes. Requires sorted,
  // disjoint, unspent segments.
  bool spend(const std::vector<Interval>& segments);

  // True if the stored form is one that the methods above could have made.
  bool well_formed() const;
  // Restores what `serialize` leaves out. To be called after decoding.
  void count_hole_units();

  // The canonical bytes are also the account's leaf in the state tree.
  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::make_nvp("index", index_), cereal::make_nvp("fund", key_.fund),
            cereal::make_nvp("holder", key_.holder), cereal::make_nvp("currency", key_.currency),
            cereal::make_nvp("received", received_), cereal::make_nvp("head", head_),
            cereal::make_nvp("holes", holes_));
  }

 private:
  bool spend_one(const Interval& segment);
  bool spend_all(const std::vector<Interval>& segments);

  AccountIndex index_;
  AccountKey key_;
  Position received_;
  Position head_;
  crypto::List<Interval, holes_max> holes_;
  std::uint64_t hole_units_ = 0;  // Sum of the holes' sizes.
};

std::uint64_t total_units(const std::vector<Interval>& segments);

// Reads stored bytes back; nothing if they are not an account.
std::optional<Account> decode_account(crypto::BytesView bytes);

// The account's leaf in the state tree.
crypto::Digest account_leaf_hash(const Account& account);

}  // namespace centime::ledger
