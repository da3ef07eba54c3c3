#include <algorithm>

#include "api/record_filter.h"
#include "api/search.h"
#include "explorer/pages.h"
#include "explorer/record_words.h"
#include "explorer/written_day.h"

namespace centime::explorer {
namespace {

// A record's page, or else the block's with this entry first.
std::string entry_path(const storage::Snapshot& snapshot, ledger::EntryIndex entry) {
  if (is_record(snapshot, entry)) return record_path(api::describe_record(snapshot, entry));
  return "/b/" + std::to_string(snapshot.block_of(entry).value) +
         "?from=" + std::to_string(entry.value) + "#entries";
}

std::string block_path(const api::BlockView& block) {
  return "/b/" + std::to_string(block.height.value);
}

// Where the one hit is shown; nothing when there are more, or none.
std::optional<std::string> only_hit(const storage::Snapshot& snapshot,
                                    const api::SearchResults& results) {
  if (results.hits() != 1 || !results.channels.empty() || !results.complete) return std::nullopt;
  if (!results.records.empty()) return record_path(results.records.front());
  // "50" is perhaps an amount.
  if (!results.filter.empty()) return std::nullopt;
  if (!results.funds.empty()) return "/f/" + results.funds.front()->proposal.fund.value;
  if (!results.blocks.empty()) return block_path(results.blocks.front());
  if (!results.entries.empty()) return entry_path(snapshot, results.entries.front());
  return "/m/" + results.members.front()->member.value;
}

// Blocks and entries, found by number or hash.
void fill_log(Page& page, Names& names, const storage::Snapshot& snapshot,
              const api::SearchResults& results) {
  if (results.blocks.empty() && results.entries.empty()) return;
  const auto& words = page.words();
  auto section = page.body().add("LOG");
  const auto add = [&](const std::string& path, const std::string& name) {
    return section.add("PLACE").set("URL", page.link(path)).set("NAME", name);
  };
  for (const auto& block : results.blocks)
    add(block_path(block),
        words.text("search_block", {{"height", words.number(block.height.value)}}))
        .set("DETAIL", words.instant(block.seal.time));
  for (const auto entry : results.entries) {
    auto place = add(entry_path(snapshot, entry),
                     words.text("search_entry", {{"number", words.number(entry.value)}}));
    place.set("DETAIL", entry_sentence(words, names, snapshot, entry));
  }
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
      row.set("URL", page.link("/m/" + member->member.value))
          .set("TITLE", in_sentence(member->title.value));
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
  fill_log(page, names, snapshot, results);
  if (!results.records.empty())
    fill_records(page, body.add("RECORDS").include("LIST", "record_list.html"), names,
                 results.records);
  if (results.older_hashes)
    body.show("OLDER_HASHES");
  else if (!results.complete)
    body.show("INCOMPLETE");
}

bool has_day(const api::Fields& filter) {
  return std::ranges::any_of(filter, [](const auto& field) { return field.first == "from"; });
}

// What the one box does not look through, the filter of all records does.
void fill_further(Page& page, std::string_view query, const api::Fields& filter) {
  std::optional<Section> list;
  const auto add = [&](std::string_view key, const api::Fields& fields) {
    std::string path = "/explore";
    for (const auto& [name, value] : fields)
      path += (path.contains('?') ? "&" : "?") + name + "=" + url_encode(value);
    if (!list) list = page.body().add("FURTHER");
    list->add("WAY").set("URL", page.link(path)).set("TEXT", page.words().text(key));
  };
  const bool with_day = has_day(filter);
  if (!filter.empty()) add(with_day ? "search_all_of_day" : "search_amount", filter);
  if (!with_day && query.size() <= api::filter_text_max)
    add("search_in_records", {{"text", std::string(query)}});
}

}  // namespace

api::Response search_page(const api::Request& request, const LedgerNow& now,
                          std::uint64_t tiles_max) {
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
    std::string typed(query);
    auto results = api::search(snapshot, typed, tiles_max);
    // A day in words may be a part of a name, and else is a day.
    if (results.empty() && results.filter.empty()) {
      typed = with_days_in_digits(query);
      if (typed != query) results = api::search(snapshot, typed, tiles_max);
    }
    if (const auto path = only_hit(snapshot, results)) {
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
    fill_further(page, query, results.filter);
    const auto sought = "?q=" + url_encode(typed);
    page.set_json("/search.json" + sought);
    if (!results.empty()) {
      auto files = page.body().add("FILES");
      set_files(files, "/search", sought);
    }
  }
  page.set_private();
  return page.response();
}

}  // namespace centime::explorer
