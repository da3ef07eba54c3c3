// The files of explorer/templates and explorer/assets, and docs/errors.md, as they were when the
// program was built.
//
// The build generates the definition (cmake/embed_assets.py).
#pragma once

#include <span>
#include <string_view>

namespace centime::explorer {

struct EmbeddedFile {
  std::string_view name;  // "templates/home.html", "assets/style.css", "docs/errors.md".
  std::string_view content;
};

std::span<const EmbeddedFile> embedded_files();  // Ascending by name.

}  // namespace centime::explorer
