// One page while it is made: its language, its links, and the values of its template.
//
// Values are texts as they are; the templates escape them by where they stand. One thread.
#pragma once

#include <memory>
#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>

#include "api/http_message.h"
#include "api/standing.h"
#include "api/url_encode.h"
#include "explorer/site.h"
#include "node/storage/snapshot.h"

namespace centime::explorer {

using api::NodeStanding;
using api::Standing;

class TemplateValues;

// What pages are made from. `origin` is where the reader sees this node (origin.h), or empty.
struct LedgerNow {
  const storage::Snapshot& snapshot;
  NodeStanding standing;
  std::string origin = {};
};

// The values of a template, or of one turn of a section in it. Names must outlive the page: they
// are literals.
class Section {
 public:
  explicit Section(TemplateValues& values) : values_(&values) {}

  Section& set(std::string_view name, std::string_view value);
  Section add(std::string_view name);  // Shows the section once more.
  void show(std::string_view name);    // Shows the section, with the values of this one.
  // Shows {{>NAME}} once more, made of the template `file`.
  Section include(std::string_view name, std::string_view file);

 private:
  TemplateValues* values_;
};

class Page {
 public:
  // The request must outlive the page.
  Page(const api::Request& request, std::string_view template_file);
  ~Page();
  Page(const Page&) = delete;
  Page& operator=(const Page&) = delete;

  const Catalogue& words() const { return words_; }
  Section& body() { return body_; }

  // A path of this site that keeps the language which the reader chose. Requires a path that is
  // encoded already.
  std::string link(std::string_view path) const;

  void set_title(std::string_view title);
  void set_json(std::string_view url);  // Where the same is told as JSON.
  // What the page was made from; who prints it has its address and the log's root. Warns if that
  // may be out of date.
  void set_state(const LedgerNow& now);
  // A text on how this node stands, with how many blocks it lacks if it lacks any.
  std::string standing_text(const std::string& key, std::uint64_t blocks_behind) const;
  void set_private() { private_ = true; }  // Not for search engines.
  // Runs this script on it. It may ask this node, or any node that the reader names.
  enum class Asks { this_node, any_node };
  void set_script(std::string_view name, Asks asks);
  // Says what the page is to programs that show a link to it. Requires set_state() and set_title().
  void set_share(std::string_view description);
  // Runs live.js on it: tells of entries that come after `head`, of one fund or of all when it is
  // empty. With a `state`, only once the page at this address has another one.
  void set_live(const storage::Head& head, std::string_view fund, std::string_view state = "");
  // Runs zoom.js on it, for its diagrams. May be called once for each.
  void set_zoom();
  // Promises that the page depends on nothing but the request's target, its language and what
  // set_state() was given: then its tag is made of these and not of the whole page.
  void set_determined();
  void hide_search();  // For pages that have a search box of their own.

  api::Response response(unsigned status = 200);

 private:
  void add_frame();
  void add_languages();

  const api::Request& request_;
  const Catalogue& words_;
  std::string language_query_;                  // "lang=fr" if the reader chose it, or empty.
  std::pmr::monotonic_buffer_resource memory_;  // Of all values.
  std::unique_ptr<TemplateValues> values_;
  Section frame_;
  Section body_;
  std::string title_;
  std::string height_;
  std::string state_now_;  // What set_state() was given, and where the reader sees the node.
  std::string origin_;
  std::string address_;        // The page's, or empty.
  std::string determined_by_;  // All that the page depends on; empty: unknown.
  bool search_ = true;
  bool script_ = false;
  bool asks_others_ = false;
  bool live_ = false;
  bool zoom_ = false;
  std::string state_;
  bool private_ = false;
};

using api::url_encode;

// Where a list of the API is whole, as CSV_URL and JSON_URL.
void set_files(Section& where, const std::string& path, const std::string& query = {});

// The first 16 digits of the log's root in groups of four, short enough to be compared by eye with
// another page of the same checkpoint.
std::string checkpoint_print(const storage::Head& head);

// The problem that something is not there, told in the words of the catalogue's "problem_<code>".
// The server makes a page of it for those who want one.
api::Response missing(std::string_view code);

// To the page's own address, for an id that has capitals: as somebody types it who has it on paper.
// Nothing for any other.
std::optional<api::Response> by_small_letters(const api::Request& request, std::string_view folder,
                                              std::string_view id);

}  // namespace centime::explorer
