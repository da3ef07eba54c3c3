#include <fmt/format.h>

#include <algorithm>
#include <boost/json/stream_parser.hpp>

#include "crypto/json_archive.h"
#include "node/program/commands.h"
#include "node/program/files.h"
#include "node/program/key_file.h"
#include "node/program/nearest_word.h"
#include "node/program/signing_network.h"
#include "node/program/submission_client.h"

namespace centime::program {
namespace {

std::unexpected<Failure> bad_json(const crypto::JsonError& error) {
  return fail(std::string(crypto::word_of(error.fault)),
              error.path.empty() ? error.detail : error.path + ": " + error.detail);
}

// With the line at which the text stops being JSON.
std::unexpected<Failure> bad_document(const crypto::JsonError& error, std::string_view text) {
  if (error.fault != crypto::JsonFault::bad_json) return bad_json(error);
  boost::json::stream_parser parser;
  boost::system::error_code ignored;
  const std::size_t good = parser.write_some(text, ignored);
  return fail(
      "bad_json",
      fmt::format("line {}: {}", 1 + std::ranges::count(text.substr(0, good), '\n'), error.detail));
}

// A field that is missing may be there under a name that is a slip of the hand away.
std::unexpected<Failure> bad_record(crypto::JsonError error, const boost::json::value& record) {
  if (error.fault == crypto::JsonFault::missing_field && record.is_object()) {
    const std::string name = error.path.substr(error.path.rfind('.') + 1);
    for (const auto& field : record.get_object()) {
      if (edit_distance(name, field.key()) > 2) continue;
      error.detail += fmt::format(", and there is a '{}': did you mean '{}'?",
                                  std::string_view(field.key()), name);
      break;
    }
  }
  return bad_json(error);
}

// One record, or {"records": [...]}.
Expected<std::vector<ledger::Record>> read_records(const std::filesystem::path& file) {
  auto content = read_file(file);
  if (!content) return std::unexpected(content.error());
  const auto json = crypto::parse_json(*content);
  if (!json) return bad_document(json.error(), *content);
  std::vector<ledger::Record> records;
  const boost::json::value* list =
      json->is_object() ? json->get_object().if_contains("records") : nullptr;
  if (list == nullptr) {
    auto record = crypto::from_json<ledger::Record>(*json);
    if (!record) return bad_record(record.error(), *json);
    records.push_back(*std::move(record));
    return records;
  }
  if (!list->is_array() || json->get_object().size() != 1 || list->get_array().empty()) {
    return fail("bad_value", "\"records\" must be a list of at least one record, and stand alone");
  }
  if (list->get_array().size() > ledger::submission_records_max) {
    return fail("too_large", fmt::format("{} records are more than the {} that one submission may "
                                         "have; `centime import csv` takes any number",
                                         list->get_array().size(), ledger::submission_records_max));
  }
  for (std::size_t i = 0; i < list->get_array().size(); ++i) {
    const boost::json::value& item = list->get_array()[i];
    auto record = crypto::from_json<ledger::Record>(item, fmt::format("records[{}]", i));
    if (!record) return bad_record(record.error(), item);
    records.push_back(*std::move(record));
  }
  return records;
}

// Which of several records are bad; the sentence is that of the first.
Failure explain(Failure failure, std::size_t records) {
  const std::vector<BadRecord> all = bad_records_of(failure.more);
  if (records < 2 || all.empty()) return failure;
  if (all.size() == 1) {
    failure.lines = fmt::format("  in records[{}]\n", all.front().record.value_or(0));
    return failure;
  }
  for (const BadRecord& bad : all) {
    failure.lines +=
        fmt::format("  records[{}]: {}: {}\n", bad.record.value_or(0), bad.word, bad.detail);
  }
  return failure;
}

}  // namespace

Outcome submit(const SubmitOptions& options) {
  const auto key = read_author_key(options.key, options.member);
  if (!key) return std::unexpected(key.error());
  auto records = read_records(options.file);
  if (!records) return std::unexpected(records.error());
  NodeClient node(options.node, {.timeout = final_timeout});
  const auto network = signing_network(node, options.network);
  if (!network) return std::unexpected(network.error());
  const std::size_t count = records->size();
  const auto result = SubmissionClient(node).submit(
      ledger::sign_submission(*network, key->member, key->key, *std::move(records)));
  if (!result) return std::unexpected(explain(result.error(), count));

  Report report;
  boost::json::array ids;
  for (const std::string& id : result->ids) {
    report.text += id + "\n";
    ids.emplace_back(id);
  }
  report.text += result->repeat ? "All of it had been recorded before; nothing was added.\n"
                                : fmt::format("Recorded in block {}.\n", result->height);
  report.json = {{"ids", std::move(ids)}, {"height", result->height}, {"repeat", result->repeat}};
  return report;
}

}  // namespace centime::program
