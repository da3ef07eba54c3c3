// GET /v1/records: the whole ledger's records through a filter, and /v1/records/totals, their sums.
//
// One page of JSON looks through record_looks_max records at most; `next` leads on from there. A
// file, .csv or .json, goes on to the end, which may be the whole log, and so is made piece by
// piece.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "api/money_json.h"
#include "api/record_json.h"
#include "api/record_totals.h"
#include "api/record_walk.h"
#include "api/resource.h"

namespace centime::api {
namespace {

struct RecordsQuery {
  ParsedFilter parsed;
  std::string list;  // What cursors are bound to.
  std::optional<WalkPlace> place;
  std::uint32_t limit = 0;

  RecordWalk walk(const ReadView& view) const {
    return {view.snapshot(), parsed.filter, place, record_looks_max};
  }

  std::optional<std::string> cursor(const std::optional<WalkPlace>& next) const {
    if (!next) return std::nullopt;
    return encode_cursor(list, next->text());
  }
};

// A filter that nobody knows, or of a name that nobody has, would give sums of something else.
std::optional<Response> refuse_unknown(const Request& request, const ReadView& view,
                                       const RecordFilter& filter) {
  constexpr auto others = std::to_array<std::string_view>({"by", "cursor", "limit"});
  const auto holds = [](const auto& names, const std::string& name) {
    return std::ranges::find(names, name) != names.end();
  };
  for (const auto& [name, value] : request.query) {
    if (holds(filter_parameters, name) || holds(others, name)) continue;
    return read_problem("bad_parameter",
                        fmt::format("'{}' is no parameter here; there are {}, {}", name,
                                    fmt::join(filter_parameters, ", "), fmt::join(others, ", ")));
  }
  if (filter.fund)
    if (auto fund = find_path_fund(view, filter.fund->value); !fund) return std::move(fund.error());
  if (filter.member) {
    auto member = find_path_member(view, filter.member->value);
    if (!member) return std::move(member.error());
  }
  return std::nullopt;
}

std::expected<RecordsQuery, Response> parse_query(const Request& request, const ReadView& view) {
  RecordsQuery query{parse_record_filter(request), {}, {}, {}};
  if (!query.parsed.bad.empty()) {
    const auto rule = filter_rule(query.parsed.bad.front());
    return std::unexpected(read_problem("bad_parameter", std::string(rule)));
  }
  if (auto refused = refuse_unknown(request, view, query.parsed.filter))
    return std::unexpected(std::move(*refused));
  query.list = records_list_name(query.parsed);
  const auto page = parse_list_page(request, query.list);
  if (!page) return std::unexpected(page.error());
  query.limit = page->limit;
  if (page->after.empty()) return query;
  query.place = WalkPlace::from_text(page->after);
  if (!query.place) return std::unexpected(read_problem("bad_cursor", "cursor is no place"));
  return query;
}

// Records that one piece of a file looks through.
constexpr std::size_t piece_looks = record_looks_max / 10;
constexpr std::size_t found_at_once = 50;  // In memory as JSON.

// A walk that others take turns with.
struct PiecewiseWalk {
  ReadView view;
  RecordFilter filter;
  std::optional<WalkPlace> place;
  bool ended = false;

  // Calls `use` for the next records until it says that it has enough.
  template <class Use>
  void go_on(const Use& use) {
    RecordWalk walk(view.snapshot(), filter, place, piece_looks);
    while (const auto record = walk.next()) {
      if (!use(*record)) break;
    }
    place = walk.place();
    ended = !place;
  }
};

Response records_csv(ApiContext& context, const ReadView& view, const RecordsQuery& query) {
  CsvWriter head;
  for (const auto& column : record_columns()) head.text(column);
  head.end_row();
  PiecewiseWalk walk{view, query.parsed.filter, query.place};
  return file_in_pieces(context, view, "records.csv", head.take(),
                        [walk = std::move(walk)]() mutable -> std::optional<std::string> {
                          if (walk.ended) return std::nullopt;
                          CsvWriter csv;
                          walk.go_on([&](const RecordView& record) {
                            write_record_row(csv, record);
                            return csv.size() < piece_bytes;
                          });
                          return csv.take();
                        });
}

Response records_whole(ApiContext& context, const ReadView& view, const RecordsQuery& query) {
  PiecewiseWalk walk{view, query.parsed.filter, query.place};
  return whole_json(context, view, {}, [walk = std::move(walk)](boost::json::array& items) mutable {
    walk.go_on([&](const RecordView& record) {
      items.push_back(record_json(record));
      return items.size() < found_at_once;
    });
    return !walk.ended;
  });
}

Response list_records(const Request& request, const PathParams&, const ReadView& view,
                      ApiContext& context) {
  const auto query = parse_query(request, view);
  if (!query) return query.error();
  if (wants_csv(request)) return records_csv(context, view, *query);
  if (wants_whole_json(request)) return records_whole(context, view, *query);
  auto walk = query->walk(view);
  const auto page = records_page(walk, query->limit);
  boost::json::object json = page_json(records_json(page.records), query->cursor(page.next));
  json["looked_at"] = walk.looked_at();
  return growing_json(view, json);
}

boost::json::array totals_json(const RecordTotals& totals) {
  boost::json::array items;
  for (const TotalsRow& row : totals.rows()) {
    items.push_back(boost::json::object{{"type", crypto::word_of(row.kind)},
                                        {"key", row.key},
                                        {"money", money_json(row.amount, row.currency)},
                                        {"records", row.count}});
  }
  return items;
}

std::string totals_rows(const RecordTotals& totals) {
  CsvWriter csv;
  for (const TotalsRow& row : totals.rows()) {
    csv.text(row.currency.text()).text(crypto::word_of(row.kind)).text(row.key);
    csv.decimal(decimal_amount({{row.amount}, row.currency})).number(row.count).end_row();
  }
  return csv.take();
}

Response totals_csv(ApiContext& context, const ReadView& view, const RecordsQuery& query,
                    TotalsBy by) {
  CsvWriter head;
  for (const auto* column : {"currency", "type", "key", "amount", "records"}) head.text(column);
  head.end_row();
  PiecewiseWalk walk{view, query.parsed.filter, query.place};
  return file_in_pieces(
      context, view, "records-by-" + std::string(crypto::word_of(by)) + ".csv", head.take(),
      [walk = std::move(walk), totals = RecordTotals(by)]() mutable -> std::optional<std::string> {
        if (walk.ended) return std::nullopt;
        walk.go_on([&](const RecordView& record) {
          totals.add(record);
          return true;
        });
        return walk.ended ? totals_rows(totals) : std::string();
      });
}

// One object, of which nothing is known before the end.
Response totals_whole(ApiContext& context, const ReadView& view, const RecordsQuery& query,
                      TotalsBy by) {
  struct Sums {
    RecordTotals totals;
    std::uint64_t records = 0;
  };
  PiecewiseWalk walk{view, query.parsed.filter, query.place};
  const auto head = boost::json::serialize(boost::json::object{{"by", crypto::word_of(by)}});
  return json_in_pieces(context, view, head.substr(0, head.size() - 1),
                        [walk = std::move(walk),
                         sums = Sums{RecordTotals(by)}]() mutable -> std::optional<std::string> {
                          if (walk.ended) return std::nullopt;
                          walk.go_on([&](const RecordView& record) {
                            sums.totals.add(record);
                            ++sums.records;
                            return true;
                          });
                          if (!walk.ended) return std::string();
                          return fmt::format(R"(,"records":{},"items":{}}})", sums.records,
                                             boost::json::serialize(totals_json(sums.totals)));
                        });
}

Response show_totals(const Request& request, const PathParams&, const ReadView& view,
                     ApiContext& context) {
  const auto query = parse_query(request, view);
  if (!query) return query.error();
  const auto by = totals_by(request.parameter("by").value_or("month"));
  if (!by) return read_problem("bad_parameter", "by is month, fund or category");
  if (wants_csv(request)) return totals_csv(context, view, *query, *by);
  if (wants_whole_json(request)) return totals_whole(context, view, *query, *by);
  RecordTotals totals(*by);
  auto walk = query->walk(view);
  std::uint64_t records = 0;
  for (; const auto record = walk.next(); ++records) totals.add(*record);
  boost::json::object json = page_json(totals_json(totals), query->cursor(walk.place()));
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
