#include "explorer/site.h"

#include <ctemplate/template_cache.h>

#include <algorithm>
#include <charconv>

#include "crypto/check.h"
#include "explorer/assets.h"

namespace centime::explorer {
namespace {

constexpr std::string_view folder = "templates/";
constexpr std::string_view fallback_language = "en";

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// "fr-CA;q=0.8" -> {"fr", 800}; weights in thousandths, 0 for what is not understood.
std::pair<std::string, int> preference(std::string_view item) {
  const auto semicolon = item.find(';');
  std::string language;
  for (const char c : trimmed(item.substr(0, semicolon)).substr(0, 3)) {
    if (c == '-') break;
    language += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  if (semicolon == std::string_view::npos) return {language, 1000};
  const auto weight = trimmed(item.substr(semicolon + 1));
  if (!weight.starts_with("q=")) return {language, 0};
  double value = 0;
  std::from_chars(weight.data() + 2, weight.data() + weight.size(), value);
  return {language, static_cast<int>(std::clamp(value, 0.0, 1.0) * 1000)};
}

void append_escaped(std::string& html, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&':
        html += "&amp;";
        break;
      case '<':
        html += "&lt;";
        break;
      case '>':
        html += "&gt;";
        break;
      case '"':
        html += "&quot;";
        break;
      case '\'':
        html += "&#39;";
        break;
      default:
        html += c;
    }
  }
}

// The template with each {{t_key}}, which stands in text or in a quoted attribute, replaced by the
// catalogue's words: they are the same on every page, and there are hundreds.
std::string with_words(std::string_view text, const Catalogue& words) {
  constexpr std::string_view mark = "{{t_";
  std::string html;
  for (auto at = text.find(mark); at != std::string_view::npos; at = text.find(mark)) {
    html += text.substr(0, at);
    text.remove_prefix(at + mark.size());
    const auto end = text.find("}}");
    crypto::check(end != std::string_view::npos, "a marker ends");
    append_escaped(html, words.text(text.substr(0, end)));
    text.remove_prefix(end + 2);
  }
  return html += text;
}

std::unique_ptr<ctemplate::TemplateCache> parse_templates(const Catalogue& words) {
  auto templates = std::make_unique<ctemplate::TemplateCache>();
  for (const auto& [path, content] : embedded_files()) {
    if (!path.starts_with(folder) || !path.ends_with(".html")) continue;
    const auto name = path.substr(folder.size());
    const std::string html = with_words(content, words);
    const bool parsed = templates->StringToTemplateCache(
        ctemplate::TemplateString(name.data(), name.size()),
        ctemplate::TemplateString(html.data(), html.size()), ctemplate::STRIP_WHITESPACE);
    crypto::check(parsed, name);
  }
  templates->Freeze();
  return templates;
}

}  // namespace

Site::Site() {
  for (const auto& [path, content] : embedded_files()) {
    if (!path.starts_with(folder)) continue;
    const auto name = path.substr(folder.size());
    if (name.starts_with("text.") && name.ends_with(".json"))
      catalogues_.emplace_back(std::string(name.substr(5, name.size() - 10)), content);
  }
  std::ranges::sort(catalogues_, {}, [](const Catalogue& catalogue) {
    const bool other = catalogue.language() != fallback_language;
    return std::pair(other, catalogue.language());
  });
  crypto::check(!catalogues_.empty() && catalogues_.front().language() == fallback_language,
                "there is an English catalogue");
  for (const Catalogue& words : catalogues_) templates_.push_back(parse_templates(words));
}

Site::~Site() = default;

const ctemplate::TemplateCache& Site::templates(const Catalogue& words) const {
  return *templates_.at(static_cast<std::size_t>(&words - catalogues_.data()));
}

const Catalogue* Site::find_catalogue(std::string_view language) const {
  const auto found = std::ranges::find(catalogues_, language, &Catalogue::language);
  return found == catalogues_.end() ? nullptr : &*found;
}

const Catalogue& Site::catalogue_for(const api::Request& request) const {
  if (const auto asked = request.parameter("lang"))
    if (const auto* catalogue = find_catalogue(*asked)) return *catalogue;
  const Catalogue* best = &catalogues_.front();
  int best_weight = 0;
  std::string_view rest = request.header("accept-language").value_or("");
  while (!rest.empty()) {
    const auto comma = rest.find(',');
    const auto [language, weight] = preference(rest.substr(0, comma));
    const auto* catalogue = find_catalogue(language);
    if (catalogue && weight > best_weight) {
      best = catalogue;
      best_weight = weight;
    }
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
  return *best;
}

const Site& site() {
  static const Site shared;
  return shared;
}

}  // namespace centime::explorer
