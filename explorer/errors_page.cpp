#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "crypto/check.h"
#include "explorer/assets.h"
#include "explorer/page.h"
#include "explorer/pages.h"

namespace centime::explorer {
namespace {

// What docs/errors.md says of a word but its texts, which are in the catalogues, in each language.
struct Row {
  std::string word;
  std::string statuses;  // Of HTTP; empty for words that answer no request.
};

std::string_view errors_document() {
  for (const EmbeddedFile& file : embedded_files()) {
    if (file.name.ends_with("docs/errors.md")) return file.content;
  }
  crypto::check(false, "docs/errors.md is built in");
  return {};
}

std::string cell_text(std::string_view cell) {
  std::string text(cell);
  std::erase(text, '`');
  const auto first = text.find_first_not_of(' ');
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') + 1 - first);
}

// A table's row that begins with a word in backticks: word, status if the table has them, meaning,
// what to do.
std::optional<Row> table_row(std::string_view line) {
  if (!line.starts_with("| `")) return std::nullopt;
  std::vector<std::string> cells;
  line.remove_prefix(1);
  for (auto end = line.find('|'); end != std::string_view::npos; end = line.find('|')) {
    cells.push_back(cell_text(line.substr(0, end)));
    line.remove_prefix(end + 1);
  }
  if (cells.size() == 4) return Row{cells[0], cells[1]};
  if (cells.size() == 3) return Row{cells[0], {}};
  return std::nullopt;
}

// "* `word`: what it means.", where there is one thing to do for all or nothing.
std::optional<Row> list_row(std::string_view line) {
  constexpr std::string_view begin = "* `", middle = "`: ";
  if (!line.starts_with(begin)) return std::nullopt;
  line.remove_prefix(begin.size());
  const auto end = line.find(middle);
  if (end == std::string_view::npos) return std::nullopt;
  return Row{std::string(line.substr(0, end)), {}};
}

// "Words of the store" -> "words-of-the-store".
std::string anchor_of(std::string_view heading) {
  std::string anchor;
  for (const char c : heading) {
    if (c >= 'A' && c <= 'Z')
      anchor += static_cast<char>(c - 'A' + 'a');
    else
      anchor += (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ? c : '-';
  }
  return anchor;
}

// "words-of-the-store" -> "errors_words_of_the_store", which is what the catalogues call it.
std::string key_of(std::string anchor) {
  std::ranges::replace(anchor, '-', '_');
  return "errors_" + anchor;
}

class ErrorsPage {
 public:
  explicit ErrorsPage(const api::Request& request) : page_(request, "errors.html") {}

  api::Response response() {
    page_.set_title(page_.words().text("errors_title"));
    std::string_view rest = errors_document();
    while (!rest.empty()) {
      const auto end = std::min(rest.find('\n'), rest.size());
      take(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return page_.response();
  }

 private:
  void take(std::string_view line) {
    constexpr std::string_view heading = "## ";
    if (line.starts_with(heading)) {
      anchor_ = anchor_of(line.substr(heading.size()));
      group_.reset();
      return;
    }
    auto row = table_row(line);
    if (!row) row = list_row(line);
    if (row) add(*row);
  }

  void add(const Row& row) {
    const Catalogue& words = page_.words();
    const auto group_key = key_of(anchor_);
    if (!group_) {
      group_ = page_.body().add("GROUP");
      group_->set("NAME", words.text(group_key)).set("ANCHOR", anchor_);
    }
    auto shown = group_->add("ROW");
    // Several tables have a word of the same name. A problem's `type` leads to the first, which is
    // the API's.
    const bool is_new = seen_.insert(row.word).second;
    const auto key = group_key + "_" + row.word;
    shown.set("ID", is_new ? row.word : anchor_ + "-" + row.word);
    shown.set("WORD", row.word).set("MEANING", words.text(key));
    if (!row.statuses.empty()) shown.add("STATUS").set("STATUSES", row.statuses);
    // Where the text above the table says it for all, there is none.
    if (words.has(key + "_remedy")) shown.add("TO_DO").set("REMEDY", words.text(key + "_remedy"));
  }

  Page page_;
  std::string anchor_;
  std::optional<Section> group_;
  std::set<std::string> seen_;
};

}  // namespace

api::Response errors_page(const api::Request& request) { return ErrorsPage(request).response(); }

}  // namespace centime::explorer
