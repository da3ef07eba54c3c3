// GET /v1/funds, /v1/funds/{id}, its flows and its records.
#include "api/fund_json.h"
#include "api/money_json.h"
#include "api/record_json.h"
#include "api/record_list.h"
#include "api/resource.h"

namespace centime::api {
namespace {

constexpr std::size_t rows_at_once = 100;

using FundList = std::vector<std::shared_ptr<const ledger::Fund>>;

FundList funds_after(const View& view, const std::string& after, std::size_t limit) {
  storage::ListQuery<ledger::FundId> query;
  if (!after.empty()) query.after = ledger::FundId{after};
  query.limit = limit;
  return view.snapshot().funds(query);
}

void write_fund_rows(CsvWriter& csv, const ledger::Fund& fund,
                     const std::vector<FundTotals>& totals) {
  const auto begin = [&] {
    csv.text(fund.proposal.fund.value)
        .text(fund.proposal.title.value)
        .text(fund.ngo.value)
        .text(crypto::word_of(fund.status));
  };
  if (totals.empty()) {
    begin();
    for (int i = 0; i < 8; ++i) csv.blank();
    csv.end_row();
  }
  for (const FundTotals& row : totals) {
    const auto money = [&](std::uint64_t units) {
      csv.decimal(decimal_amount({{units}, row.currency}));
    };
    begin();
    csv.text(row.currency.text()).number(row.donations);
    money(row.donated);
    money(row.exchanged_in);
    money(row.spent);
    money(row.refunded);
    money(row.exchanged_out);
    money(row.held);
    csv.end_row();
  }
}

Response funds_csv(const View& view) {
  const std::vector<std::string> columns{"fund",     "title",     "ngo",           "status",
                                         "currency", "donations", "donated",       "exchanged_in",
                                         "spent",    "refunded",  "exchanged_out", "held"};
  Response response =
      csv_response("funds.csv", columns, [view, after = std::string()](CsvWriter& csv) mutable {
        const auto funds = funds_after(view, after, rows_at_once);
        for (const auto& fund : funds) {
          after = fund->proposal.fund.value;
          write_fund_rows(csv, *fund, fund_totals(view.snapshot(), fund->proposal.fund));
        }
        return funds.size() == rows_at_once;
      });
  response.etag = view_etag(view, "csv");
  return response;
}

boost::json::object fund_with_totals(const View& view, const ledger::Fund& fund) {
  boost::json::object json = fund_json(fund);
  json["totals"] = fund_totals_json(fund_totals(view.snapshot(), fund.proposal.fund));
  return json;
}

Response list_funds(const Request& request, const PathParams&, const View& view, ApiContext&) {
  const auto page = parse_name_page(request, "funds");
  if (!page) return page.error();
  if (wants_csv(request)) return funds_csv(view);
  auto funds = funds_after(view, page->after, page->limit + 1);
  std::optional<std::string> next;
  if (funds.size() > page->limit) {
    funds.pop_back();
    next = encode_cursor("funds", funds.back()->proposal.fund.value);
  }
  boost::json::array items;
  for (const auto& fund : funds) items.push_back(fund_with_totals(view, *fund));
  return growing_json(view, page_json(std::move(items), std::move(next)));
}

Response show_fund(const Request&, const PathParams& params, const View& view, ApiContext&) {
  const auto fund = find_path_fund(view, params["id"]);
  if (!fund) return fund.error();
  const storage::Snapshot& snapshot = view.snapshot();
  boost::json::object json = fund_with_totals(view, **fund);
  boost::json::array accounts;
  for (const auto& account : snapshot.accounts_of((*fund)->proposal.fund))
    accounts.push_back(account_json(*account));
  json["accounts"] = std::move(accounts);
  const RecordView proposal = describe_record(snapshot, (*fund)->proposed_in);
  json["proposal"] = proposal.id.hex();
  json["statements"] = records_json(statements_about(snapshot, proposal.id));
  return growing_json(view, json);
}

Response flows_csv(const View& view, const std::string& name, std::vector<storage::Flow> flows) {
  Response response = csv_response(
      "fund-" + name + "-flows.csv",
      {"type", "from", "to", "amount", "currency", "to_amount", "to_currency", "count"},
      [flows = std::move(flows), i = std::size_t{0}](CsvWriter& csv) mutable {
        if (i == flows.size()) return false;
        const auto& [key, total] = flows[i++];
        csv.text(crypto::word_of(key.kind)).text(key.from).text(key.to);
        csv.decimal(decimal_amount({{total.amount}, key.currency})).text(key.currency.text());
        const auto target = ledger::Currency::from_text(key.to);
        if (key.kind == ledger::RecordKind::exchange && target) {
          csv.decimal(decimal_amount({{total.to_amount}, *target})).text(target->text());
        } else {
          csv.blank().blank();
        }
        csv.number(total.count);
        csv.end_row();
        return true;
      });
  response.etag = view_etag(view, "csv");
  return response;
}

Response list_flows(const Request& request, const PathParams& params, const View& view,
                    ApiContext&) {
  const auto fund = find_path_fund(view, params["id"]);
  if (!fund) return fund.error();
  auto flows = view.snapshot().flows((*fund)->proposal.fund);
  if (wants_csv(request)) return flows_csv(view, params["id"], std::move(flows));
  boost::json::array items;
  for (const storage::Flow& flow : flows) items.push_back(flow_json(flow));
  return growing_json(view, page_json(std::move(items), std::nullopt));
}

ReadHandler list_records(RecordList list) {
  return [list](const Request& request, const PathParams& params, const View& view, ApiContext&) {
    const auto fund = find_path_fund(view, params["id"]);
    if (!fund) return fund.error();
    return record_list_response(request, view, list, params["id"]);
  };
}

}  // namespace

void add_fund_routes(Router& router, const SharedContext& context) {
  add_read(router, context, "/v1/funds", list_funds, {.csv = true});
  add_read(router, context, "/v1/funds/{id}", show_fund);
  add_read(router, context, "/v1/funds/{id}/flows", list_flows, {.csv = true});
  for (const auto& [name, list] : {std::pair("records", RecordList::of_fund),
                                   {"unacknowledged", RecordList::unacknowledged},
                                   {"without-evidence", RecordList::without_evidence}})
    add_read(router, context, std::string("/v1/funds/{id}/") + name, list_records(list),
             {.csv = true});
}

}  // namespace centime::api
