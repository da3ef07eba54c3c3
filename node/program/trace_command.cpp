#include <fmt/format.h>

#include <algorithm>

#include "api/donation_trace.h"
#include "api/record_json.h"
#include "api/search.h"
#include "node/program/commands.h"
#include "node/program/ledger_place.h"
#include "node/program/node_client.h"
#include "node/program/record_name.h"
#include "node/program/row_cells.h"
#include "node/program/trace_text.h"

namespace centime::program {
namespace {

Expected<boost::json::object> trace_in(const LedgerPlace& place, const std::string& name) {
  auto store = open_for_reading(place.data);
  if (!store) return std::unexpected(store.error());
  const auto snapshot = (*store)->snapshot();
  std::string id = name;
  if (!is_record_id(name)) {
    boost::json::array found;
    if (name.size() <= api::search_text_max) {
      found = api::records_json(api::search(*snapshot, name).records);
    }
    auto donation = only_donation(found, name);
    if (!donation) return std::unexpected(donation.error());
    id = *donation;
  }
  const auto entry = api::find_record(*snapshot, id);
  if (!entry) {
    return fail(std::string(api::to_word(entry.error())),
                fmt::format("no single record has an id that begins with {}", id));
  }
  const auto kind = snapshot->record(*entry).authored.record.kind();
  if (kind != ledger::RecordKind::donation) {
    return fail("wrong_record_kind", fmt::format("record {} is {}, not a donation", id,
                                                 with_article(crypto::word_of(kind))));
  }
  // All moves that a trace can have: this is the place that follows what is too much for a page.
  const auto trace = api::trace_donation(*snapshot, *entry, ledger::trace_moves_max);
  if (!trace) return fail("too_fragmented", "this gift has become too many pieces");
  return api::trace_json(api::describe_record(*snapshot, *entry), *trace);
}

Expected<boost::json::object> trace_at(const LedgerPlace& place, const std::string& name) {
  NodeClient node(place.node);
  const auto id = donation_id(node, name);
  if (!id) return std::unexpected(id.error());
  return node.get_json("/v1/donations/" + *id + "/trace");
}

}  // namespace

Outcome trace(const TraceOptions& options) {
  if (auto checked = check_place(options.place); !checked) {
    return std::unexpected(checked.error());
  }
  auto json = options.place.node.empty() ? trace_in(options.place, options.id)
                                         : trace_at(options.place, options.id);
  if (!json) return std::unexpected(json.error());
  auto text = trace_text(*json);
  if (!text) return std::unexpected(text.error());
  Report report;
  report.text = *std::move(text);
  if (!options.place.node.empty()) {
    report.text +=
        "This is what the node says; `centime verify` checks it against the validators' keys.\n";
  }
  report.json = *std::move(json);
  return report;
}

}  // namespace centime::program
