// GET /v1/records/{id}.
#include "api/record_json.h"
#include "api/resource.h"

namespace centime::api {
namespace {

Response show_record(const Request&, const PathParams& params, const View& view, ApiContext&) {
  const auto entry = find_path_record(view, params["id"]);
  if (!entry) return entry.error();
  const RecordView record = describe_record(view.snapshot(), *entry);
  const auto statements = statements_about(view.snapshot(), record.id);
  boost::json::object json = record_json(record);
  if (record.kind() == ledger::RecordKind::disbursement)
    json["hand_over"] = crypto::word_of(hand_over(statements));
  json["statements"] = records_json(statements);
  return growing_json(view, json);
}

}  // namespace

void add_record_routes(Router& router, const SharedContext& context) {
  add_read(router, context, "/v1/records/{id}", show_record);
}

}  // namespace centime::api
