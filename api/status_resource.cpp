// GET /v1/status: what this node is, how far its ledger has come, and the totals.
#include "api/etag.h"
#include "api/fund_json.h"
#include "api/resource.h"
#include "api/standing.h"
#include "crypto/encoding.h"

namespace centime::api {
namespace {

boost::json::object counters_json(const runtime::NodeCounters& counters) {
  return {{"submissions_accepted", counters.submissions_accepted},
          {"submissions_rejected", counters.submissions_rejected},
          {"submissions_repeated", counters.submissions_repeated},
          {"records", counters.records},
          {"blocks", counters.blocks},
          {"waiting", counters.waiting}};
}

// In whole MiB: whoever asks may be a stranger, who need not watch what else the machine writes.
std::uint64_t whole_mebibytes(std::uint64_t bytes) { return bytes >> 20 << 20; }

boost::json::object disk_json(const runtime::DiskRoom& room) {
  return {{"free_bytes", whole_mebibytes(room.free_bytes)},
          {"total_bytes", whole_mebibytes(room.total_bytes)}};
}

Response show_status(const Request&, const PathParams&, const ReadView& view, ApiContext& context) {
  const storage::Head& head = view.snapshot().head();
  const ledger::Genesis& genesis = context.node.genesis();
  const auto governance = view.snapshot().governance();
  const NodeStanding standing = standing_of(*context.node.agreement(), head.height.value);
  boost::json::object status{{"status", crypto::word_of(standing.word)},
                             {"blocks_behind", standing.blocks_behind},
                             {"version", context.version},
                             {"origin", genesis.origin.value},
                             {"network", crypto::to_hex(head.network.bytes)},
                             {"member", context.node.self().value},
                             {"height", head.height.value},
                             {"time", head.seal.time.to_iso()},
                             {"entries", head.size},
                             {"accounts", head.account_count},
                             {"hash", crypto::to_hex(head.hash.bytes)},
                             {"log_root", crypto::to_hex(head.log.root().bytes)},
                             {"state_root", crypto::to_hex(head.state_root.bytes)},
                             {"members", governance->members.items.size()},
                             {"validators", governance->epoch.validators.items.size()},
                             {"epoch", governance->epoch.epoch},
                             {"totals", fund_totals_json(network_totals(view.snapshot()))},
                             {"since_start", counters_json(context.node.counters())}};
  if (const auto room = context.node.disk()) status["disk"] = disk_json(*room);
  return json_response(status);
}

}  // namespace

void add_status_routes(Router& router, const SharedContext& context) {
  add_read(router, context, "/v1/status", show_status);
}

}  // namespace centime::api
