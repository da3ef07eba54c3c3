#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "crypto/check.h"
#include "explorer/assets.h"
#include "explorer/page.h"
#include "explorer/pages.h"

namespace centime::explorer {
namespace {

struct Row {
  std::string word, statuses, meaning, remedy;
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

// A table's row of four cells that begins with a word in backticks.
std::optional<Row> row_of(std::string_view line) {
  if (!line.starts_with("| `")) return std::nullopt;
  std::vector<std::string> cells;
  line.remove_prefix(1);
  for (auto end = line.find('|'); end != std::string_view::npos; end = line.find('|')) {
    cells.push_back(cell_text(line.substr(0, end)));
    line.remove_prefix(end + 1);
  }
  if (cells.size() != 4) return std::nullopt;
  return Row{cells[0], cells[1], cells[2], cells[3]};
}

}  // namespace

api::Response errors_page(const api::Request& request) {
  Page page(request, "errors.html");
  page.set_title(page.words().text("errors_title"));
  std::string_view rest = errors_document();
  while (!rest.empty()) {
    const auto end = std::min(rest.find('\n'), rest.size());
    if (const auto row = row_of(rest.substr(0, end))) {
      page.body()
          .add("ROW")
          .set("WORD", row->word)
          .set("STATUSES", row->statuses)
          .set("MEANING", row->meaning)
          .set("REMEDY", row->remedy);
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return page.response();
}

}  // namespace centime::explorer
