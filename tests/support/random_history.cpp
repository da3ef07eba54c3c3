#include "tests/support/random_history.h"

#include <algorithm>

namespace centime::test {

using ledger::FundId;
using ledger::MemberId;
using ledger::Record;
using ledger::RecordBody;
using ledger::RecordId;
using ledger::RecordKind;

namespace {

const std::vector<MemberId> holders{open_giving, red_aid, clean_water, field_crew};
const std::vector<MemberId> everyone{open_giving, tender, red_aid, clean_water, field_crew};
const std::vector<FundId> base_funds{relief, {"wells"}, {"schools"}};

RecordId random_id(Dice& dice) {
  return RecordId::from(digest_of("no record " + std::to_string(dice.roll())));
}

}  // namespace

std::uint64_t Dice::roll() {
  std::uint64_t mixed = state_ += 0x9E37'79B9'7F4A'7C15;
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58'476D'1CE4'E5B9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D0'49BB'1331'11EB;
  return mixed ^ (mixed >> 31);
}

// Makes the submission of one step.
class StepMaker {
 public:
  StepMaker(RandomHistory& history, std::uint64_t seed)
      : history_(history), world_(history.world_), dice_(seed) {}

  StepResult make() {
    if (!history_.accepted_.empty() && dice_.percent(3)) return old_one();
    std::vector<RecordBody> bodies;
    const std::size_t count = dice_.percent(15) ? 2 + dice_.below(4) : 1;
    while (bodies.size() < count) bodies.push_back(body());
    std::vector<Record> records;
    for (RecordBody& body : bodies) records.push_back({reference(), std::move(body)});
    if (dice_.percent(5)) name_sibling(records);
    if (records.size() > 1 && dice_.percent(4)) records.push_back(records[0]);
    return {author_, std::move(records), {}};
  }

 private:
  // Sometimes an accepted submission again, in whole or in part, or with other content.
  StepResult old_one() {
    StepResult old = dice_.pick(history_.accepted_);
    switch (dice_.below(4)) {
      case 0:
        old.records.push_back(world_.record(donation()));
        break;
      case 1:
        old.records[0].body = donation();
        break;
      default:
        break;
    }
    return old;
  }

  bool mistake() { return dice_.percent(history_.options_.mistakes_percent); }
  bool rarely() { return mistake() && dice_.percent(40); }

  ledger::Reference reference() {
    if (rarely() && !history_.accepted_.empty()) {
      return dice_.pick(history_.accepted_).records[0].reference;
    }
    return world_.next_reference();
  }

  // The author of a batch is settled by its first record.
  void by(const MemberId& author) {
    if (!author_.value.empty()) return;
    author_ = mistake() ? dice_.pick(everyone) : author;
  }

  FundId fund() {
    if (rarely()) return {"no-such-fund"};
    const auto& proposals = history_.of_kind(RecordKind::fund_proposal);
    if (dice_.percent(10) && !proposals.empty()) {
      const auto record = world_.view().record(dice_.pick(proposals)).authored.record;
      return std::get<ledger::FundProposal>(record.body).fund;
    }
    return base_funds[dice_.below(history_.options_.funds)];
  }

  std::string_view code() {
    if (rarely()) return "XTS";
    return dice_.pick(history_.options_.currencies);
  }

  ledger::Amount amount() {
    if (rarely()) {
      constexpr std::array odd{std::uint64_t{0}, ledger::amount_max + 1, ~std::uint64_t{0}};
      if (history_.options_.huge_amounts && dice_.percent(50)) return {ledger::amount_max};
      return {dice_.pick(odd)};
    }
    const std::uint64_t range =
        dice_.percent(50) ? 1 + history_.options_.amount_max / 10 : history_.options_.amount_max;
    return {1 + dice_.below(range)};
  }

  // Money that probably lies in an account of the author's.
  struct Source {
    FundId fund;
    std::string code;
    ledger::Amount amount;
  };
  Source source() {
    if (!mistake()) {
      std::vector<std::shared_ptr<const ledger::Account>> accounts;
      for (std::uint32_t i = 0; i < world_.view().account_count(); ++i) {
        auto account = world_.view().account({i});
        const bool own = author_.value.empty() || account->key().holder == author_;
        if (own && account->balance() > 0) accounts.push_back(std::move(account));
      }
      if (!accounts.empty()) return part_of(*dice_.pick(accounts));
    }
    by(dice_.pick(holders));
    return {fund(), std::string(code()), amount()};
  }

  Source part_of(const ledger::Account& account) {
    const ledger::AccountKey& key = account.key();
    by(key.holder);
    const std::uint64_t balance = account.balance();
    std::uint64_t sum = 1 + dice_.below(std::min(balance, history_.options_.amount_max));
    if (dice_.percent(8)) sum = balance;
    if (dice_.percent(2)) sum = balance + 1;
    return {key.fund, key.currency.to_text(), {sum}};
  }

  ledger::Date date() { return rarely() ? day("2031-01-01") : day("2026-02-20"); }

  ledger::EntryIndex entry_of_kind(RecordKind kind) {
    const auto& entries = history_.of_kind(kind);
    // The newest ones have money left more often.
    const std::size_t recent = std::min<std::size_t>(entries.size(), 20);
    return dice_.percent(60) ? entries[entries.size() - 1 - dice_.below(recent)]
                             : dice_.pick(entries);
  }

  // A record of that kind, or of another, or of none.
  RecordId id_of_kind(RecordKind kind) {
    if (rarely()) return random_id(dice_);
    if (rarely()) kind = RecordKind::donation;
    if (history_.of_kind(kind).empty()) return random_id(dice_);
    return world_.id_of(entry_of_kind(kind));
  }

  ledger::Subject subject() {
    if (dice_.percent(30)) return ledger::FundSubject{fund()};
    return ledger::RecordSubject{
        id_of_kind(static_cast<RecordKind>(dice_.below(std::variant_size_v<RecordBody>)))};
  }

  ledger::Donation donation() {
    by(dice_.percent(80) ? open_giving : dice_.pick(holders));
    ledger::Donation body = donation_of(1, code(), fund());
    body.amount = amount();
    body.paid_on = date();
    if (rarely()) body.channel = {"no-such-channel"};
    if (dice_.percent(10)) body.earmark = crypto::Text<1, 200>{"for tents"};
    return body;
  }

  ledger::Disbursement disbursement() {
    const Source from = source();
    ledger::Disbursement body = disbursement_of(dice_.pick(holders), 1, from.code, from.fund);
    while (body.to == author_ && !mistake()) body.to = dice_.pick(holders);
    if (rarely()) body.to = dice_.percent(50) ? tender : MemberId{"nobody"};
    body.amount = from.amount;
    body.sent_on = date();
    return body;
  }

  ledger::Expenditure expenditure() {
    if (dice_.percent(35) && !history_.of_kind(RecordKind::donation).empty()) return earmarked();
    const Source from = source();
    ledger::Expenditure body = expenditure_of(1, from.code, from.fund);
    body.amount = from.amount;
    body.category = static_cast<ledger::Category>(dice_.below(11));
    body.paid_on = date();
    return body;
  }

  ledger::Expenditure earmarked() {
    const RecordId id = id_of_kind(RecordKind::donation);
    ledger::Expenditure body = expenditure_of(1, code(), fund());
    body.for_donation = id;
    const auto entry = world_.view().find_record(id);
    if (entry) {
      const auto named = world_.view().record(*entry).authored;
      by(dice_.percent(60) ? named.author : dice_.pick(holders));
      const auto* given = std::get_if<ledger::Donation>(&named.record.body);
      if (given != nullptr && !mistake()) {
        body.fund = given->fund;
        // Now and then in another, which it may have been exchanged into.
        if (dice_.percent(75)) body.currency = given->currency;
        body.amount = {1 + dice_.below(given->amount.value)};
        return body;
      }
    }
    by(dice_.pick(holders));
    body.amount = amount();
    return body;
  }

  ledger::Refund refund() {
    const RecordId id = id_of_kind(RecordKind::donation);
    ledger::Amount sum = amount();
    if (const auto entry = world_.view().find_record(id)) {
      const auto named = world_.view().record(*entry).authored;
      by(named.author);
      const auto* given = std::get_if<ledger::Donation>(&named.record.body);
      if (given != nullptr && !mistake()) sum = {1 + dice_.below(given->amount.value)};
    }
    by(open_giving);
    ledger::Refund body = refund_of(id, 1);
    body.amount = sum;
    return body;
  }

  ledger::Return give_back() {
    const RecordId id = id_of_kind(RecordKind::disbursement);
    ledger::Return body = return_of(id, 1);
    body.amount = amount();
    if (const auto entry = world_.view().find_record(id)) {
      const auto named = world_.view().record(*entry).authored;
      if (const auto* sent = std::get_if<ledger::Disbursement>(&named.record.body)) {
        by(sent->to);
        if (!mistake()) body.amount = {1 + dice_.below(sent->amount.value)};
      }
    }
    by(red_aid);
    return body;
  }

  ledger::Exchange exchange() {
    const Source from = source();
    ledger::Exchange body = exchange_of(1, from.code, 1, code(), from.fund);
    while (body.to_currency == body.from_currency && !rarely()) body.to_currency = currency(code());
    body.from_amount = from.amount;
    body.to_amount = amount();
    body.exchanged_on = date();
    return body;
  }

  RecordBody statement(RecordKind kind) {
    const RecordId id = id_of_kind(RecordKind::disbursement);
    const auto entry = world_.view().find_record(id);
    if (entry) {
      const auto named = world_.view().record(*entry).authored;
      if (const auto* sent = std::get_if<ledger::Disbursement>(&named.record.body)) by(sent->to);
    }
    by(red_aid);
    if (kind == RecordKind::dispute) return dispute_of(id, dice_.below(10));
    return acknowledgement_of(id, dice_.below(100));
  }

  RecordBody fund_life() {
    switch (dice_.below(3)) {
      case 0: {
        by(dice_.pick(std::vector{red_aid, clean_water, field_crew}));
        const bool old = rarely();
        return proposal_of(old ? fund() : FundId{"f-" + std::to_string(++history_.funds_made_)});
      }
      case 1: {
        by(tender);
        const auto& proposals = history_.of_kind(RecordKind::fund_proposal);
        if (proposals.empty()) return approval_of(fund());
        const auto record = world_.view().record(proposals.back()).authored.record;
        return approval_of(std::get<ledger::FundProposal>(record.body).fund);
      }
      default: {
        const FundId closing = fund();
        by(open_giving);
        // The three that carry most of the history stay open.
        const auto& proposals = history_.of_kind(RecordKind::fund_proposal);
        if (std::ranges::count(base_funds, closing) == 0 || proposals.empty()) {
          return closure_of(closing);
        }
        const auto record = world_.view().record(dice_.pick(proposals)).authored.record;
        return closure_of(std::get<ledger::FundProposal>(record.body).fund);
      }
    }
  }

  // One that joined in this history, and signs nothing but its own rotation: none, if it has.
  std::optional<MemberId> joined_one() {
    std::vector<MemberId> joined;
    for (const ledger::Standing& each : world_.view().governance()->members.items) {
      const bool signs = each.keys.items.size() == 1 && each.status == ledger::MemberStatus::active;
      if (each.member.value.starts_with("m-") && (signs || mistake()))
        joined.push_back(each.member);
    }
    if (joined.empty()) return std::nullopt;
    return dice_.pick(joined);
  }

  ledger::MemberProposal joining() {
    by(dice_.pick(everyone));
    const MemberId member{rarely() ? "red-aid" : "m-" + std::to_string(++history_.members_made_)};
    ledger::MemberProposal body{member,
                                {"A newcomer"},
                                static_cast<ledger::Role>(dice_.below(3)),
                                fixed_key(member.value).public_key(),
                                {}};
    if (!rarely()) body.agreement = digest_of("agreement");
    return body;
  }

  RecordBody approval() {
    const auto& open = world_.view().governance()->open.items;
    by(dice_.pick(everyone));
    if (open.empty() || rarely()) return ledger::Approval{random_id(dice_), {}};
    return ledger::Approval{dice_.pick(open).id, {}};
  }

  RecordBody governance() {
    const auto joined = joined_one();
    const std::uint64_t roll = dice_.below(100);
    if (roll < 50) return approval();
    if (roll < 70 || !joined) return joining();
    if (roll < 80) {
      by(*joined);
      const crypto::SecretKey key = fixed_key("second of " + joined->value);
      return ledger::KeyRotation{
          *joined, key.public_key(),
          key.sign(ledger::key_proof_message(world_.network(), *joined, key.public_key()))};
    }
    by(open_giving);
    if (roll < 90) {
      return ledger::MemberSuspension{
          *joined, static_cast<ledger::MemberStatus>(rarely() ? 0 : 1), {"It is silent"}};
    }
    if (!history_.options_.validator_changes) return approval();
    ledger::ValidatorChange body;
    body.epoch = world_.view().governance()->epoch.epoch + (rarely() ? 1 : 0);
    body.validators.items = everyone;
    std::ranges::rotate(body.validators.items,
                        body.validators.items.begin() + static_cast<long>(dice_.below(5)));
    if (dice_.percent(50)) body.validators.items.pop_back();
    return body;
  }

  RecordBody body() {
    if (history_.options_.governance && author_.value.empty() && dice_.percent(7)) {
      return governance();
    }
    // Once a batch has its author, the rest of it is mostly what any holder may state.
    const std::uint64_t roll =
        author_.value.empty() || mistake() ? dice_.below(100) : dice_.below(58);
    if (roll < 26) return donation();
    if (roll < 46) return disbursement();
    if (roll < 58) return expenditure();
    if (roll < 66) return refund();
    if (roll < 76) return give_back();
    if (roll < 84) return exchange();
    if (roll < 87) return statement(RecordKind::acknowledgement);
    if (roll < 89) return statement(RecordKind::dispute);
    if (roll < 92) {
      by(tender);
      return attestation_of(subject());
    }
    if (roll < 95) {
      by(dice_.pick(holders));
      return evidence_of(subject());
    }
    if (roll < 99) return fund_life();
    by(open_giving);
    return channel_of({rarely() ? "web" : "ch-" + std::to_string(dice_.below(1'000'000))});
  }

  // A refund or an earmarked expenditure of a donation in the same submission.
  void name_sibling(std::vector<Record>& records) {
    const auto* given = std::get_if<ledger::Donation>(&records[0].body);
    if (given == nullptr || !given->amount.in_range()) return;
    const RecordId id =
        ledger::record_id(crypto::encode(ledger::AuthoredRecord{author_, records[0]}));
    const std::uint64_t part = 1 + dice_.below(given->amount.value);
    if (dice_.percent(50)) {
      records.push_back(world_.record(refund_of(id, part)));
      return;
    }
    ledger::Expenditure body = expenditure_of(part, given->currency.text(), given->fund);
    body.for_donation = id;
    records.push_back(world_.record(std::move(body)));
  }

  RandomHistory& history_;
  LedgerWorld& world_;
  Dice dice_;
  MemberId author_;
};

RandomHistory::RandomHistory(LedgerWorld& world, HistoryOptions options)
    : world_(world), options_(std::move(options)) {
  world_.open_channel(web);
  world_.open_channel({"till"});
  const std::vector<MemberId> ngos{red_aid, clean_water, field_crew};
  for (std::size_t i = 0; i < options_.funds; ++i) world_.open_fund(base_funds[i], ngos[i]);
}

StepResult RandomHistory::step(std::uint64_t seed) {
  StepResult result = StepMaker(*this, seed).make();
  result.outcome = world_.add(result.author, result.records);
  note(result);
  if (Dice(~seed).percent(20)) world_.seal();
  return result;
}

void RandomHistory::note(const StepResult& result) {
  if (!result.outcome) {
    for (const auto& bad : result.outcome.error().records) ++refused_[bad.refusal.word];
    return;
  }
  if (result.outcome->repeat) {
    ++repeats_;
    return;
  }
  accepted_.push_back(result);
  for (std::size_t i = 0; i < result.records.size(); ++i) {
    const auto kind = static_cast<std::size_t>(result.records[i].kind());
    entries_[kind].push_back(result.outcome->records[i]);
  }
}

void RandomHistory::run(std::uint64_t seed, std::size_t steps) {
  Dice seeds(seed);
  for (std::size_t i = 0; i < steps; ++i) step(seeds.roll());
  world_.seal();
}

}  // namespace centime::test
