#include <fmt/format.h>

#include "crypto/encoding.h"
#include "node/program/commands.h"
#include "node/program/genesis_file.h"
#include "node/program/http_entry_source.h"
#include "node/program/ledger_place.h"
#include "node/program/progress.h"
#include "node/program/signing_network.h"

namespace centime::program {
namespace {

Expected<std::optional<ledger::NetworkId>> expected_network(const AuditCommandOptions& options) {
  if (!options.genesis.empty() && !options.network.empty()) {
    return called_wrongly("conflicting_options", "give --genesis or --network, not both");
  }
  if (!options.genesis.empty()) {
    auto genesis = read_genesis_file(options.genesis);
    if (!genesis) return std::unexpected(genesis.error());
    return ledger::network_id(*genesis);
  }
  if (options.network.empty()) return std::nullopt;
  return read_network_id(options.network);
}

std::string sentences(const runtime::AuditReport& report, bool network_was_given) {
  std::string kinds;
  for (const auto& [kind, count] : report.records_by_kind) {
    kinds += fmt::format("  {:<18} {:>12}\n", kind, count);
  }
  const std::string signatures =
      report.checkpoint.empty()
          ? "- no checkpoint: a data directory alone has none; audit the running node with --node\n"
          : fmt::format(
                "- the node's checkpoint is signed by {} validator{}, enough for a quorum, "
                "and states this log's root\n",
                report.quorum_signatures, report.quorum_signatures == 1 ? "" : "s");
  const std::string fragmented =
      report.too_fragmented == 0
          ? ""
          : fmt::format("- not followed: {} donation{} in too many pieces (too_fragmented)\n",
                        report.too_fragmented, report.too_fragmented == 1 ? "" : "s");
  return fmt::format(
      "OK: the whole log holds, {} entries in blocks 0 to {}\n\n"
      "Network    {}\nOrigin     {}\nLog root   {}\nState root {}\n\n"
      "Records\n{}\n"
      "Checked\n"
      "- {} submissions: each one's signature, and the root over its records\n"
      "- {} records: executed again under every rule; effects the same byte for byte\n"
      "- every block's seal: its time, log root, and state root over {} accounts\n"
      "- the laws of the ledger over the final state: no unit lost, none counted twice\n"
      "- {} of {} donations, followed forwards and backwards: their parts add up\n"
      "{}{}{}"
      "\nWhat this does not say: that what members state about the world outside is true.\n",
      report.entries, report.height.value, crypto::to_hex(report.network.bytes), report.origin,
      crypto::to_hex(report.log_root.bytes), crypto::to_hex(report.state_root.bytes), kinds,
      report.submissions, report.records, report.accounts, report.traced,
      report.records_by_kind.contains("donation") ? report.records_by_kind.at("donation") : 0,
      fragmented, signatures,
      network_was_given ? "- it is the network that you named\n"
                        : "- not which network it is: compare the id above with one that you "
                          "trust, or give --network or --genesis\n");
}

Report describe(const runtime::AuditReport& report, bool network_was_given) {
  Report out;
  out.text = sentences(report, network_was_given);
  boost::json::object kinds;
  for (const auto& [kind, count] : report.records_by_kind) kinds[kind] = count;
  out.json = {{"network", crypto::to_hex(report.network.bytes)},
              {"network_expected", network_was_given},
              {"origin", report.origin},
              {"height", report.height.value},
              {"entries", report.entries},
              {"submissions", report.submissions},
              {"records", report.records},
              {"records_by_kind", std::move(kinds)},
              {"accounts", report.accounts},
              {"donations_traced", report.traced},
              {"donations_too_fragmented", report.too_fragmented},
              {"log_root", crypto::to_hex(report.log_root.bytes)},
              {"state_root", crypto::to_hex(report.state_root.bytes)},
              {"checkpoint", report.checkpoint},
              {"quorum_signatures", report.quorum_signatures}};
  return out;
}

// What could not be read accuses nobody's log.
Failure failure_of(const runtime::AuditError& error, std::uint64_t size) {
  const std::uint64_t entry = error.entry.value;
  Failure failure = failure_from(error.detail);
  if (failure.word == "unreadable") {
    const Failure cause = storage_failure(failure.detail);
    const bool own_disk = cause.word == "store_damaged" || cause.word == "disk_failed";
    if (own_disk) failure = cause;
    failure.detail =
        fmt::format("the log could not be read at entry {}; nothing is known of what follows: {}",
                    entry, failure.detail);
  } else if (failure.word == "bad_checkpoint") {
    failure.detail =
        fmt::format("the checkpoint of these {} entries does not hold: {}", size, failure.detail);
  } else {
    failure.detail = fmt::format("the log does not hold at entry {}: {}", entry, failure.detail);
  }
  failure.more["entry"] = entry;
  return failure;
}

}  // namespace

Outcome audit(const AuditCommandOptions& options) {
  if (auto checked = check_place(options.place); !checked) {
    return std::unexpected(checked.error());
  }
  const auto network = expected_network(options);
  if (!network) return std::unexpected(network.error());

  Progress progress("auditing, entries");
  runtime::AuditOptions audit_options;
  audit_options.progress = [&](std::uint64_t done, std::uint64_t total) {
    progress.at(done, total);
  };
  audit_options.expected_network = *network;
  audit_options.trace_all = options.trace_all;
  std::unique_ptr<runtime::EntrySource> source;
  std::vector<std::string> warnings;
  if (!options.place.node.empty()) {
    auto opened = HttpEntrySource::open(options.place.node);
    if (!opened) return std::unexpected(opened.error());
    audit_options.checkpoint = (*opened)->checkpoint();
    source = *std::move(opened);
  } else {
    auto opened = runtime::open_store_source(
        options.place.data, [&](const std::string& warning) { warnings.push_back(warning); });
    if (!opened) return std::unexpected(failure_from(opened.error()));
    source = *std::move(opened);
  }
  const auto report = runtime::audit(*source, audit_options);
  if (!report) return std::unexpected(failure_of(report.error(), source->size()));
  Report told = describe(*report, network->has_value());
  boost::json::array& list = told.json["warnings"].emplace_array();
  for (const std::string& warning : warnings) {
    told.text += fmt::format("warning: {}\n", warning);
    list.emplace_back(warning);
  }
  return told;
}

}  // namespace centime::program
