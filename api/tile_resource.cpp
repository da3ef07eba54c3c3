// GET /checkpoint, /tile/<level>/<index>[.p/<width>] and /tile/entries/<index>[.p/<width>].
//
// The files of a tiled transparency log, byte for byte. Source: C2SP tlog-tiles.
#include "api/etag.h"
#include "api/resource.h"
#include "crypto/encoding.h"

namespace centime::api {
namespace {

// A partial tile's bytes never change either, but it is superseded by a wider one.
constexpr std::string_view cache_partial = "public, max-age=60";

Response show_checkpoint(const Request&, const PathParams&, const ReadView&, ApiContext& context) {
  const ReadView certified{context.node.certified_or_newest()};
  const std::string& note = certified.published->checkpoint();
  if (note.empty()) {
    return busy_problem(
        "This node signs nothing more, and has none that a quorum signed since it was started.");
  }
  Response response = text_response("text/plain; charset=utf-8", note);
  response.etag = content_etag(response.body);  // Signatures still come after the block.
  response.cache_control = cache_revalidate;
  tell_height(response, certified);
  return response;
}

Response tile_response(const std::optional<crypto::Bytes>& bytes, unsigned width) {
  if (!bytes) return read_problem("not_found", "The log does not reach that far.");
  Response response =
      text_response("application/octet-stream", std::string(crypto::as_text(*bytes)));
  response.etag = content_etag(response.body);
  response.cache_control = width == crypto::tile_width ? cache_immutable : cache_partial;
  return response;
}

Response show_tile(const Request&, const PathParams& params, const ReadView& view, ApiContext&) {
  const std::string path = "tile/" + params["path"];
  if (const auto tile = crypto::parse_tile_path(path))
    return tile_response(view.snapshot().tile(*tile), tile->width);
  if (const auto bundle = crypto::parse_bundle_path(path))
    return tile_response(view.snapshot().entry_bundle(*bundle), bundle->width);
  return read_problem("not_found", "This is no name of a tile or an entry bundle.");
}

}  // namespace

void add_tile_routes(Router& router, const SharedContext& context) {
  add_read(router, context, "/checkpoint", show_checkpoint);
  add_read(router, context, "/tile/{path...}", show_tile);
}

}  // namespace centime::api
