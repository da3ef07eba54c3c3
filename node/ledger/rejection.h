// Why the ledger refuses something: one stable word each, the same in code, API and docs/errors.md.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace centime::ledger {

enum class Word : std::uint8_t {
  unknown_member,
  not_permitted,
  unknown_fund,
  fund_exists,
  fund_not_open,
  unknown_channel,
  channel_exists,
  insufficient_funds,
  already_spent,
  currency_mismatch,
  unknown_currency,
  amount_out_of_range,
  date_out_of_range,
  reference_reused,
  already_recorded,
  unknown_record,
  wrong_record_kind,
  bad_signature,
  bad_encoding,
  too_large,
  too_fragmented,
  unknown_key,
  bad_key,
  key_exists,
  member_exists,
  member_suspended,
  agreement_missing,
  unknown_proposal,
  already_approved,
  too_many_proposals,
  too_many_members,
  bad_validators,
  wrong_epoch,
  too_many_statements,
  too_many_reads,
};
constexpr auto enum_words(Word) {
  return std::to_array<std::string_view>(
      {"unknown_member",    "not_permitted",       "unknown_fund",      "fund_exists",
       "fund_not_open",     "unknown_channel",     "channel_exists",    "insufficient_funds",
       "already_spent",     "currency_mismatch",   "unknown_currency",  "amount_out_of_range",
       "date_out_of_range", "reference_reused",    "already_recorded",  "unknown_record",
       "wrong_record_kind", "bad_signature",       "bad_encoding",      "too_large",
       "too_fragmented",    "unknown_key",         "bad_key",           "key_exists",
       "member_exists",     "member_suspended",    "agreement_missing", "unknown_proposal",
       "already_approved",  "too_many_proposals",  "too_many_members",  "bad_validators",
       "wrong_epoch",       "too_many_statements", "too_many_reads"});
}

// One refused record, or a refused submission as a whole.
struct Refusal {
  Word word;
  std::string detail;  // One sentence for a person, with the figures.
};

inline std::unexpected<Refusal> refuse(Word word, std::string detail) {
  return std::unexpected(Refusal{word, std::move(detail)});
}

struct RecordRefusal {
  std::uint32_t index;  // In the submission.
  Refusal refusal;
};

// A refused submission: nothing of it is recorded. Either `whole` says why, or `records` lists each
// bad record, in order.
struct Rejection {
  Refusal whole;
  std::vector<RecordRefusal> records;
};

}  // namespace centime::ledger
