// GET /v1/records/{id} and the statements about it.
#include "api/record_json.h"
#include "api/record_list.h"
#include "api/resource.h"

namespace centime::api {
namespace {

Response show_record(const Request&, const PathParams& params, const ReadView& view, ApiContext&) {
  const auto entry = find_path_record(view, params["id"]);
  if (!entry) return entry.error();
  const RecordView record = describe_record(view.snapshot(), *entry);
  const auto statements = statements_about(view.snapshot(), record.id);
  boost::json::object json = record_json(record);
  if (record.kind() == ledger::RecordKind::disbursement)
    json["hand_over"] = crypto::word_of(hand_over(statements));
  add_statements(json, view, statements);
  return growing_json(view, json);
}

Response list_statements(const Request& request, const PathParams& params, const ReadView& view,
                         ApiContext& context) {
  const auto entry = find_path_record(view, params["id"]);
  if (!entry) return entry.error();
  const RecordView record = describe_record(view.snapshot(), *entry);
  return record_list_response(request, view, context, RecordList::about_record, record.id.hex());
}

}  // namespace

void add_record_routes(Router& router, const SharedContext& context) {
  add_read(router, context, "/v1/records/{id}", show_record);
  add_read(router, context, "/v1/records/{id}/statements", list_statements, {.list = true});
}

}  // namespace centime::api
