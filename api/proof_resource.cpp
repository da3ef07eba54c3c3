// GET /v1/donations/{id}/proof (a trace bundle) and /v1/records/{id}/proof (a tlog-proof).
#include "api/bundle_source.h"
#include "api/etag.h"
#include "api/queries.h"
#include "api/resource.h"

namespace centime::api {
namespace {

// Why there is no proof of a record that is in the log.
Response build_problem(proof::BuildError error) {
  switch (error) {
    case proof::BuildError::unknown_record:
      return busy_problem("The record's block waits for the signatures of a quorum.");
    case proof::BuildError::not_a_donation:
      return read_problem("wrong_record_kind", "Only a donation has a trace to prove.");
    case proof::BuildError::too_large:
      return read_problem("too_fragmented", "This gift has become too many pieces for one proof.");
    case proof::BuildError::not_signed:
      return busy_problem(
          "The signatures of a quorum have not come here yet since this node was started.");
    case proof::BuildError::state_moved:
      break;
  }
  return busy_problem("New blocks come faster than the proof can be made.");
}

void name_file(Response& response, const std::string& name) {
  response.add("Content-Disposition", "attachment; filename=\"" + name + "\"");
}

Response show_trace_proof(const Request&, const PathParams& params, const ReadView& view,
                          ApiContext& context) {
  const auto entry = find_path_record(view, params["id"]);
  if (!entry) return entry.error();
  const ledger::RecordId id = describe_record(view.snapshot(), *entry).id;
  const auto built = build_current_bundle(context.node, id);
  if (!built) return build_problem(built.error());
  Response response =
      text_response(std::string(proof::bundle_media_type), proof::format_bundle(built->bundle));
  tell_height(response, ReadView{built->published});
  response.etag = content_etag(response.body);
  name_file(response, "centime-" + id.hex().substr(0, 16) + ".trace.json");
  return response;
}

Response show_entry_proof(const Request&, const PathParams& params, const ReadView& view,
                          ApiContext& context) {
  const auto entry = find_path_record(view, params["id"]);
  if (!entry) return entry.error();
  const auto built = build_current_entry_proof(context.node, *entry);
  if (!built) return build_problem(built.error());
  Response response =
      text_response("text/plain; charset=utf-8", proof::format_entry_proof(built->proof));
  tell_height(response, ReadView{built->published});
  response.etag = content_etag(response.body);
  const std::string id = describe_record(view.snapshot(), *entry).id.hex();
  name_file(response, "centime-" + id.substr(0, 16) + std::string(proof::entry_proof_extension));
  return response;
}

}  // namespace

void add_proof_routes(Router& router, const SharedContext& context) {
  add_read(router, context, "/v1/donations/{id}/proof", show_trace_proof, {.slow = true});
  add_read(router, context, "/v1/records/{id}/proof", show_entry_proof, {.slow = true});
}

}  // namespace centime::api
