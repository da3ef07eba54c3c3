#include "explorer/static_files.h"

#include <algorithm>

#include "api/etag.h"
#include "crypto/check.h"
#include "crypto/digest.h"
#include "crypto/encoding.h"
#include "explorer/assets.h"

namespace centime::explorer {
namespace {

constexpr std::string_view gzip_ending = ".gz", brotli_ending = ".br";

std::string_view content_type_of(std::string_view extension) {
  if (extension == "css") return "text/css; charset=utf-8";
  if (extension == "svg") return "image/svg+xml";
  if (extension == "js") return "text/javascript; charset=utf-8";
  if (extension == "html") return "text/html; charset=utf-8";
  crypto::check(false, "an asset has a known kind");
  return {};
}

// What the file says of itself, and what only a header can say.
std::string policy_of(std::string_view html) {
  constexpr std::string_view before = "http-equiv=\"Content-Security-Policy\" content=\"";
  const auto begin = html.find(before);
  crypto::check(begin != std::string_view::npos, "a page by itself states its policy");
  const auto policy = html.substr(begin + before.size());
  return std::string(policy.substr(0, policy.find('"'))) + "; frame-ancestors 'none'";
}

// The embedded file of this name; empty if there is none.
std::string_view embedded(const std::string& name) {
  const auto found = std::ranges::lower_bound(embedded_files(), name, {}, &EmbeddedFile::name);
  return found != embedded_files().end() && found->name == name ? found->content : "";
}

}  // namespace

StaticFiles::StaticFiles() {
  constexpr std::string_view folder = "assets/";
  for (const auto& [path, content] : embedded_files()) {
    if (!path.starts_with(folder) || path.ends_with(gzip_ending) || path.ends_with(brotli_ending))
      continue;
    const auto name = path.substr(folder.size());
    const auto dot = name.rfind('.');
    crypto::check(dot != std::string_view::npos, "an asset's name has an extension");
    const auto digest = crypto::sha256(crypto::as_bytes(content));
    auto version = crypto::to_hex(digest.bytes).substr(0, 16);
    auto hashed = std::string(name.substr(0, dot)) + "." + version + std::string(name.substr(dot));
    urls_.emplace(name, "/assets/" + hashed);
    files_.emplace(std::move(hashed),
                   File{content, embedded(std::string(path) + std::string(gzip_ending)),
                        embedded(std::string(path) + std::string(brotli_ending)),
                        std::string(content_type_of(name.substr(dot + 1))), std::move(version)});
  }
}

const std::string& StaticFiles::url(std::string_view name) const {
  const auto found = urls_.find(name);
  crypto::check(found != urls_.end(), "the asset exists");
  return found->second;
}

api::Response StaticFiles::answer_with(const File& file) {
  auto response = api::text_response(file.content_type, std::string(file.content));
  response.body_gzip = file.gzip;
  response.body_brotli = file.brotli;
  response.etag = api::strong_etag(file.version);
  return response;
}

api::Response StaticFiles::standalone(std::string_view name) const {
  const auto& file = files_.find(url(name).substr(std::string_view("/assets/").size()))->second;
  return answer_with(file).add("Content-Security-Policy", policy_of(file.content));
}

std::optional<api::Response> StaticFiles::answer(std::string_view file) const {
  const auto found = files_.find(file);
  if (found == files_.end()) return std::nullopt;
  auto response = answer_with(found->second);
  response.cache_control = std::string(api::cache_immutable);
  // The icon is opened by itself too, and an SVG may hold scripts in principle.
  response.add("Content-Security-Policy", response.content_type.starts_with("text/html")
                                              ? policy_of(found->second.content)
                                              : "default-src 'none'; style-src 'unsafe-inline'");
  return response;
}

}  // namespace centime::explorer
