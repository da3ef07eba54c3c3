#include "api/record_json.h"

#include "api/money_json.h"
#include "crypto/canonical.h"
#include "crypto/check.h"
#include "crypto/json_archive.h"

namespace centime::api {
namespace {

// The first of the fields that a kind of record may have under one heading of the CSV.
std::string receiver_of(const ledger::Record& record) {
  return std::visit(
      [](const auto& body) -> std::string {
        if constexpr (requires { body.payee; }) return body.payee ? body.payee->name.value : "";
        if constexpr (requires { body.to; }) return body.to.value;
        return {};
      },
      record.body);
}

std::string text_of(const ledger::Record& record) {
  return std::visit(
      [](const auto& body) -> std::string {
        if constexpr (requires { body.purpose; }) return body.purpose.value;
        if constexpr (requires { body.reason; }) return body.reason.value;
        if constexpr (requires { body.description; })
          return body.description ? body.description->value : "";
        if constexpr (requires { body.note; }) return body.note ? body.note->value : "";
        if constexpr (requires { body.earmark; }) return body.earmark ? body.earmark->value : "";
        if constexpr (requires { body.rate_source; }) return body.rate_source.value;
        if constexpr (requires { body.company; }) return body.company.value;
        return {};
      },
      record.body);
}

std::string channel_of(const ledger::Record& record) {
  return std::visit(
      [](const auto& body) -> std::string {
        if constexpr (requires { body.channel; }) return body.channel.value;
        return {};
      },
      record.body);
}

std::string_view verdict_of(const ledger::Record& record) {
  const auto* attestation = std::get_if<ledger::Attestation>(&record.body);
  return attestation != nullptr ? crypto::word_of(attestation->verdict) : std::string_view();
}

std::string_view role_of(const ledger::Record& record) {
  const auto* joining = std::get_if<ledger::MemberProposal>(&record.body);
  return joining != nullptr ? crypto::word_of(joining->role) : std::string_view();
}

std::string_view status_of(const ledger::Record& record) {
  const auto* suspension = std::get_if<ledger::MemberSuspension>(&record.body);
  return suspension != nullptr ? crypto::word_of(suspension->status) : std::string_view();
}

// Of the file that the record stands for: SHA-256, in hexadecimal.
std::string digest_of(const ledger::Record& record) {
  const auto hex = [](const crypto::Digest& digest) { return crypto::to_hex(digest.bytes); };
  return std::visit(
      [&](const auto& body) -> std::string {
        if constexpr (requires { body.statement.bytes; }) return hex(body.statement);
        if constexpr (requires { body.statement->bytes; })
          return body.statement ? hex(*body.statement) : "";
        if constexpr (requires { body.file; }) return hex(body.file.digest);
        if constexpr (requires { body.agreement.bytes; }) return hex(body.agreement);
        if constexpr (requires { body.agreement->bytes; })
          return body.agreement ? hex(*body.agreement) : "";
        if constexpr (requires { body.due_diligence; }) return hex(body.due_diligence);
        return {};
      },
      record.body);
}

void write_optional(CsvWriter& csv, std::string_view cell) {
  if (cell.empty()) {
    csv.blank();
  } else {
    csv.text(cell);
  }
}

void write_money(CsvWriter& csv, const std::optional<Money>& money) {
  if (money) {
    csv.decimal(decimal_amount(*money)).text(money->currency.text());
  } else {
    csv.blank().blank();
  }
}

}  // namespace

std::string members_in(const ledger::Record& record) {
  return std::visit(
      [](const auto& body) -> std::string {
        if constexpr (requires { body.member; }) return body.member.value;
        std::string all;
        if constexpr (requires { body.validators; }) {
          for (const ledger::MemberId& each : body.validators.items)
            all += (all.empty() ? "" : " ") + each.value;
        }
        return all;
      },
      record.body);
}

boost::json::object record_json(const RecordView& record) {
  boost::json::object json{{"id", record.id.hex()},
                           {"entry", record.entry.value},
                           {"height", record.height.value},
                           {"time", record.time.to_iso()},
                           {"author", record.author().value}};
  if (record.fund) json["fund"] = record.fund->value;
  if (record.day) json["day"] = record.day->to_text();
  if (record.money) json["money"] = money_json(*record.money);
  if (record.became) json["became"] = money_json(*record.became);
  if (record.subject) json["subject"] = record.subject->hex();
  json["record"] = crypto::to_json(record.content.authored.record);
  json["effects"] = crypto::to_json(record.content.effects);
  return json;
}

boost::json::array records_json(const std::vector<RecordView>& records) {
  boost::json::array items;
  items.reserve(records.size());
  for (const RecordView& record : records) items.push_back(record_json(record));
  return items;
}

boost::json::object block_json(const BlockView& block) {
  const ledger::Seal& seal = block.seal;
  return {{"height", block.height.value},
          {"hash", crypto::to_hex(block.hash.bytes)},
          {"previous", crypto::to_hex(seal.previous.bytes)},
          {"time", seal.time.to_iso()},
          {"epoch", seal.epoch},
          {"proposer", seal.proposer.value},
          {"first_entry", seal.first_entry.value},
          {"entry_count", seal.entry_count},
          {"seal_entry", block.seal_entry.value},
          {"log_root", crypto::to_hex(seal.log_root.bytes)},
          {"account_count", seal.account_count},
          {"state_root", crypto::to_hex(seal.state_root.bytes)},
          {"certificate", crypto::to_hex(block.certificate)}};
}

boost::json::object entry_line(ledger::EntryIndex index, crypto::BytesView bytes) {
  const auto entry = crypto::decode<ledger::Entry>(bytes);
  crypto::check(entry.has_value(), "an entry of the log is an entry");
  boost::json::object json{{"index", index.value}};
  if (const auto* head = std::get_if<ledger::SubmissionHead>(&*entry)) {
    json["type"] = ledger::SubmissionHead::name;
    json["author"] = head->author.value;
    json["count"] = head->count;
  } else if (const auto* record = std::get_if<ledger::RecordEntry>(&*entry)) {
    json["type"] = crypto::word_of(record->authored.record.kind());
    json["author"] = record->authored.author.value;
    json["reference"] = record->authored.record.reference.value;
    json["id"] = ledger::record_id(crypto::encode(record->authored)).hex();
  } else {
    json["type"] =
        std::holds_alternative<ledger::Seal>(*entry) ? ledger::Seal::name : ledger::Genesis::name;
  }
  return json;
}

boost::json::object account_key_json(const ledger::AccountKey& key) {
  return {
      {"fund", key.fund.value}, {"holder", key.holder.value}, {"currency", key.currency.text()}};
}

const std::vector<std::string>& record_columns() {
  static const std::vector<std::string> columns{
      "id",          "entry",    "height",   "block_time", "type",     "author",
      "reference",   "fund",     "day",      "amount",     "currency", "to_amount",
      "to_currency", "receiver", "category", "channel",    "subject",  "text",
      "verdict",     "member",   "role",     "status",     "digest"};
  return columns;
}

void write_record_row(CsvWriter& csv, const RecordView& record) {
  const ledger::Record& stated = record.content.authored.record;
  csv.text(record.id.hex())
      .number(record.entry.value)
      .number(record.height.value)
      .text(record.time.to_iso())
      .text(crypto::word_of(record.kind()))
      .text(record.author().value)
      .text(stated.reference.value);
  write_optional(csv, record.fund ? record.fund->value : "");
  write_optional(csv, record.day ? record.day->to_text() : "");
  write_money(csv, record.money);
  write_money(csv, record.became);
  write_optional(csv, receiver_of(stated));
  const auto* expenditure = std::get_if<ledger::Expenditure>(&stated.body);
  write_optional(csv, expenditure != nullptr ? crypto::word_of(expenditure->category) : "");
  write_optional(csv, channel_of(stated));
  write_optional(csv, record.subject ? record.subject->hex() : "");
  write_optional(csv, text_of(stated));
  write_optional(csv, verdict_of(stated));
  write_optional(csv, members_in(stated));
  write_optional(csv, role_of(stated));
  write_optional(csv, status_of(stated));
  write_optional(csv, digest_of(stated));
  csv.end_row();
}

}  // namespace centime::api
