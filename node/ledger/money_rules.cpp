#include "node/ledger/money_rules.h"

#include <fmt/format.h>

#include <algorithm>

namespace centime::ledger {
namespace {

Refusal too_fragmented() {
  return {Word::too_fragmented,
          "the money lies in too many pieces for one record; record it in smaller amounts"};
}

}  // namespace

std::optional<Refusal> MoneyRules::check_money(Amount amount, const Currency& currency) const {
  if (!currency_exponent(currency)) {
    return Refusal{Word::unknown_currency,
                   "'" + currency.to_text() + "' is not an ISO 4217 currency with a minor unit"};
  }
  if (!amount.in_range()) {
    return Refusal{Word::amount_out_of_range,
                   fmt::format("an amount is 1 to {} minor units", amount_max)};
  }
  return std::nullopt;
}

std::optional<Refusal> MoneyRules::check_holder() const {
  if (author_.role != Role::auditor) return std::nullopt;
  return Refusal{Word::not_permitted, "an auditor holds no money on the ledger"};
}

std::expected<std::shared_ptr<const Fund>, Refusal> MoneyRules::existing_fund(
    const FundId& id) const {
  auto fund = state_.fund(id);
  if (!fund) return refuse(Word::unknown_fund, "no fund is called '" + id.value + "'");
  return fund;
}

std::expected<MoneyRules::Named, Refusal> MoneyRules::existing_record(const RecordId& id,
                                                                      RecordKind kind) const {
  const auto entry = state_.find_record(id);
  if (!entry) return refuse(Word::unknown_record, "no record has the id " + id.hex());
  RecordEntry record = state_.record(*entry);
  if (record.authored.record.kind() != kind) {
    return refuse(
        Word::wrong_record_kind,
        fmt::format("record {} is no {} but of kind {}", id.hex().substr(0, 16),
                    crypto::word_of(kind), crypto::word_of(record.authored.record.kind())));
  }
  return Named{*entry, std::move(record)};
}

std::expected<Spend, Refusal> MoneyRules::take_first(const AccountKey& key, Amount amount) const {
  const auto index = state_.find_account(key);
  const auto account = index ? state_.account(*index) : nullptr;
  const std::uint64_t balance = account ? account->balance() : 0;
  if (balance < amount.value) {
    return refuse(
        Word::insufficient_funds,
        fmt::format("{}/{} holds {}, {} is asked for: {} short", key.fund.value, key.holder.value,
                    format_amount({balance}, key.currency), format_amount(amount, key.currency),
                    format_amount({amount.value - balance}, key.currency)));
  }
  auto segments = account->first_unspent(amount);
  if (!segments) return std::unexpected(too_fragmented());
  return Spend{*index, {std::move(*segments)}};
}

std::expected<Spend, Refusal> MoneyRules::take_named(const AccountKey& key, Amount amount,
                                                     const NamedMoney& named) {
  const auto index = state_.find_account(key);
  Segments taken;
  if (index) {
    auto units = history_.named_units(named, *index, amount);
    if (!units) return std::unexpected(std::move(units.error()));
    taken = std::move(*units);
  }
  const std::uint64_t unspent = total_units(taken);
  if (unspent < amount.value) {
    return refuse(Word::already_spent,
                  fmt::format("of that money {} is unspent in the hands of {}, {} is asked for",
                              format_amount({unspent}, key.currency), key.holder.value,
                              format_amount(amount, key.currency)));
  }
  if (taken.size() > segments_max) return std::unexpected(too_fragmented());
  return Spend{*index, {std::move(taken)}};
}

std::expected<Spend, Refusal> MoneyRules::take_for_donation(const AccountKey& key,
                                                            const Expenditure& record,
                                                            const RecordId& donation) {
  const auto named = existing_record(donation, RecordKind::donation);
  if (!named) return std::unexpected(named.error());
  const auto& given = std::get<Donation>(named->record.authored.record.body);
  if (given.fund != record.fund) {
    return refuse(Word::not_permitted, "that donation was given to fund '" + given.fund.value +
                                           "', and money never leaves its fund");
  }
  // In whatever currency: a gift that was exchanged is spent as what it became.
  return take_named(key, record.amount, money_of(*named));
}

NamedMoney MoneyRules::money_of(const Named& named) {
  return {named.entry, *named.record.effects.fill};
}

std::optional<Refusal> MoneyRules::check_voice(const MemberId& receiver) const {
  const auto governance = state_.governance();
  const Standing* standing = governance ? find_standing(*governance, receiver) : nullptr;
  if (standing == nullptr || standing->status != MemberStatus::suspended) return std::nullopt;
  return Refusal{
      Word::member_suspended,
      fmt::format("'{}' is suspended: it could not say what it does with the money; paid "
                  "to it, that is an expenditure",
                  receiver.value)};
}

std::optional<Refusal> MoneyRules::check_share(const AccountKey& from, const MemberId& to,
                                               Amount amount) const {
  const auto flow = [&](RecordKind kind, const MemberId& giver, const MemberId& receiver) {
    return state_.flow({from.fund, from.currency, kind, giver.value, receiver.value}).amount;
  };
  const std::uint64_t sent = flow(RecordKind::disbursement, from.holder, to) + amount.value;
  if (sent <= sent_to_one_max) return std::nullopt;
  // What went back was received none the less.
  const std::uint64_t returned =
      std::min(flow(RecordKind::return_, to, from.holder), sent_to_one_max);
  if (sent - returned <= sent_to_one_max) return std::nullopt;
  return Refusal{Word::amount_out_of_range,
                 fmt::format("a member sends another at most {} minor units of a fund in one "
                             "currency, over all time and less what was returned, which counts up "
                             "to as much",
                             sent_to_one_max)};
}

std::optional<Refusal> MoneyRules::check_room(const AccountKey& key, Amount amount) {
  const auto index = state_.find_account(key);
  if (!index) return std::nullopt;
  if (auto refusal = history_.count_holes(*index)) return refusal;
  if (state_.account(*index)->room_for(amount)) return std::nullopt;
  return Refusal{Word::amount_out_of_range,
                 fmt::format("the account's total would pass {} minor units", amount_max)};
}

std::optional<Refusal> MoneyRules::spend(const Spend& spend) {
  if (auto refusal = history_.count_holes(spend.account)) return refusal;
  if (!state_.edit_account(spend.account).spend(spend.segments.items)) return too_fragmented();
  for (const Interval& segment : spend.segments.items) {
    state_.add_outflow(spend.account, {segment, entry_});
  }
  return std::nullopt;
}

std::expected<std::uint64_t, Refusal> MoneyRules::repaid(const RecordId& id) {
  const auto stated = history_.stated(id);
  if (!stated) return std::unexpected(stated.error());
  if ((*stated)->repayments >= repayments_of_one_max) {
    return refuse(Word::too_many_statements,
                  fmt::format("a donation is refunded, and a disbursement returned, in at most {} "
                              "records",
                              repayments_of_one_max));
  }
  return (*stated)->repaid;
}

std::optional<Refusal> MoneyRules::check_repaid(std::uint64_t repaid, Amount more, Amount of,
                                                const Currency& currency) {
  if (repaid + more.value <= of.value) return std::nullopt;
  return Refusal{Word::amount_out_of_range,
                 fmt::format("it was {}, of which {} has been given back, so {} can't be",
                             format_amount(of, currency), format_amount({repaid}, currency),
                             format_amount(more, currency))};
}

Fill MoneyRules::fill(const AccountKey& key, Amount amount) {
  Account& account = state_.open_account(key);
  const Interval units = *account.room_for(amount);
  account.receive(units);
  state_.add_inflow(account.index(), {units, entry_});
  return {account.index(), units};
}

Fill MoneyRules::fill_moved(const AccountKey& key, Amount amount) {
  Fill filled = fill(key, amount);
  history_.arrived(filled.account);
  return filled;
}

void MoneyRules::note_flow(const AccountKey& key, RecordKind kind, std::string from, std::string to,
                           Amount amount, Amount to_amount) {
  state_.mention(key.fund, entry_);
  state_.add_flow({key.fund, key.currency, kind, std::move(from), std::move(to)},
                  {amount.value, to_amount.value, 1});
}

std::expected<Effects, Refusal> MoneyRules::apply(const Donation& record) {
  if (auto refusal = check_holder()) return std::unexpected(std::move(*refusal));
  if (auto refusal = check_money(record.amount, record.currency)) {
    return std::unexpected(std::move(*refusal));
  }
  const auto fund = existing_fund(record.fund);
  if (!fund) return std::unexpected(fund.error());
  if (author_.role != Role::platform && (*fund)->ngo != author_.member) {
    return refuse(Word::not_permitted, "a donation is recorded by a platform or by the fund's NGO");
  }
  if ((*fund)->status != FundStatus::open) {
    return refuse(Word::fund_not_open, fmt::format("fund '{}' is {}", record.fund.value,
                                                   crypto::word_of((*fund)->status)));
  }
  if (!state_.channel(record.channel)) {
    return refuse(Word::unknown_channel, "no channel is called '" + record.channel.value + "'");
  }
  const AccountKey key{record.fund, author_.member, record.currency};
  if (auto refusal = check_room(key, record.amount)) return std::unexpected(std::move(*refusal));

  note_flow(key, RecordKind::donation, "", author_.member.value, record.amount);
  return Effects{std::nullopt, fill(key, record.amount)};
}

std::expected<Effects, Refusal> MoneyRules::apply(const Disbursement& record) {
  if (auto refusal = check_holder()) return std::unexpected(std::move(*refusal));
  if (auto refusal = check_money(record.amount, record.currency)) {
    return std::unexpected(std::move(*refusal));
  }
  const auto fund = existing_fund(record.fund);
  if (!fund) return std::unexpected(fund.error());
  const auto receiver = state_.member(record.to);
  if (!receiver) {
    return refuse(Word::unknown_member, "no member is called '" + record.to.value + "'");
  }
  if (record.to == author_.member || receiver->role == Role::auditor) {
    return refuse(Word::not_permitted, "money is sent to another member that is no auditor");
  }
  if (auto refusal = check_voice(record.to)) return std::unexpected(std::move(*refusal));
  const AccountKey from{record.fund, author_.member, record.currency};
  const AccountKey to{record.fund, record.to, record.currency};
  auto taken = take_first(from, record.amount);
  if (!taken) return std::unexpected(std::move(taken.error()));
  if (auto refusal = check_share(from, record.to, record.amount))
    return std::unexpected(std::move(*refusal));
  if (auto refusal = check_room(to, record.amount)) return std::unexpected(std::move(*refusal));
  if (auto refusal = spend(*taken)) return std::unexpected(std::move(*refusal));

  state_.mention(record.to, entry_);
  state_.note_missing({record.fund, Missing::acknowledgement, entry_, true});
  note_flow(from, RecordKind::disbursement, author_.member.value, record.to.value, record.amount);
  return Effects{std::move(*taken), fill_moved(to, record.amount)};
}

std::expected<Effects, Refusal> MoneyRules::apply(const Expenditure& record) {
  if (auto refusal = check_holder()) return std::unexpected(std::move(*refusal));
  if (auto refusal = check_money(record.amount, record.currency)) {
    return std::unexpected(std::move(*refusal));
  }
  const auto fund = existing_fund(record.fund);
  if (!fund) return std::unexpected(fund.error());
  const AccountKey key{record.fund, author_.member, record.currency};
  auto taken = record.for_donation ? take_for_donation(key, record, *record.for_donation)
                                   : take_first(key, record.amount);
  if (!taken) return std::unexpected(std::move(taken.error()));
  if (auto refusal = spend(*taken)) return std::unexpected(std::move(*refusal));

  if (record.evidence.items.empty() && !is_fee(record.category))
    state_.note_missing({record.fund, Missing::evidence, entry_, true});
  note_flow(key, RecordKind::expenditure, author_.member.value,
            std::string(crypto::word_of(record.category)), record.amount);
  return Effects{std::move(*taken), std::nullopt};
}

std::expected<Effects, Refusal> MoneyRules::apply(const Refund& record) {
  const auto named = existing_record(record.donation, RecordKind::donation);
  if (!named) return std::unexpected(named.error());
  const auto& donation = std::get<Donation>(named->record.authored.record.body);
  if (auto refusal = check_money(record.amount, donation.currency)) {
    return std::unexpected(std::move(*refusal));
  }
  if (named->record.authored.author != author_.member) {
    return refuse(Word::not_permitted, "a donation is refunded by the member that collected it");
  }
  const AccountKey key{donation.fund, author_.member, donation.currency};
  const auto before = repaid(record.donation);
  if (!before) return std::unexpected(before.error());
  auto taken = take_named(key, record.amount, money_of(*named));
  if (!taken) return std::unexpected(std::move(taken.error()));
  if (auto refusal = check_repaid(*before, record.amount, donation.amount, donation.currency))
    return std::unexpected(std::move(*refusal));
  if (auto refusal = spend(*taken)) return std::unexpected(std::move(*refusal));

  state_.add_statement(record.donation, entry_, RecordKind::refund);
  history_.add_statement(record.donation, author_.member, RecordKind::refund, record.amount);
  note_flow(key, RecordKind::refund, author_.member.value, "", record.amount);
  return Effects{std::move(*taken), std::nullopt};
}

std::expected<Effects, Refusal> MoneyRules::apply(const Return& record) {
  const auto named = existing_record(record.disbursement, RecordKind::disbursement);
  if (!named) return std::unexpected(named.error());
  const auto& sent = std::get<Disbursement>(named->record.authored.record.body);
  if (auto refusal = check_money(record.amount, sent.currency)) {
    return std::unexpected(std::move(*refusal));
  }
  if (sent.to != author_.member) {
    return refuse(Word::not_permitted, "a disbursement is returned by the member that received it");
  }
  const AccountKey from{sent.fund, author_.member, sent.currency};
  const AccountKey to{sent.fund, named->record.authored.author, sent.currency};
  const auto before = repaid(record.disbursement);
  if (!before) return std::unexpected(before.error());
  auto taken = take_named(from, record.amount, money_of(*named));
  if (!taken) return std::unexpected(std::move(taken.error()));
  if (auto refusal = check_repaid(*before, record.amount, sent.amount, sent.currency))
    return std::unexpected(std::move(*refusal));
  if (auto refusal = check_room(to, record.amount)) return std::unexpected(std::move(*refusal));
  if (auto refusal = spend(*taken)) return std::unexpected(std::move(*refusal));

  if (*before + record.amount.value == sent.amount.value) {
    // What has gone back whole needs nobody's word that it arrived.
    state_.note_missing({sent.fund, Missing::acknowledgement, named->entry, false});
  }
  state_.add_statement(record.disbursement, entry_, RecordKind::return_);
  history_.add_statement(record.disbursement, author_.member, RecordKind::return_, record.amount);
  state_.mention(to.holder, entry_);
  note_flow(from, RecordKind::return_, author_.member.value, to.holder.value, record.amount);
  return Effects{std::move(*taken), fill_moved(to, record.amount)};
}

std::expected<Effects, Refusal> MoneyRules::apply(const Exchange& record) {
  if (auto refusal = check_holder()) return std::unexpected(std::move(*refusal));
  if (auto refusal = check_money(record.from_amount, record.from_currency)) {
    return std::unexpected(std::move(*refusal));
  }
  if (auto refusal = check_money(record.to_amount, record.to_currency)) {
    return std::unexpected(std::move(*refusal));
  }
  if (record.from_currency == record.to_currency) {
    return refuse(Word::currency_mismatch, "an exchange is between two currencies");
  }
  const auto fund = existing_fund(record.fund);
  if (!fund) return std::unexpected(fund.error());
  const AccountKey from{record.fund, author_.member, record.from_currency};
  const AccountKey to{record.fund, author_.member, record.to_currency};
  auto taken = take_first(from, record.from_amount);
  if (!taken) return std::unexpected(std::move(taken.error()));
  if (auto refusal = check_room(to, record.to_amount)) return std::unexpected(std::move(*refusal));
  if (auto refusal = spend(*taken)) return std::unexpected(std::move(*refusal));

  note_flow(from, RecordKind::exchange, author_.member.value, record.to_currency.to_text(),
            record.from_amount, record.to_amount);
  return Effects{std::move(*taken), fill_moved(to, record.to_amount)};
}

}  // namespace centime::ledger
