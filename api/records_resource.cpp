// GET /v1/records: the whole ledger's records through a filter, and /v1/records/totals, their sums.
//
// One answer looks through record_looks_max records at most; `next` leads on from there. What is
// shown, its CSV and its totals at one cursor are of the same records.
#include <fmt/format.h>

#include "api/money_json.h"
#include "api/record_json.h"
#include "api/record_totals.h"
#include "api/record_walk.h"
#include "api/resource.h"
#include "api/url_encode.h"

namespace centime::api {
namespace {

struct RecordsQuery {
  ParsedFilter parsed;
  std::string list;  // What cursors are bound to.
  std::optional<WalkPlace> place;
  std::uint32_t limit = 0;

  RecordWalk walk(const View& view) const {
    return {view.snapshot(), parsed.filter, place, record_looks_max};
  }

  std::optional<std::string> cursor(const std::optional<WalkPlace>& next) const {
    if (!next) return std::nullopt;
    return encode_cursor(list, next->text());
  }
};

std::expected<RecordsQuery, Response> parse_query(const Request& request) {
  RecordsQuery query{parse_record_filter(request), {}, {}, {}};
  if (!query.parsed.bad.empty()) {
    const auto rule = filter_rule(query.parsed.bad.front());
    return std::unexpected(read_problem("bad_parameter", std::string(rule)));
  }
  query.list = records_list_name(query.parsed);
  const auto page = parse_page(request, query.list);
  if (!page) return std::unexpected(read_problem(to_word(page.error()), "cursor or limit is bad"));
  query.limit = page->limit;
  if (page->after.empty()) return query;
  query.place = WalkPlace::from_text(page->after);
  if (!query.place) return std::unexpected(read_problem("bad_cursor", "cursor is no place"));
  return query;
}

// Of the same list, from the cursor.
std::string address(std::string_view path, const RecordsQuery& query, std::string_view cursor,
                    std::string_view more = "") {
  std::string url(path);
  char separator = '?';
  const auto add = [&](std::string_view name, std::string_view value) {
    url += separator + std::string(name) + "=" + url_encode(value);
    separator = '&';
  };
  if (!more.empty()) add("by", more);
  for (const auto& [name, value] : query.parsed.given) add(name, value);
  add("cursor", cursor);
  return url;
}

// A file says in its head only that there is more.
void link_next(Response& response, const std::string& url) {
  response.add("Link", "<" + url + ">; rel=\"next\"");
}

Response records_csv(const View& view, const RecordsQuery& query) {
  auto walk = query.walk(view);
  CsvWriter csv;
  for (const auto& column : record_columns()) csv.text(column);
  csv.end_row();
  while (const auto record = walk.next()) write_record_row(csv, *record);
  Response response = csv_file("records.csv", csv.take());
  if (const auto next = query.cursor(walk.place()))
    link_next(response, address("/v1/records.csv", query, *next));
  return response;
}

Response list_records(const Request& request, const PathParams&, const View& view, ApiContext&) {
  const auto query = parse_query(request);
  if (!query) return query.error();
  if (wants_csv(request)) {
    Response response = records_csv(view, *query);
    response.etag = view_etag(view, "csv");
    return response;
  }
  auto walk = query->walk(view);
  const auto page = records_page(walk, query->limit);
  boost::json::object json = page_json(records_json(page.records), query->cursor(page.next));
  json["looked_at"] = walk.looked_at();
  return growing_json(view, json);
}

Response totals_csv(const RecordsQuery& query, TotalsBy by, const std::vector<TotalsRow>& rows,
                    const std::optional<std::string>& next) {
  CsvWriter csv;
  for (const auto* column : {"currency", "type", "key", "amount", "records"}) csv.text(column);
  csv.end_row();
  for (const TotalsRow& row : rows) {
    csv.text(row.currency.text()).text(crypto::word_of(row.kind)).text(row.key);
    csv.decimal(decimal_amount({{row.amount}, row.currency})).number(row.count).end_row();
  }
  const std::string word(crypto::word_of(by));
  Response response = csv_file("records-by-" + word + ".csv", csv.take());
  if (next) link_next(response, address("/v1/records/totals.csv", query, *next, word));
  return response;
}

Response show_totals(const Request& request, const PathParams&, const View& view, ApiContext&) {
  const auto query = parse_query(request);
  if (!query) return query.error();
  const auto by = totals_by(request.parameter("by").value_or("month"));
  if (!by) return read_problem("bad_parameter", "by is month, fund or category");
  RecordTotals totals(*by);
  auto walk = query->walk(view);
  std::uint64_t records = 0;
  for (; const auto record = walk.next(); ++records) totals.add(*record);
  const auto next = query->cursor(walk.place());
  if (wants_csv(request)) {
    Response response = totals_csv(*query, *by, totals.rows(), next);
    response.etag = view_etag(view, "csv");
    return response;
  }
  boost::json::array items;
  for (const TotalsRow& row : totals.rows()) {
    items.push_back(boost::json::object{{"type", crypto::word_of(row.kind)},
                                        {"key", row.key},
                                        {"money", money_json(row.amount, row.currency)},
                                        {"records", row.count}});
  }
  boost::json::object json = page_json(std::move(items), next);
  json["by"] = crypto::word_of(*by);
  json["records"] = records;
  json["looked_at"] = walk.looked_at();
  return growing_json(view, json);
}

}  // namespace

void add_records_routes(Router& router, const SharedContext& context) {
  add_read(router, context, "/v1/records", list_records, {.csv = true, .scan = true});
  add_read(router, context, "/v1/records/totals", show_totals, {.csv = true, .scan = true});
}

}  // namespace centime::api
