#include <algorithm>
#include <charconv>

#include "api/record_filter.h"
#include "api/search.h"
#include "explorer/pages.h"
#include "explorer/record_words.h"

namespace centime::explorer {
namespace {

// Where the one hit is shown; nothing when there are more, or none.
std::optional<std::string> only_hit(const api::SearchResults& results) {
  const auto hits = results.records.size() + results.funds.size() + results.members.size() +
                    results.channels.size();
  if (hits != 1 || !results.channels.empty() || !results.complete) return std::nullopt;
  if (!results.records.empty()) return record_path(results.records.front());
  if (!results.funds.empty()) return "/f/" + results.funds.front()->proposal.fund.value;
  return "/m/" + results.members.front()->member.value;
}

void fill_results(Page& page, const storage::Snapshot& snapshot,
                  const api::SearchResults& results) {
  Names names(snapshot);
  auto& body = page.body();
  if (!results.funds.empty())
    fill_funds(page, body.add("FUNDS").include("LIST", "fund_list.html"), names, snapshot,
               results.funds);
  if (!results.members.empty()) {
    auto section = body.add("MEMBERS");
    for (const auto& member : results.members) {
      auto row = section.add("MEMBER");
      row.set("URL", page.link("/m/" + member->member.value)).set("TITLE", member->title.value);
      row.set("ROLE", page.words().text("role_" + std::string(crypto::word_of(member->role))));
    }
  }
  if (!results.channels.empty()) {
    auto section = body.add("CHANNELS");
    for (const auto& channel : results.channels)
      section.add("CHANNEL")
          .set("ID", channel->channel.channel.value)
          .set("COMPANY", channel->channel.company.value);
  }
  if (!results.records.empty())
    fill_records(page, body.add("RECORDS").include("LIST", "record_list.html"), names,
                 results.records);
  if (!results.complete) body.show("INCOMPLETE");
}

bool has_day(const api::Fields& filter) {
  return std::ranges::any_of(filter, [](const auto& field) { return field.first == "from"; });
}

// "12" may be the height of a block, too.
std::optional<std::uint64_t> block_at(std::string_view query, const storage::Head& head) {
  std::uint64_t height = 0;
  const auto* const end = query.data() + query.size();
  const auto [read, error] = std::from_chars(query.data(), end, height);
  if (error != std::errc() || read != end || height > head.height.value) return std::nullopt;
  return height;
}

// What the one box does not look through, the filter of all records does.
void fill_further(Page& page, std::string_view query, const api::Fields& filter,
                  const storage::Head& head) {
  std::optional<Section> list;
  const auto add_way = [&](const std::string& path, const std::string& text) {
    if (!list) list = page.body().add("FURTHER");
    list->add("WAY").set("URL", page.link(path)).set("TEXT", text);
  };
  const auto add = [&](std::string_view key, const api::Fields& fields) {
    std::string path = "/explore";
    for (const auto& [name, value] : fields)
      path += (path.contains('?') ? "&" : "?") + name + "=" + url_encode(value);
    add_way(path, page.words().text(key));
  };
  if (const auto height = block_at(query, head))
    add_way("/b/" + std::to_string(*height),
            page.words().text("search_block", {{"height", page.words().number(*height)}}));
  const bool with_day = has_day(filter);
  if (!filter.empty()) add(with_day ? "search_all_of_day" : "search_amount", filter);
  if (!with_day && query.size() <= api::filter_text_max)
    add("search_in_records", {{"text", std::string(query)}});
}

}  // namespace

api::Response search_page(const api::Request& request, const LedgerNow& now) {
  const auto& snapshot = now.snapshot;
  const auto query = request.parameter("q").value_or("");
  Page page(request, "search.html");
  page.set_state(now);
  page.hide_search();
  const auto& words = page.words();
  const auto heading = query.empty()
                           ? words.text("search_title")
                           : words.text("search_title_for", {{"query", in_sentence(query)}});
  page.set_title(heading);
  page.body().set("HEADING", heading).set("QUERY", query);
  if (query.size() > api::search_text_max) {
    page.body().add("PROBLEM").set("TEXT", words.text("search_too_long"));
  } else if (!query.empty()) {
    const auto results = api::search(snapshot, query);
    if (const auto path = only_hit(results)) {
      api::Response found;
      found.status = 303;
      return std::move(found).add("Location", page.link(*path));
    }
    // An amount by itself was not looked up, so that there is none can't be said.
    if (results.empty())
      page.body().add("PROBLEM").set(
          "TEXT",
          words.text(!results.filter.empty() && !has_day(results.filter) ? "search_amount_alone"
                                                                         : "search_nothing"));
    fill_results(page, snapshot, results);
    fill_further(page, query, results.filter, snapshot.head());
    const auto sought = "?q=" + url_encode(query);
    page.set_json("/search.json" + sought);
    if (!results.empty())
      page.body()
          .add("FILES")
          .set("CSV_URL", "/search.csv" + sought)
          .set("JSON_URL", "/search.json" + sought);
  }
  page.set_private();
  return page.response();
}

}  // namespace centime::explorer
