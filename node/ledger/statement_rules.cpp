#include "node/ledger/statement_rules.h"

#include <fmt/format.h>

#include <algorithm>

namespace centime::ledger {
bool is_limited(RecordKind kind) {
  return kind == RecordKind::acknowledgement || kind == RecordKind::dispute ||
         kind == RecordKind::attestation || kind == RecordKind::evidence;
}

std::optional<FundId> fund_of(const StateView& view, const Record& record) {
  const auto fund_of_record = [&](const RecordId& id) -> std::optional<FundId> {
    const auto entry = view.find_record(id);
    // One step deep at most: a refund names a donation, a return a disbursement, …
    if (!entry) return std::nullopt;
    return fund_of(view, view.record(*entry).authored.record);
  };
  return std::visit(
      [&](const auto& body) -> std::optional<FundId> {
        if constexpr (requires { body.fund; }) {
          return body.fund;
        } else if constexpr (requires { body.donation; }) {
          return fund_of_record(body.donation);
        } else if constexpr (requires { body.disbursement; }) {
          return fund_of_record(body.disbursement);
        } else {
          return std::nullopt;
        }
      },
      record.body);
}

std::expected<std::shared_ptr<const Fund>, Refusal> StatementRules::existing_fund(
    const FundId& id) const {
  auto fund = state_.fund(id);
  if (!fund) return refuse(Word::unknown_fund, "no fund is called '" + id.value + "'");
  return fund;
}

std::expected<RecordEntry, Refusal> StatementRules::existing_record(const RecordId& id) const {
  const auto entry = state_.find_record(id);
  if (!entry) return refuse(Word::unknown_record, "no record has the id " + id.hex());
  return state_.record(*entry);
}

std::expected<Effects, Refusal> StatementRules::add_statement(const RecordId& id,
                                                              const RecordEntry& subject) {
  const auto stated = history_.stated(id);
  if (!stated) return std::unexpected(stated.error());
  const auto own = (*stated)->limited.find(author_.member);
  if (own != (*stated)->limited.end() && own->second >= statements_of_one_max) {
    return refuse(Word::too_many_statements,
                  fmt::format("a member states at most {} records about one other or about a fund",
                              statements_of_one_max));
  }
  index_statement(id, subject);
  history_.add_statement(id, author_.member, record_.kind());
  return Effects{};
}

std::expected<Effects, Refusal> StatementRules::add_statement(const Fund& fund) {
  const RecordEntry proposal = state_.record(fund.proposed_in);
  return add_statement(record_id(crypto::encode(proposal.authored)), proposal);
}

void StatementRules::index_statement(const RecordId& id, const RecordEntry& subject) {
  state_.add_statement(id, entry_, record_.kind());
  state_.mention(subject.authored.author, entry_);
  if (const auto fund = fund_of(state_, subject.authored.record)) state_.mention(*fund, entry_);
}

void StatementRules::note_missing(const RecordId& subject, const FundId& fund, Missing what,
                                  bool missing) {
  state_.note_missing({fund, what, *state_.find_record(subject), missing});
}

std::expected<Effects, Refusal> StatementRules::about_disbursement(const RecordId& id,
                                                                   const Sight& seen) {
  const auto subject = existing_record(id);
  if (!subject) return std::unexpected(subject.error());
  const auto* sent = std::get_if<Disbursement>(&subject->authored.record.body);
  if (sent == nullptr) {
    return refuse(Word::wrong_record_kind,
                  "record " + id.hex().substr(0, 16) + " is no disbursement");
  }
  if (sent->to != author_.member) {
    return refuse(Word::not_permitted,
                  "only '" + sent->to.value + "', who was sent the money, can say what arrived");
  }
  if (seen.amount.value < seen.least || seen.amount.value > amount_max) {
    return refuse(Word::amount_out_of_range,
                  fmt::format("amount_seen is {} to {} minor units", seen.least, amount_max));
  }
  auto added = add_statement(id, *subject);
  if (added) {
    // What has gone back whole needs nobody's word, whatever is said of it afterwards.
    const bool returned = (*history_.stated(id))->repaid == sent->amount.value;
    note_missing(id, sent->fund, Missing::acknowledgement, !seen.acknowledged && !returned);
  }
  return added;
}

std::expected<Effects, Refusal> StatementRules::apply(const Acknowledgement& record) {
  return about_disbursement(record.disbursement, {record.amount_seen, 1, true});
}

std::expected<Effects, Refusal> StatementRules::apply(const Dispute& record) {
  return about_disbursement(record.disbursement, {record.amount_seen, 0, false});
}

std::expected<Effects, Refusal> StatementRules::apply(const Attestation& record) {
  if (author_.role != Role::auditor) {
    return refuse(Word::not_permitted, "only an auditor attests");
  }
  if (const auto* subject = std::get_if<RecordSubject>(&record.subject)) {
    const auto found = existing_record(subject->record);
    if (!found) return std::unexpected(found.error());
    return add_statement(subject->record, *found);
  }
  const auto fund = existing_fund(std::get<FundSubject>(record.subject).fund);
  if (!fund) return std::unexpected(fund.error());
  return add_statement(**fund);
}

std::expected<Effects, Refusal> StatementRules::apply(const EvidenceRecord& record) {
  if (const auto* subject = std::get_if<RecordSubject>(&record.subject)) {
    const auto found = existing_record(subject->record);
    if (!found) return std::unexpected(found.error());
    const auto* sent = std::get_if<Disbursement>(&found->authored.record.body);
    const auto fund_id = fund_of(state_, found->authored.record);
    const auto fund = fund_id ? state_.fund(*fund_id) : nullptr;
    const bool named = found->authored.author == author_.member ||
                       (sent != nullptr && sent->to == author_.member) ||
                       (fund && fund->ngo == author_.member);
    if (!named) {
      return refuse(Word::not_permitted, "evidence comes from a member that the record names");
    }
    auto added = add_statement(subject->record, *found);
    const auto* spent = std::get_if<Expenditure>(&found->authored.record.body);
    if (added && spent != nullptr)
      note_missing(subject->record, spent->fund, Missing::evidence, false);
    return added;
  }
  const auto fund = existing_fund(std::get<FundSubject>(record.subject).fund);
  if (!fund) return std::unexpected(fund.error());
  if ((*fund)->ngo != author_.member) {
    return refuse(Word::not_permitted, "evidence about a fund comes from its NGO");
  }
  return add_statement(**fund);
}

std::expected<Effects, Refusal> StatementRules::apply(const FundProposal& record) {
  if (author_.role != Role::ngo) return refuse(Word::not_permitted, "an NGO proposes a fund");
  if (state_.fund(record.fund)) {
    return refuse(Word::fund_exists, "a fund is called '" + record.fund.value + "' already");
  }
  if (record.goal && !currency_exponent(record.goal->currency)) {
    return refuse(Word::unknown_currency, "'" + record.goal->currency.to_text() +
                                              "' is not an ISO 4217 currency with a minor unit");
  }
  if (record.goal && !record.goal->amount.in_range()) {
    return refuse(Word::amount_out_of_range,
                  fmt::format("a goal is 1 to {} minor units", amount_max));
  }
  state_.set_fund({author_.member, record, FundStatus::proposed, entry_});
  state_.mention(record.fund, entry_);
  return Effects{};
}

void StatementRules::set_status(const Fund& fund, FundStatus status) {
  Fund changed = fund;
  changed.status = status;
  state_.set_fund(std::move(changed));
  const RecordEntry proposal = state_.record(fund.proposed_in);
  index_statement(record_id(crypto::encode(proposal.authored)), proposal);
}

std::expected<Effects, Refusal> StatementRules::apply(const FundApproval& record) {
  if (author_.role != Role::auditor) {
    return refuse(Word::not_permitted, "an auditor approves a fund");
  }
  const auto fund = existing_fund(record.fund);
  if (!fund) return std::unexpected(fund.error());
  if ((*fund)->status == FundStatus::closed) {
    return refuse(Word::fund_not_open, "fund '" + record.fund.value + "' is closed");
  }
  if ((*fund)->status == FundStatus::open) {
    return refuse(Word::not_permitted, "fund '" + record.fund.value + "' is open already");
  }
  set_status(**fund, FundStatus::open);
  return Effects{};
}

std::expected<Effects, Refusal> StatementRules::apply(const FundClosure& record) {
  const auto fund = existing_fund(record.fund);
  if (!fund) return std::unexpected(fund.error());
  if (author_.role != Role::platform && (*fund)->ngo != author_.member) {
    return refuse(Word::not_permitted, "a fund is closed by its NGO or by a platform");
  }
  if ((*fund)->status == FundStatus::closed) {
    return refuse(Word::fund_not_open, "fund '" + record.fund.value + "' is closed already");
  }
  set_status(**fund, FundStatus::closed);
  return Effects{};
}

std::expected<Effects, Refusal> StatementRules::apply(const ChannelRecord& record) {
  if (author_.role != Role::platform) {
    return refuse(Word::not_permitted, "a platform opens a channel");
  }
  if (state_.channel(record.channel)) {
    return refuse(Word::channel_exists,
                  "a channel is called '" + record.channel.value + "' already");
  }
  state_.add_channel({author_.member, record});
  return Effects{};
}

}  // namespace centime::ledger
