#include "api/content_coding.h"

#include <libdeflate.h>

#include <algorithm>
#include <array>
#include <memory>
#include <new>

#include "crypto/check.h"

namespace centime::api {
namespace {

// The quickest that finds repetitions at all: of a page a third is left, as with higher ones.
constexpr int level = 1;
constexpr std::string_view gzip_name = "gzip";
constexpr std::string_view brotli_name = "br";

bool is_text(std::string_view type) {
  constexpr std::array<std::string_view, 4> texts{"text/", "application/json",
                                                  "application/problem+json", "image/svg+xml"};
  return std::ranges::any_of(texts, [&](auto text) { return type.starts_with(text); });
}

bool has_other_form(const Response& response) {
  return !response.stream && !response.live && is_text(response.content_type) &&
         (response.body.size() >= compressed_bytes_min || !response.body_gzip.empty());
}

bool has_credentials(const Request& request) {
  return request.header("authorization") || request.header("cookie");
}

struct FreeCompressor {
  void operator()(libdeflate_compressor* made) const { libdeflate_free_compressor(made); }
};

libdeflate_compressor& compressor() {
  thread_local const std::unique_ptr<libdeflate_compressor, FreeCompressor> kept(
      libdeflate_alloc_compressor(level));
  if (!kept) throw std::bad_alloc();
  return *kept;
}

}  // namespace

void choose_coding(const Request& request, Response& response) {
  if (!has_other_form(response)) return;
  response.add("Vary", "Accept-Encoding");
  if (has_credentials(request)) return;
  const auto taken = accepted_codings(request.header("accept-encoding").value_or(""));
  if (taken.brotli && !response.body_brotli.empty())
    response.coding = brotli_name;
  else if (taken.gzip)
    response.coding = gzip_name;
  else
    return;
  if (!response.etag.empty())
    response.etag.insert(response.etag.size() - 1, "-" + std::string(response.coding));
}

void encode_body(Response& response) {
  if (response.coding.empty()) return;
  if (response.coding == brotli_name)
    response.body = response.body_brotli;
  else if (!response.body_gzip.empty())
    response.body = response.body_gzip;
  else
    response.body = gzip(response.body);
}

std::string gzip(std::string_view bytes) {
  auto& made = compressor();
  std::string out(libdeflate_gzip_compress_bound(&made, bytes.size()), '\0');
  const auto size =
      libdeflate_gzip_compress(&made, bytes.data(), bytes.size(), out.data(), out.size());
  crypto::check(size > 0, "it fits into its bound");
  out.resize(size);
  return out;
}

}  // namespace centime::api
