// What all pages share: the templates, the words in each language, and the static files.
//
// Made once from the embedded files and never changed; may be used from any thread.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "api/http_message.h"
#include "explorer/catalogue.h"
#include "explorer/static_files.h"

namespace ctemplate {
class TemplateCache;
}

namespace centime::explorer {

class Site {
 public:
  Site();
  ~Site();

  // With the words of this site's catalogue in their places.
  const ctemplate::TemplateCache& templates(const Catalogue& words) const;
  const StaticFiles& static_files() const { return static_files_; }
  const std::vector<Catalogue>& catalogues() const { return catalogues_; }  // English first.

  // By the query's `lang`, or else the Accept-Language header, or else English.
  const Catalogue& catalogue_for(const api::Request& request) const;
  const Catalogue* find_catalogue(std::string_view language) const;  // Null if there is none.

 private:
  std::vector<Catalogue> catalogues_;
  std::vector<std::unique_ptr<ctemplate::TemplateCache>> templates_;  // As the catalogues.
  StaticFiles static_files_;
};

const Site& site();

}  // namespace centime::explorer
