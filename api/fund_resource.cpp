// GET /v1/funds, /v1/funds/{id}, its flows, accounts and records.
#include <fmt/format.h>

#include "api/flow_list.h"
#include "api/fund_json.h"
#include "api/money_json.h"
#include "api/record_json.h"
#include "api/record_list.h"
#include "api/resource.h"

namespace centime::api {
namespace {

constexpr std::size_t accounts_shown = 100;  // With the fund itself; the rest is in its list.

using FundList = std::vector<std::shared_ptr<const ledger::Fund>>;

FundList funds_after(const ReadView& view, const std::string& after, std::size_t limit) {
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

Response funds_csv(ApiContext& context, const ReadView& view, std::string after) {
  const std::vector<std::string> columns{"fund",     "title",     "ngo",           "status",
                                         "currency", "donations", "donated",       "exchanged_in",
                                         "spent",    "refunded",  "exchanged_out", "held"};
  return whole_csv(context, view, "funds.csv", columns,
                   [view, after = std::move(after)](CsvWriter& csv) mutable {
                     const auto funds = funds_after(view, after, rows_at_once);
                     for (const auto& fund : funds) {
                       after = fund->proposal.fund.value;
                       write_fund_rows(csv, *fund,
                                       fund_totals(view.snapshot(), fund->proposal.fund));
                     }
                     return funds.size() == rows_at_once;
                   });
}

boost::json::object fund_with_totals(const ReadView& view, const ledger::Fund& fund) {
  boost::json::object json = fund_json(fund);
  json["totals"] = fund_totals_json(fund_totals(view.snapshot(), fund.proposal.fund));
  return json;
}

Response list_funds(const Request& request, const PathParams&, const ReadView& view,
                    ApiContext& context) {
  const auto page = parse_name_page(request, "funds");
  if (!page) return page.error();
  if (wants_csv(request)) return funds_csv(context, view, page->after);
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

Response show_fund(const Request&, const PathParams& params, const ReadView& view, ApiContext&) {
  const auto fund = find_path_fund(view, params["id"]);
  if (!fund) return fund.error();
  const storage::Snapshot& snapshot = view.snapshot();
  boost::json::object json = fund_with_totals(view, **fund);
  const ledger::FundId& id = (*fund)->proposal.fund;
  boost::json::array accounts;
  for (const auto& account : snapshot.accounts_of(id, {.after = {}, .limit = accounts_shown}))
    accounts.push_back(account_json(*account));
  json["accounts"] = std::move(accounts);
  json["account_count"] = account_count(snapshot, id);
  const RecordView proposal = describe_record(snapshot, (*fund)->proposed_in);
  json["proposal"] = proposal.id.hex();
  add_statements(json, view, statements_about(snapshot, proposal.id));
  return growing_json(view, json);
}

Response list_fund_flows(const Request& request, const PathParams& params, const ReadView& view,
                         ApiContext& context) {
  const auto fund = find_path_fund(view, params["id"]);
  if (!fund) return fund.error();
  return fund_flows_response(request, view, context, (*fund)->proposal.fund);
}

void write_account_row(CsvWriter& csv, const ledger::Account& account) {
  const ledger::AccountKey& key = account.key();
  const auto money = [&](std::uint64_t units) { return decimal_amount({{units}, key.currency}); };
  csv.text(key.fund.value)
      .text(key.holder.value)
      .text(key.currency.text())
      .decimal(money(account.received().value))
      .decimal(money(account.balance()))
      .number(std::uint64_t{account.index().value})
      .end_row();
}

// "holder\nCURRENCY", which is what a cursor holds.
std::optional<ledger::AccountKey> account_after(const ledger::FundId& fund,
                                                const std::string& text) {
  const auto end = text.find('\n');
  if (end == std::string::npos || !ledger::is_slug(text.substr(0, end))) return std::nullopt;
  const auto currency = ledger::Currency::from_text(text.substr(end + 1));
  if (!currency) return std::nullopt;
  return ledger::AccountKey{fund, {text.substr(0, end)}, *currency};
}

Response accounts_csv(ApiContext& context, const ReadView& view, const ledger::FundId& fund,
                      storage::ListQuery<ledger::AccountKey> query) {
  query.limit = rows_at_once;
  return whole_csv(context, view, fmt::format("fund-{}-accounts.csv", fund.value),
                   {"fund", "holder", "currency", "received", "balance", "account"},
                   [view, fund, query](CsvWriter& csv) mutable {
                     const auto accounts = view.snapshot().accounts_of(fund, query);
                     for (const auto& account : accounts) {
                       query.after = account->key();
                       write_account_row(csv, *account);
                     }
                     return accounts.size() == query.limit;
                   });
}

Response list_accounts(const Request& request, const PathParams& params, const ReadView& view,
                       ApiContext& context) {
  const auto fund = find_path_fund(view, params["id"]);
  if (!fund) return fund.error();
  const ledger::FundId& id = (*fund)->proposal.fund;
  const std::string list = "funds/" + id.value + "/accounts";
  const auto asked = parse_list_page(request, list);
  if (!asked) return asked.error();
  storage::ListQuery<ledger::AccountKey> query{.after = {}, .limit = asked->limit + 1};
  if (!asked->after.empty()) {
    query.after = account_after(id, asked->after);
    if (!query.after) return bad_cursor_problem();
  }
  if (wants_csv(request)) return accounts_csv(context, view, id, query);
  auto accounts = view.snapshot().accounts_of(id, query);
  std::optional<std::string> next;
  if (accounts.size() > asked->limit) {
    accounts.pop_back();
    const ledger::AccountKey& last = accounts.back()->key();
    next = encode_cursor(list, last.holder.value + "\n" + last.currency.to_text());
  }
  boost::json::array items;
  for (const auto& account : accounts) items.push_back(account_json(*account));
  return growing_json(view, page_json(std::move(items), std::move(next)));
}

ReadHandler list_fund_records(RecordList list) {
  return [list](const Request& request, const PathParams& params, const ReadView& view,
                ApiContext& context) {
    const auto fund = find_path_fund(view, params["id"]);
    if (!fund) return fund.error();
    return record_list_response(request, view, context, list, params["id"]);
  };
}

}  // namespace

void add_fund_routes(Router& router, const SharedContext& context) {
  add_read(router, context, "/v1/funds", list_funds, {.list = true});
  add_read(router, context, "/v1/funds/{id}", show_fund);
  add_read(router, context, "/v1/funds/{id}/flows", list_fund_flows, {.list = true});
  add_read(router, context, "/v1/funds/{id}/accounts", list_accounts, {.list = true});
  for (const auto& [name, list] : {std::pair("records", RecordList::of_fund),
                                   {"unacknowledged", RecordList::unacknowledged},
                                   {"without-evidence", RecordList::without_evidence}})
    add_read(router, context, std::string("/v1/funds/{id}/") + name, list_fund_records(list),
             {.list = true});
}

}  // namespace centime::api
