// A page of a list whose items are all at hand, such as those that the members' number bounds.
//
// Pure. Lists that grow with the ledger read their pages from it instead: parse_entry_page and
// parse_name_page (resource.h).
#pragma once

#include <algorithm>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/resource.h"

namespace centime::api {

template <class Item>
struct ItemPage {
  std::span<const Item> items;
  std::optional<std::string> next;  // The cursor of the page behind it.
};

// The first item behind the cursor's key; empty: the first. Requires what page_of_items does.
template <class Item, class KeyOf>
std::size_t begin_behind(const std::vector<Item>& all, const std::string& key,
                         const KeyOf& key_of) {
  if (key.empty()) return 0;
  return static_cast<std::size_t>(std::ranges::upper_bound(all, key, {}, key_of) - all.begin());
}

// What the query's cursor and limit ask of `all`, which must outlive the page. `key_of` gives each
// item a text that only it has. Requires that `all` ascends by these texts, byte by byte: then a
// cursor leads on where it ended, also when items have come or gone since.
template <class Item, class KeyOf>
std::expected<ItemPage<Item>, Response> page_of_items(const Request& request, std::string_view list,
                                                      const std::vector<Item>& all,
                                                      const KeyOf& key_of) {
  auto page = parse_list_page(request, list);
  if (!page) return std::unexpected(std::move(page.error()));
  const auto begin = begin_behind(all, page->after, key_of);
  const auto left = all.size() - begin;
  ItemPage<Item> shown{std::span(all).subspan(begin, std::min<std::size_t>(left, page->limit)), {}};
  if (shown.items.size() < left) shown.next = encode_cursor(list, key_of(shown.items.back()));
  return shown;
}

// The same as an answer's JSON; `show` makes an item's.
template <class Item, class KeyOf, class Show>
std::expected<boost::json::object, Response> items_json(const Request& request,
                                                        std::string_view list,
                                                        const std::vector<Item>& all,
                                                        const KeyOf& key_of, const Show& show) {
  auto page = page_of_items(request, list, all, key_of);
  if (!page) return std::unexpected(std::move(page.error()));
  boost::json::array items;
  for (const Item& item : page->items) items.push_back(show(item));
  return page_json(std::move(items), std::move(page->next));
}

// All behind the query's cursor at once, for lists that are never long.
template <class Item, class KeyOf, class Show>
std::expected<boost::json::object, Response> all_items_json(const Request& request,
                                                            std::string_view list,
                                                            const std::vector<Item>& all,
                                                            const KeyOf& key_of, const Show& show) {
  const auto page = parse_list_page(request, list);
  if (!page) return std::unexpected(page.error());
  boost::json::array items;
  for (auto i = begin_behind(all, page->after, key_of); i < all.size(); ++i)
    items.push_back(show(all[i]));
  return page_json(std::move(items), std::nullopt);
}

// Only those behind the query's cursor, for files, which go on from one as pages do.
template <class Item, class KeyOf>
std::expected<void, Response> keep_behind(const Request& request, std::string_view list,
                                          std::vector<Item>& all, const KeyOf& key_of) {
  const auto page = parse_list_page(request, list);
  if (!page) return std::unexpected(page.error());
  all.erase(all.begin(),
            all.begin() + static_cast<std::ptrdiff_t>(begin_behind(all, page->after, key_of)));
  return {};
}

// All of them as a file. `write` writes the row, or rows, of an item.
template <class Item, class Write>
Response items_csv(std::string_view file_name, const std::vector<std::string>& columns,
                   std::vector<Item> all, Write write) {
  return csv_response(
      file_name, columns,
      [all = std::move(all), write = std::move(write), i = std::size_t{0}](CsvWriter& csv) mutable {
        if (i < all.size()) write(csv, all[i++]);
        return i < all.size();
      });
}

// A number as a key: texts of these ascend as the numbers do.
std::string number_key(std::uint64_t number);

}  // namespace centime::api
