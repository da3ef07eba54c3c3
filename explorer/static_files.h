// Style sheet, scripts and pictures, each under a name that holds the digest of its content.
//
// So a browser may keep them for ever, and a new version of the program has new names. The build
// has compressed each.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "api/http_message.h"

namespace centime::explorer {

class StaticFiles {
 public:
  StaticFiles();  // From the embedded files below "assets/".

  // "style.css" -> "/assets/style.0123456789abcdef.css". Requires a file of that name.
  const std::string& url(std::string_view name) const;

  // A page that needs no other file, under a name that stays. Requires one that states its policy.
  api::Response standalone(std::string_view name) const;

  // The file that `file` ("style.0123456789abcdef.css") names; nothing if there is none.
  std::optional<api::Response> answer(std::string_view file) const;

 private:
  struct File {
    std::string_view content, gzip, brotli;
    std::string content_type;
    std::string version;
  };
  static api::Response answer_with(const File& file);

  std::map<std::string, std::string, std::less<>> urls_;  // By plain name.
  std::map<std::string, File, std::less<>> files_;        // By hashed name.
};

}  // namespace centime::explorer
