#include "node/proof/effects.h"

#include <gtest/gtest.h>

#include <functional>

#include "tests/proof/bundle_world.h"

namespace centime::proof {
namespace {

using ledger::RecordKind;

// What the story's bundle proves, to be changed at will: here nothing is hashed any more.
struct Proven {
  ProvenRecords records;
  ProvenAccounts accounts;
  ledger::EntryIndex donation;

  Proven() {
    static const test::Story story;
    static const TraceBundle bundle = test::bundle_of(story.world, story.gift);
    for (const ProvenLeaf& leaf : bundle.entries) {
      auto entry = std::get<ledger::RecordEntry>(*crypto::decode<ledger::Entry>(leaf.bytes));
      const auto id = ledger::record_id(crypto::encode(entry.authored));
      records.emplace(ledger::EntryIndex{leaf.index}, PathRecord{id, std::move(entry)});
    }
    for (const ProvenLeaf& leaf : bundle.accounts) {
      auto account = *ledger::decode_account(leaf.bytes);
      accounts.emplace(account.index(), account);
    }
    donation = records.begin()->first;
  }

  ledger::RecordEntry& first(RecordKind kind) {
    for (auto& [index, record] : records) {
      if (record.entry.authored.record.kind() == kind) return record.entry;
    }
    crypto::check(false, "the story has a record of every moving kind");
    return records.begin()->second.entry;
  }
  template <class Body>
  Body& body() {
    for (auto& [index, record] : records) {
      if (auto* found = std::get_if<Body>(&record.entry.authored.record.body)) return *found;
    }
    crypto::check(false, "the story has a record of every moving kind");
    return std::get<Body>(records.begin()->second.entry.authored.record.body);
  }

  std::optional<VerifyWord> fault() const {
    if (const auto found = check_effects(records, accounts, donation)) return found->word;
    const auto path = follow_gift(records, accounts, donation);
    if (!path) return path.error().word;
    return std::nullopt;
  }
};

std::optional<VerifyWord> fault_with(const std::function<void(Proven&)>& change) {
  Proven proven;
  change(proven);
  return proven.fault();
}

TEST(Effects, OfTheStoryHold) { EXPECT_EQ(Proven().fault(), std::nullopt); }

TEST(Effects, MoveTheAmountThatTheRecordStates) {
  constexpr auto wrong = VerifyWord::wrong_effects;
  EXPECT_EQ(fault_with([](Proven& in) { ++in.body<ledger::Donation>().amount.value; }), wrong);
  EXPECT_EQ(fault_with([](Proven& in) { ++in.body<ledger::Disbursement>().amount.value; }), wrong);
  EXPECT_EQ(fault_with([](Proven& in) { --in.body<ledger::Expenditure>().amount.value; }), wrong);
  EXPECT_EQ(fault_with([](Proven& in) { --in.body<ledger::Refund>().amount.value; }), wrong);
  EXPECT_EQ(fault_with([](Proven& in) { ++in.body<ledger::Return>().amount.value; }), wrong);
  EXPECT_EQ(fault_with([](Proven& in) { ++in.body<ledger::Exchange>().from_amount.value; }), wrong);
  EXPECT_EQ(fault_with([](Proven& in) { --in.body<ledger::Exchange>().to_amount.value; }), wrong);
}

TEST(Effects, HappenInTheAccountsThatTheRecordNames) {
  constexpr auto wrong = VerifyWord::wrong_account;
  const ledger::FundId winter{"winter"};
  EXPECT_EQ(fault_with([&](Proven& in) { in.body<ledger::Donation>().fund = winter; }), wrong);
  EXPECT_EQ(fault_with([&](Proven& in) { in.body<ledger::Disbursement>().fund = winter; }), wrong);
  EXPECT_EQ(fault_with([&](Proven& in) { in.body<ledger::Expenditure>().fund = winter; }), wrong);
  EXPECT_EQ(fault_with([&](Proven& in) { in.body<ledger::Exchange>().fund = winter; }), wrong);
  EXPECT_EQ(fault_with([](Proven& in) { in.body<ledger::Disbursement>().to = test::clean_water; }),
            wrong);
  EXPECT_EQ(fault_with([](Proven& in) {
              in.body<ledger::Expenditure>().currency = test::currency("USD");
            }),
            wrong);
  EXPECT_EQ(fault_with([](Proven& in) {
              in.body<ledger::Exchange>().to_currency = test::currency("USD");
            }),
            wrong);
  EXPECT_EQ(fault_with([](Proven& in) {
              in.first(RecordKind::expenditure).authored.author = test::clean_water;
            }),
            wrong);
  EXPECT_EQ(fault_with([](Proven& in) {
              ++in.first(RecordKind::disbursement).effects.spend->account.value;
            }),
            wrong);
  EXPECT_EQ(
      fault_with([](Proven& in) { in.first(RecordKind::exchange).effects.fill->account = {0}; }),
      wrong);
}

TEST(Effects, HaveTheSidesThatTheKindHas) {
  constexpr auto wrong = VerifyWord::wrong_effects;
  EXPECT_EQ(fault_with([](Proven& in) {
              in.first(RecordKind::donation).effects.spend =
                  in.first(RecordKind::refund).effects.spend;
            }),
            wrong);
  EXPECT_EQ(fault_with([](Proven& in) { in.first(RecordKind::donation).effects.fill.reset(); }),
            wrong);
  EXPECT_EQ(fault_with([](Proven& in) { in.first(RecordKind::refund).effects.spend.reset(); }),
            wrong);
  EXPECT_EQ(fault_with([](Proven& in) { in.first(RecordKind::disbursement).effects.fill.reset(); }),
            wrong);
  EXPECT_EQ(fault_with([](Proven& in) {
              in.first(RecordKind::expenditure).effects.fill =
                  in.first(RecordKind::return_).effects.fill;
            }),
            wrong);
  // Money that a donation took, even none.
  EXPECT_EQ(fault_with([](Proven& in) {
              auto& effects = in.first(RecordKind::donation).effects;
              effects.spend.emplace();
              effects.spend->account = effects.fill->account;
            }),
            wrong);
}

TEST(Effects, NameNoOtherDonationAndOnlySentMoneyIsReturned) {
  constexpr auto wrong = VerifyWord::wrong_effects;
  const ledger::RecordId other{};
  EXPECT_EQ(fault_with([&](Proven& in) { in.body<ledger::Refund>().donation = other; }), wrong);
  EXPECT_EQ(fault_with([&](Proven& in) { in.body<ledger::Expenditure>().for_donation = other; }),
            wrong);
  EXPECT_EQ(fault_with([](Proven& in) {
              in.body<ledger::Expenditure>().for_donation = in.records.begin()->second.id;
            }),
            std::nullopt);
  EXPECT_EQ(
      fault_with([](Proven& in) { in.first(RecordKind::refund).authored.author = test::red_aid; }),
      wrong);
  EXPECT_EQ(fault_with([&](Proven& in) { in.body<ledger::Return>().disbursement = other; }), wrong);
  EXPECT_EQ(fault_with([](Proven& in) {
              in.body<ledger::Return>().disbursement = in.records.begin()->second.id;
            }),
            wrong);
  EXPECT_EQ(fault_with([](Proven& in) {
              in.first(RecordKind::return_).authored.author = test::field_crew;
            }),
            wrong);
}

TEST(Effects, OfAStatementHaveNoPlaceInABundle) {
  EXPECT_EQ(fault_with([](Proven& in) {
              ledger::RecordEntry& entry = in.first(RecordKind::expenditure);
              entry.authored.record.body = test::acknowledgement_of({}, 1);
              entry.effects = {};
            }),
            VerifyWord::needless_entry);
}

// Whatever number of an effect is changed alone, something does not fit any more.
TEST(Effects, HoldWithTheirOwnNumbersOnly) {
  const std::size_t records = Proven().records.size();
  for (std::size_t i = 0; i < records; ++i) {
    for (const std::uint64_t by : {std::uint64_t{1}, ~std::uint64_t{0}, std::uint64_t{1} << 60}) {
      const auto changed = [&](const std::function<void(ledger::Effects&)>& change) {
        return fault_with([&](Proven& in) {
          change(
              std::next(in.records.begin(), static_cast<std::ptrdiff_t>(i))->second.entry.effects);
        });
      };
      const Proven proven;
      const auto& effects =
          std::next(proven.records.begin(), static_cast<std::ptrdiff_t>(i))->second.entry.effects;
      if (effects.fill) {
        EXPECT_TRUE(changed([&](auto& in) { in.fill->units.lo.value += by; }));
        EXPECT_TRUE(changed([&](auto& in) { in.fill->units.hi.value += by; }));
        EXPECT_TRUE(
            changed([&](auto& in) { in.fill->account.value += static_cast<std::uint32_t>(by); }) ||
            by == std::uint64_t{1} << 60);
      }
      if (!effects.spend) continue;
      EXPECT_TRUE(
          changed([&](auto& in) { in.spend->account.value += static_cast<std::uint32_t>(by); }) ||
          by == std::uint64_t{1} << 60);
      for (std::size_t s = 0; s < effects.spend->segments.items.size(); ++s) {
        EXPECT_TRUE(changed([&](auto& in) { in.spend->segments.items[s].lo.value += by; }));
        EXPECT_TRUE(changed([&](auto& in) { in.spend->segments.items[s].hi.value += by; }));
      }
      EXPECT_TRUE(changed([](auto& in) { in.spend->segments.items.push_back({}); }));
      EXPECT_TRUE(changed([](auto& in) { in.spend->segments.items.clear(); }));
    }
  }
}

TEST(Effects, OfTwoEntriesNeverShareUnits) {
  EXPECT_EQ(fault_with([](Proven& in) {
              const auto last = *in.records.rbegin();
              in.records.emplace(last.first + 1, last.second);
            }),
            VerifyWord::units_spent_twice);
  EXPECT_EQ(fault_with([](Proven& in) {
              const auto gift = *in.records.begin();
              in.records.emplace(gift.first + 1, gift.second);
            }),
            VerifyWord::wrong_effects);
}

TEST(Effects, FitTheHeadOfTheAccount) {
  // The last account's money, all unspent; then all spent.
  const auto with_spent = [](bool all) {
    return [all](Proven& in) {
      ledger::Account& account = in.accounts.rbegin()->second;
      ledger::Account other(account.index(), account.key());
      const ledger::Interval everything{{0}, account.received()};
      other.receive(everything);
      if (all) other.spend({everything});
      account = other;
    };
  };
  EXPECT_EQ(fault_with(with_spent(false)), VerifyWord::units_spent_twice);
  EXPECT_EQ(fault_with(with_spent(true)), VerifyWord::units_unaccounted);

  EXPECT_EQ(fault_with([](Proven& in) {
              ledger::Account& account = in.accounts.rbegin()->second;
              account = ledger::Account(account.index(), account.key());
            }),
            VerifyWord::wrong_effects);
  EXPECT_EQ(fault_with([](Proven& in) {
              ledger::Account& account = in.accounts.rbegin()->second;
              ledger::AccountKey key = account.key();
              key.holder = test::clean_water;
              account = ledger::Account(account.index(), key);
            }),
            VerifyWord::wrong_account);
}

// A log that a quorum forged may state units that never were.
TEST(Effects, TakeOnlyUnitsThatThereWere) {
  constexpr auto wrong = VerifyWord::wrong_effects;
  EXPECT_EQ(fault_with([](Proven& in) {
              auto& spend = *in.first(RecordKind::expenditure).effects.spend;
              auto& last = spend.segments.items.back();
              const auto received = in.accounts.at(spend.account).received();
              in.body<ledger::Expenditure>().amount.value += received.value + 1 - last.hi.value;
              last.hi = {received.value + 1};
            }),
            wrong);
  EXPECT_EQ(fault_with([](Proven& in) {
              auto& segments = in.first(RecordKind::expenditure).effects.spend->segments.items;
              const auto lo = segments.front().lo;
              segments.insert(segments.begin(), ledger::Interval{lo, lo});
            }),
            wrong);
}

TEST(Effects, TakeMoneyOnlyAfterItCame) {
  EXPECT_EQ(fault_with([](Proven& in) {
              // What was sent to the field crew, as an entry after the one that spent it.
              const auto sent = std::ranges::find_if(in.records, [](const auto& row) {
                const auto* body =
                    std::get_if<ledger::Disbursement>(&row.second.entry.authored.record.body);
                return body != nullptr && body->to == test::field_crew;
              });
              auto moved = in.records.extract(sent);
              moved.key() = in.records.rbegin()->first + 1;
              in.records.insert(std::move(moved));
            }),
            VerifyWord::wrong_effects);
}

TEST(Effects, TakeTheirSegmentsInAscendingOrder) {
  EXPECT_EQ(fault_with([](Proven& in) {
              auto& segments = in.first(RecordKind::disbursement).effects.spend->segments.items;
              ASSERT_EQ(segments.size(), 2u);
              std::swap(segments[0], segments[1]);
            }),
            VerifyWord::wrong_effects);
}

TEST(Effects, BringInNoMoreThanTheAccountReceived) {
  EXPECT_EQ(fault_with([](Proven& in) {
              ledger::Account& account = in.accounts.rbegin()->second;
              ledger::Account other(account.index(), account.key());
              const ledger::Interval spent{{0}, account.head()};
              other.receive(spent);
              other.spend({spent});
              account = other;
            }),
            VerifyWord::wrong_effects);
}

TEST(Effects, HappenInOneAccountPerFundHolderAndCurrency) {
  EXPECT_EQ(fault_with([](Proven& in) {
              const ledger::AccountIndex index{900};
              in.accounts.emplace(index, ledger::Account(index, in.accounts.begin()->second.key()));
            }),
            VerifyWord::wrong_account);
}

TEST(Effects, RefusesAccountsAndEntriesBesideThePath) {
  EXPECT_EQ(fault_with([](Proven& in) {
              const ledger::AccountIndex index{900};
              in.accounts.emplace(
                  index,
                  ledger::Account(index, {{"winter"}, test::red_aid, test::currency("EUR")}));
            }),
            VerifyWord::needless_account);
  EXPECT_EQ(fault_with([](Proven& in) {
              // A gift of one unit more, in units that no one has asked about.
              auto gift = *in.records.begin();
              auto& account = in.accounts.at(gift.second.entry.effects.fill->account);
              const auto units = *account.room_for({1});
              account.receive(units);
              std::get<ledger::Donation>(gift.second.entry.authored.record.body).amount = {1};
              gift.second.entry.effects.fill->units = units;
              gift.second.id.bytes[0] ^= 1;
              in.records.emplace(in.records.rbegin()->first + 1, gift.second);
            }),
            VerifyWord::needless_entry);
}

}  // namespace
}  // namespace centime::proof
