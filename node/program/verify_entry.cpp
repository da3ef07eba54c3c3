#include "node/program/verify_entry.h"

#include <fmt/format.h>

#include "crypto/canonical.h"
#include "crypto/encoding.h"
#include "crypto/json_archive.h"
#include "node/program/verify_report.h"

namespace centime::program {
namespace {

using crypto::word_of;

// Of this and later versions.
constexpr std::string_view any_version = "c2sp.org/tlog-proof@";

enum class EntryStep : std::uint8_t { file, checkpoint, inclusion, entry };
constexpr auto enum_words(EntryStep) {
  return std::to_array<std::string_view>({"file", "checkpoint", "inclusion", "entry"});
}

EntryStep step_for(proof::EntryProofError error) {
  switch (error) {
    case proof::EntryProofError::wrong_inclusion:
      return EntryStep::inclusion;
    case proof::EntryProofError::bad_entry:
      return EntryStep::entry;
    default:
      return EntryStep::checkpoint;
  }
}

const ledger::AuthoredRecord* record_of(const proof::VerifiedEntry& verified) {
  const auto* entry = std::get_if<ledger::RecordEntry>(&verified.entry);
  return entry == nullptr ? nullptr : &entry->authored;
}

std::string id_of(const ledger::AuthoredRecord& record) {
  return ledger::record_id(crypto::encode(record)).hex();
}

std::string_view kind_of(const proof::VerifiedEntry& verified) {
  return std::visit([](const auto& entry) { return std::decay_t<decltype(entry)>::name; },
                    verified.entry);
}

std::vector<std::string> proven(const proof::VerifiedEntry& verified) {
  return {fmt::format(
      "{}, byte for byte as it is in the file, is in the log {} that these have "
      "signed.",
      record_of(verified) ? "This record" : "This entry", verified.checkpoint.checkpoint.origin)};
}

std::vector<std::string> not_proven(const proof::VerifiedEntry& verified) {
  std::vector<std::string> sentences;
  if (record_of(verified)) {
    sentences.emplace_back(
        "What became of the money: the proof of a donation, which its page gives, shows that.");
    sentences.emplace_back("That nothing later in the log corrects, disputes or takes back this.");
    sentences.emplace_back(
        "That its author signed it: the head of its submission says so, which is another entry.");
  } else {
    sentences.emplace_back("Anything of the other entries of the log.");
  }
  sentences.emplace_back("That what it says is true: those who signed agreed to record it.");
  return sentences;
}

}  // namespace

bool is_entry_proof(std::string_view text) { return text.starts_with(any_version); }

Expected<proof::VerifiedEntry> check_entry_proof(std::string_view text,
                                                 const proof::Policy& policy) {
  const auto file = word_of(EntryStep::file);
  if (!text.starts_with(fmt::format("{}\n", proof::entry_proof_first_line)))
    return failed_step(file, "unknown_version", "a tlog-proof of another version than 1");
  const auto proof = proof::parse_entry_proof(text);
  if (!proof) return failed_step(file, "bad_bundle", "not a whole tlog-proof");
  if (proof->extra.empty())
    return failed_step(file, "bad_bundle", "the entry's bytes are not in it");
  auto verified = proof::verify_entry_proof(*proof, proof->extra, policy);
  if (!verified) {
    auto& [error, detail] = verified.error();
    // Unlike a donation's proof, the file does not lead from earlier validators to those who
    // signed.
    if (error == proof::EntryProofError::quorum_short)
      detail += "; it takes the policy of the validators at the time of the proof";
    return failed_step(word_of(step_for(error)), word_of(error), detail);
  }
  return *std::move(verified);
}

std::string entry_name(const proof::VerifiedEntry& verified) {
  if (const auto* record = record_of(verified))
    return record->author.value + "/" + record->record.reference.value;
  if (const auto* seal = std::get_if<ledger::Seal>(&verified.entry))
    return fmt::format("the seal of block {}", seal->height.value);
  if (const auto* head = std::get_if<ledger::SubmissionHead>(&verified.entry))
    return fmt::format("the head of a submission of {} records by {}", head->count,
                       head->author.value);
  return "the genesis of the network " +
         crypto::to_hex(ledger::network_id(std::get<ledger::Genesis>(verified.entry)).bytes);
}

boost::json::object entry_json(const proof::VerifiedEntry& verified) {
  boost::json::object json{{"kind", kind_of(verified)},
                           {"entry", verified.index.value},
                           {"entries", verified.checkpoint.checkpoint.size},
                           {"name", entry_name(verified)}};
  if (const auto* record = record_of(verified)) {
    json["record"] = id_of(*record);
    json["type"] = word_of(record->record.kind());
  }
  return json;
}

Report describe_entry(const proof::VerifiedEntry& verified, const std::string& policy_fingerprint) {
  const proof::VerifiedCheckpoint& checkpoint = verified.checkpoint;
  Report report;
  report.text = "VERIFIED\n\n";
  if (const auto* record = record_of(verified)) {
    report.text += fmt::format("Record    {}\n          {}, {}\n", id_of(*record),
                               entry_name(verified), word_of(record->record.kind()));
  } else {
    report.text += fmt::format("Entry     {}\n", entry_name(verified));
  }
  report.text += fmt::format(
      "Number    {} of {} entries, from 0\nLog       {}\nSigned by {} of {} validators, {} "
      "needed\nPolicy    {}\n",
      verified.index.value, checkpoint.checkpoint.size, checkpoint.checkpoint.origin,
      checkpoint.cosigners.size(), checkpoint.known, checkpoint.needed, policy_fingerprint);
  report.json = entry_json(verified);
  report.json["verified"] = true;
  report.json["origin"] = checkpoint.checkpoint.origin;
  report.json["signed_by"] = checkpoint.cosigners.size();
  report.json["signatures_needed"] = checkpoint.needed;
  report.json["policy_fingerprint"] = policy_fingerprint;
  constexpr auto steps = enum_words(EntryStep{});
  add_steps(report, {steps.begin(), steps.end()});
  add_sentences(report, "What this proves", "proves", proven(verified));
  add_sentences(report, "What it does not prove", "does_not_prove", not_proven(verified));
  return report;
}

}  // namespace centime::program
