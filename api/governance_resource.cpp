// GET /v1/proposals and /v1/epochs: what the members decide on, and who voted when.
#include "api/record_json.h"
#include "api/resource.h"
#include "crypto/encoding.h"
#include "crypto/json_archive.h"
#include "node/ledger/approvals.h"
#include "node/runtime/epochs.h"

namespace centime::api {
namespace {

boost::json::array names_json(const std::vector<ledger::MemberId>& members) {
  boost::json::array names;
  for (const ledger::MemberId& member : members) names.emplace_back(member.value);
  return names;
}

boost::json::object wanted_json(const ledger::WantedApprovals& wanted) {
  return {{"validators", wanted.validators},
          {"auditor", wanted.auditor},
          {"added", names_json(wanted.added)},
          {"next_validators", wanted.next_validators}};
}

// The open proposals: whose approvals so far, which are wanted, and until when.
Response list_proposals(const Request&, const PathParams&, const View& view, ApiContext&) {
  boost::json::array items;
  const storage::Snapshot& snapshot = view.snapshot();
  const auto governance = snapshot.governance();
  for (const ledger::OpenProposal& open : governance->open.items) {
    const ledger::RecordEntry entry = snapshot.record(open.entry);
    const auto wanted =
        ledger::wanted_approvals(*governance, snapshot, open, entry.authored.record.body);
    ledger::Date last = open.opened_on;
    last.value += ledger::proposal_days_max;
    items.push_back(boost::json::object{{"id", open.id.hex()},
                                        {"entry", open.entry.value},
                                        {"author", open.author.value},
                                        {"opened_on", open.opened_on.to_text()},
                                        {"void_after", last.to_text()},
                                        {"approvals", names_json(open.approvals.items)},
                                        {"wanted", wanted_json(wanted)},
                                        {"record", crypto::to_json(entry.authored.record)}});
  }
  return growing_json(view, page_json(std::move(items), std::nullopt));
}

boost::json::object epoch_json(const storage::Snapshot& snapshot, const ledger::EpochStart& start) {
  boost::json::object json = crypto::to_json(start.record).as_object();
  json["hash"] = crypto::to_hex(ledger::epoch_hash(start.record).bytes);
  json["after"] = start.after.value;
  json["first_height"] = snapshot.block_of(start.after).value + 1;
  if (const auto link = runtime::epoch_link(snapshot, start.record.epoch))
    json["end"] = crypto::to_base64(crypto::encode(*link));
  return json;
}

Response list_epochs(const Request&, const PathParams&, const View& view, ApiContext&) {
  boost::json::array items;
  const storage::Snapshot& snapshot = view.snapshot();
  for (std::uint64_t epoch = 0; const auto start = snapshot.epoch(epoch); ++epoch)
    items.push_back(epoch_json(snapshot, *start));
  return growing_json(view, page_json(std::move(items), std::nullopt));
}

}  // namespace

void add_governance_routes(Router& router, const SharedContext& context) {
  add_read(router, context, "/v1/proposals", list_proposals);
  add_read(router, context, "/v1/epochs", list_epochs);
}

}  // namespace centime::api
