#include "explorer/page.h"

#include <ctemplate/template_cache.h>
#include <fmt/format.h>

#include "api/etag.h"
#include "api/letter_case.h"
#include "api/problem.h"
#include "crypto/check.h"
#include "crypto/digest.h"
#include "crypto/encoding.h"
#include "explorer/template_values.h"

namespace centime::explorer {
namespace {

constexpr std::string_view frame_file = "frame.html";
// A donor's page has some 20 KiB of values.
constexpr std::size_t first_block_bytes = 32 * 1024;
constexpr std::size_t page_bytes = 24 * 1024;
constexpr const char* content_security_policy =
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
    "trusted-types 'none'";
// For a page whose script asks any member's node that the reader names. A node without TLS is asked
// on this machine only.
constexpr const char* wide_sources =
    "; script-src 'self'; connect-src 'self' https: http://127.0.0.1:* http://localhost:*";
// For other scripts.
constexpr const char* own_sources = "; script-src 'self'; connect-src 'self'";

ctemplate::TemplateString template_string(std::string_view text) {
  return ctemplate::TemplateString(text.data(), text.size());
}

// "/d/3f2a…", encoded. Of several slashes at its beginning one is left: two would begin another
// host.
std::string path_of(const api::Request& request) {
  std::string path;
  for (const auto& segment : request.segments)
    if (!path.empty() || !segment.empty()) path += "/" + url_encode(segment);
  return path.empty() ? "/" : path;
}

// As much as the preview of a link shows, with no letter cut in two.
std::string excerpt(std::string_view text) {
  constexpr std::size_t most = 200;
  if (text.size() <= most) return std::string(text);
  auto end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "…";
}

}  // namespace

Section& Section::set(std::string_view name, std::string_view value) {
  values_->set(name, value);
  return *this;
}

Section Section::add(std::string_view name) { return Section(values_->add_section(name)); }

void Section::show(std::string_view name) { values_->show_section(name); }

Section Section::include(std::string_view name, std::string_view file) {
  return Section(values_->include(name, file));
}

Page::Page(const api::Request& request, std::string_view template_file)
    : request_(request),
      words_(site().catalogue_for(request)),
      memory_(first_block_bytes),
      values_(std::make_unique<TemplateValues>(memory_)),
      frame_(*values_),
      body_(frame_.include("BODY", template_file)) {
  const auto chosen = request.parameter("lang");
  if (chosen && site().find_catalogue(*chosen)) language_query_ = "lang=" + std::string(*chosen);
}

Page::~Page() = default;

std::string Page::link(std::string_view path) const {
  std::string out(path);
  if (!language_query_.empty()) {
    // The query goes in front of a fragment.
    const auto fragment = std::min(out.find('#'), out.size());
    const bool has_query = out.find('?') < fragment;
    out.insert(fragment, (has_query ? "&" : "?") + language_query_);
  }
  return out;
}

void Page::set_title(std::string_view title) {
  title_ = title;
  frame_.set("TITLE", title);
}

void Page::set_json(std::string_view url) {
  frame_.add("JSON_LINK").set("JSON_URL", url);
  frame_.add("JSON_HEAD").set("JSON_URL", url);
}

void Page::set_state(const LedgerNow& now) {
  const auto& head = now.snapshot.head();
  height_ = std::to_string(head.height.value);
  state_now_ = fmt::format("{}/{}/{}/{}", crypto::to_hex(head.network.bytes), head.height.value,
                           crypto::word_of(now.standing.word), now.standing.blocks_behind);
  frame_.add("AS_OF").set("AS_OF_TEXT",
                          words_.text("as_of", {{"height", words_.number(head.height.value)},
                                                {"time", words_.instant(head.seal.time)}}));
  auto printed = frame_.add("PRINTED");
  printed.set("SIZE", words_.text("log_size", {{"size", words_.number(head.size)}}));
  printed.set("ROOT", crypto::to_base64(head.log.root().bytes));
  if (!now.origin.empty()) {
    address_ = now.origin + path_of(request_);
    printed.add("ADDRESS").set("PAGE_URL", address_);
  }
  origin_ = now.origin;
  if (!now.standing.stale()) return;
  frame_.add("STALE")
      .set("TEXT", standing_text("stale_" + std::string(crypto::word_of(now.standing.word)),
                                 now.standing.blocks_behind))
      .set("URL", link("/status"));
}

std::string Page::standing_text(const std::string& key, std::uint64_t blocks_behind) const {
  const std::string count = words_.number(blocks_behind);
  const std::string& text = words_.text(key);
  // Where the number is the matter itself, the text has it.
  if (text.find("{count}") != std::string::npos) return words_.text(key, {{"count", count}});
  if (blocks_behind == 0) return text;
  return text + " " + words_.text("blocks_lacking", {{"count", count}});
}

void Page::set_script(std::string_view name, Asks asks) {
  script_ = true;
  asks_others_ = asks == Asks::any_node;
  frame_.add("SCRIPT").set("SCRIPT_URL", site().static_files().url(name));
}

void Page::set_share(std::string_view description) {
  auto share = frame_.add("SHARE");
  share.set("SHARE_TITLE", title_).set("DESCRIPTION", excerpt(description));
  if (!address_.empty()) share.add("ADDRESS").set("PAGE_URL", address_);
}

void Page::set_live(const storage::Head& head, std::string_view fund, std::string_view state) {
  live_ = true;
  state_ = state;
  frame_.add("LIVE_SCRIPT").set("LIVE_URL", site().static_files().url("live.js"));
  auto live = frame_.add("LIVE");
  live.set("AFTER", std::to_string(head.size - 1)).set("FUND", fund);
  if (!state.empty()) live.add("STATE").set("VALUE", state);
}

void Page::set_zoom() {
  if (zoom_) return;
  zoom_ = true;
  frame_.add("ZOOM_SCRIPT").set("ZOOM_URL", site().static_files().url("zoom.js"));
}

void Page::set_determined() {
  determined_by_ = request_.target;
  for (const auto part : {std::string_view(words_.language()), std::string_view(origin_),
                          std::string_view(state_now_)})
    determined_by_.append("\n").append(part);
}

void Page::hide_search() { search_ = false; }

void Page::add_languages() {
  std::string others;
  for (const auto& [name, value] : request_.query)
    if (name != "lang") others += "&" + url_encode(name) + "=" + url_encode(value);
  const auto path = path_of(request_);
  for (const auto& catalogue : site().catalogues()) {
    auto row = frame_.add("LANGUAGE");
    row.set("CODE", catalogue.language()).set("NAME", catalogue.text("language_name"));
    row.set("URL", path + "?lang=" + catalogue.language() + others);
    row.show(&catalogue == &words_ ? "CURRENT" : "OTHER");
  }
}

void Page::add_frame() {
  frame_.set("LANG", words_.language());
  frame_.set("STYLE_URL", site().static_files().url("style.css"));
  frame_.set("ICON_URL", site().static_files().url("icon.svg"));
  frame_.set("HOME_URL", link("/"));
  frame_.set("RULE_URL", link("/rule"));
  frame_.set("FUNDS_URL", link("/funds"));
  frame_.set("EXPLORE_URL", link("/explore"));
  frame_.set("VERIFY_URL", link("/verify"));
  frame_.set("STATUS_URL", link("/status"));
  frame_.set("API_URL", link("/api"));
  if (private_) frame_.show("NOINDEX");
  if (search_) frame_.show("SEARCH");
  if (!language_query_.empty()) {
    values_->set_everywhere("CHOSEN_LANG", words_.language());
    values_->show_everywhere("KEEP_LANG");
  }
  add_languages();
}

api::Response Page::response(unsigned status) {
  add_frame();
  std::string html;
  html.reserve(page_bytes);
  const bool whole = site().templates(words_).ExpandNoLoad(
      template_string(frame_file), ctemplate::STRIP_WHITESPACE, values_.get(), nullptr, &html);
  crypto::check(whole, "every template that a page names exists");
  auto response = api::text_response("text/html; charset=utf-8", std::move(html), status);
  response.add("Content-Security-Policy",
               content_security_policy + std::string(asks_others_                ? wide_sources
                                                     : script_ || live_ || zoom_ ? own_sources
                                                                                 : ""));
  if (!state_.empty()) response.add("Centime-State", state_);
  response.add("Referrer-Policy", "no-referrer");
  response.add("Content-Language", words_.language());
  response.add("Vary", "Accept-Language");
  if (private_) response.add("X-Robots-Tag", "noindex");
  if (!height_.empty()) response.add("Centime-Height", height_);
  if (status == 200) {
    const auto& source =
        determined_by_.empty() ? response.body : determined_by_.append(api::this_process());
    const auto digest = crypto::sha256(crypto::as_bytes(source));
    response.etag = api::strong_etag(crypto::to_hex(digest.bytes).substr(0, 32));
  }
  return response;
}

void set_files(Section& where, const std::string& path, const std::string& query) {
  where.set("CSV_URL", path + ".csv" + query).set("JSON_URL", path + ".json" + query);
}

std::string checkpoint_print(const storage::Head& head) {
  const std::string digits = crypto::to_hex(head.log.root().bytes);
  return fmt::format("{} {} {} {}", digits.substr(0, 4), digits.substr(4, 4), digits.substr(8, 4),
                     digits.substr(12, 4));
}

api::Response missing(std::string_view code) {
  const auto& english = site().catalogues().front();
  return api::problem(404, std::string(code), english.text("problem_" + std::string(code)));
}

std::optional<api::Response> by_small_letters(const api::Request& request, std::string_view folder,
                                              std::string_view id) {
  const std::string small = api::ascii_lower(id);
  if (small == id || small.find_first_not_of("0123456789abcdef") != std::string::npos)
    return std::nullopt;
  std::string location = fmt::format("{}{}", folder, small);
  if (const auto language = request.parameter("lang"))
    location += "?lang=" + api::url_encode(*language);
  api::Response found;
  found.status = 303;
  return std::move(found).add("Location", std::move(location));
}

}  // namespace centime::explorer
