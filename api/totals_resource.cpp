// GET /v1/totals, /v1/funds/{id}/totals and /v1/members/{id}/totals: a row for each currency.
#include <fmt/format.h>

#include "api/fund_json.h"
#include "api/item_list.h"
#include "api/money_json.h"
#include "api/resource.h"

namespace centime::api {
namespace {

template <class Totals>
struct Column {
  std::string name;
  std::uint64_t Totals::* units;
};

// All rows at once: there are not many currencies.
template <class Totals>
Response totals_csv(const ReadView& view, const std::string& of, const std::vector<Totals>& totals,
                    const std::vector<Column<Totals>>& columns) {
  CsvWriter csv;
  csv.text("currency");
  if constexpr (requires(Totals row) { row.donations; }) csv.text("donations");
  for (const auto& column : columns) csv.text(column.name);
  csv.end_row();
  for (const Totals& row : totals) {
    csv.text(row.currency.text());
    if constexpr (requires { row.donations; }) csv.number(row.donations);
    for (const auto& column : columns)
      csv.decimal(decimal_amount({{row.*column.units}, row.currency}));
    csv.end_row();
  }
  Response response = csv_file(of + "totals.csv", csv.take());
  response.etag = view_etag(view, "csv");
  return response;
}

Response fund_answer(const Request& request, const ReadView& view, const std::string& of,
                     const std::vector<FundTotals>& totals) {
  using Row = FundTotals;
  if (!wants_csv(request))
    return growing_json(view, page_json(fund_totals_json(totals), std::nullopt));
  return totals_csv<Row>(view, of, totals,
                         {{"donated", &Row::donated},
                          {"exchanged_in", &Row::exchanged_in},
                          {"spent", &Row::spent},
                          {"refunded", &Row::refunded},
                          {"exchanged_out", &Row::exchanged_out},
                          {"held", &Row::held}});
}

Response show_network(const Request& request, const PathParams&, const ReadView& view,
                      ApiContext&) {
  return fund_answer(request, view, "", network_totals(view.snapshot()));
}

Response show_fund(const Request& request, const PathParams& params, const ReadView& view,
                   ApiContext&) {
  const auto fund = find_path_fund(view, params["id"]);
  if (!fund) return fund.error();
  return fund_answer(request, view, fmt::format("fund-{}-", params["id"]),
                     fund_totals(view.snapshot(), (*fund)->proposal.fund));
}

Response show_member(const Request& request, const PathParams& params, const ReadView& view,
                     ApiContext&) {
  const auto member = find_path_member(view, params["id"]);
  if (!member) return member.error();
  const ledger::MemberId& id = (*member)->member;
  const auto totals = member_totals(member_flows(view.snapshot(), id), id);
  if (!wants_csv(request))
    return growing_json(view, page_json(member_totals_json(totals), std::nullopt));
  using Row = MemberTotals;
  return totals_csv<Row>(view, fmt::format("member-{}-", id.value), totals,
                         {{"collected", &Row::collected},
                          {"received", &Row::received},
                          {"exchanged_in", &Row::exchanged_in},
                          {"sent", &Row::sent},
                          {"returned", &Row::returned},
                          {"spent", &Row::spent},
                          {"refunded", &Row::refunded},
                          {"exchanged_out", &Row::exchanged_out},
                          {"held", &Row::held}});
}

}  // namespace

void add_totals_routes(Router& router, const SharedContext& context) {
  add_read(router, context, "/v1/totals", show_network, {.csv = true});
  add_read(router, context, "/v1/funds/{id}/totals", show_fund, {.csv = true});
  add_read(router, context, "/v1/members/{id}/totals", show_member, {.csv = true, .slow = true});
}

}  // namespace centime::api
