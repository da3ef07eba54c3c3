#include <fmt/format.h>

#include <algorithm>

#include "node/program/commands.h"
#include "node/program/files.h"
#include "node/program/import_report.h"
#include "node/program/key_file.h"
#include "node/program/signing_network.h"

namespace centime::program {
namespace {

// A check of a large file takes the node a while.
constexpr std::chrono::minutes answer_timeout{15};

Expected<ImportKeys> keys_of(const ImportOptions& options, NodeClient& node) {
  if (!options.keys.empty() && !options.key.empty()) {
    return called_wrongly("conflicting_options", "give --keys or --key, not both");
  }
  if (options.keys.empty() && options.key.empty()) {
    return called_wrongly("missing_option",
                          "give --keys DIRECTORY or --key FILE, to sign with: one of the two");
  }
  if (!options.keys.empty()) {
    if (!options.member.empty()) {
      return called_wrongly("conflicting_options", "--member goes with --key, not with --keys");
    }
    std::error_code ignored;
    if (std::filesystem::is_regular_file(options.keys, ignored)) {
      return called_wrongly(
          "bad_value", fmt::format("{} is a file; did you mean --key?", options.keys.string()));
    }
    return read_import_keys(options.keys, node);
  }
  std::error_code ignored;
  if (std::filesystem::is_directory(options.key, ignored)) {
    return called_wrongly(
        "bad_value", fmt::format("{} is a directory; did you mean --keys?", options.key.string()));
  }
  auto key = read_author_key(options.key, options.member);
  if (!key) return std::unexpected(key.error());
  ImportKeys keys;
  keys.keys.emplace(key->member, std::move(key->key));
  keys.default_author = key->member;
  return keys;
}

// The one line of the file.
Expected<std::string> read_token(const std::filesystem::path& file) {
  auto token = read_secret_file(file);
  if (!token) return token;
  while (token->ends_with('\n') || token->ends_with('\r')) token->pop_back();
  // What is no token must not become a header of its own.
  const auto is_letter = [](char c) { return c > ' ' && c < '\x7f'; };
  if (token->empty() || !std::ranges::all_of(*token, is_letter))
    return fail("bad_token", fmt::format("{} is not one line with a token", file.string()));
  return token;
}

Expected<void> save_salts(DonorSalts& salts, const ImportRun& run) {
  std::vector<ledger::RecordId> ids;
  ids.reserve(run.pending().size());
  for (const ImportRow* row : run.pending()) ids.push_back(row->id);
  if (auto saved = salts.save(ids); !saved) return std::unexpected(saved.error());
  return {};
}

std::unexpected<Failure> check_failure(Failure failure, const ImportOptions& options) {
  if (failure.word == "too_large" && options.token_file.empty()) {
    failure.detail +=
        "\nA node checks this much only for those who have a token of its own: make one there with "
        "`centime token new --scope check`, and name its file with --token-file. Or split the "
        "file.";
  }
  return std::unexpected(std::move(failure));
}

}  // namespace

Outcome import_csv(const ImportOptions& options) {
  if (options.batch < 1 || options.batch > ledger::submission_records_max) {
    return called_wrongly(
        "bad_value", fmt::format("--batch must be from 1 to {}", ledger::submission_records_max));
  }
  NodeClient node(options.node, {.timeout = answer_timeout});
  const auto keys = keys_of(options, node);
  if (!keys) return std::unexpected(keys.error());
  DonorSalts salts = options.dry_run ? DonorSalts::thrown_away() : DonorSalts();
  if (!options.receipts.empty()) {
    auto opened = DonorSalts::open(options.receipts, options.dry_run);
    if (!opened) return std::unexpected(opened.error());
    salts = *std::move(opened);
  }
  if (!options.token_file.empty()) {
    auto token = read_token(options.token_file);
    if (!token) return std::unexpected(token.error());
    node.use_token(*std::move(token));
  }
  const auto network = signing_network(node, options.network);
  if (!network) return std::unexpected(network.error());
  auto rows = read_import_rows(options.file, *keys, node, salts);
  if (!rows) return std::unexpected(rows.error());
  if (rows->rows.empty() && rows->bad_rows == 0) {
    return fail("no_rows", fmt::format("{} has no rows below its header", options.file.string()));
  }

  ImportRun run(*std::move(rows), *keys, *network, node, {options.batch, options.skip_bad});
  if (auto checked = run.check(); !checked) return check_failure(checked.error(), options);
  const bool refused = run.bad_rows() + run.unlisted_bad_rows() > 0 && !options.skip_bad;
  if (refused) return describe_import(run, ImportEnd::refused, options.dry_run);
  if (options.dry_run) {
    Report report = describe_import(run, ImportEnd::dry_run, options.dry_run);
    if (!salts.has_file() && salts.made() > 0) {
      report.text += "It has donors: to record it, give --receipts FILE.\n";
    }
    return report;
  }
  // On the disk before anything is sent that can be recorded: a commitment without its salt is lost
  // for the donor.
  if (auto saved = save_salts(salts, run); !saved) return std::unexpected(saved.error());
  if (auto sent = run.send(); !sent) {
    Failure failure = sent.error();
    failure.detail += fmt::format(
        "\n{} rows were recorded before this happened. Run the same import again: it goes on where "
        "this one stopped, and records nothing twice.",
        run.recorded().size());
    failure.more["recorded"] = run.recorded().size();
    return std::unexpected(std::move(failure));
  }
  return describe_import(run, ImportEnd::recorded, options.dry_run);
}

}  // namespace centime::program
