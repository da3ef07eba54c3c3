// GET /v1/genesis, /v1/policy, /v1/schema and /v1/openapi.json: what a client needs to begin.
#include "api/etag.h"
#include "api/openapi.h"
#include "api/resource.h"
#include "crypto/schema.h"
#include "node/proof/epoch_chain.h"
#include "node/runtime/epochs.h"

namespace centime::api {
namespace {

Response show_genesis(const Request&, const PathParams&, const ReadView&, ApiContext& context) {
  const ledger::Genesis& genesis = context.node.genesis();
  boost::json::object json = crypto::to_json(genesis).as_object();
  json["network"] = crypto::to_hex(context.node.network().bytes);
  return immutable_json(json);
}

// Of the validators that agreed on the last block: who signed it, and not yet who votes next if it
// closed an epoch. Whoever trusts those of an earlier epoch follows the changes in each proof.
Response show_policy(const Request&, const PathParams&, const ReadView&, ApiContext& context) {
  const ReadView certified{context.node.certified_or_newest()};
  const std::string file =
      proof::format_policy(proof::policy_of(context.node.network(), context.node.genesis().origin,
                                            runtime::sealing_epoch(certified.snapshot())));
  Response response = text_response("text/plain; charset=utf-8", file);
  response.etag =
      strong_etag(crypto::to_hex(crypto::sha256(crypto::as_bytes(file)).bytes).substr(0, 32));
  tell_height(response, certified);
  return response;
}

// A document that only another version of the program changes: written and hashed once, asked about
// again.
ReadHandler document(const boost::json::value& value) {
  Response written = immutable_json(value);
  written.cache_control = cache_revalidate;
  return [written = std::make_shared<const Response>(std::move(written))](
             const Request&, const PathParams&, const ReadView& view, ApiContext&) {
    Response response = *written;
    response.made_at = view.height().value;
    return response;
  };
}

}  // namespace

void add_document_routes(Router& router, const SharedContext& context) {
  add_read(router, context, "/v1/genesis", show_genesis);
  add_read(router, context, "/v1/policy", show_policy);
  add_read(router, context, "/v1/schema",
           document({{"entry", crypto::wire_schema<ledger::Entry>()},
                     {"submission", crypto::wire_schema<ledger::Submission>()},
                     {"account", crypto::wire_schema<ledger::Account>()},
                     {"epoch_link", crypto::wire_schema<proof::EpochLink>()}}));
  add_read(router, context, "/v1/openapi.json", document(openapi_document(context->version)));
}

}  // namespace centime::api
