#include "api/flow_list.h"

#include <fmt/format.h>

#include "api/fund_json.h"
#include "api/item_list.h"
#include "api/money_json.h"
#include "crypto/canonical.h"

namespace centime::api {
namespace {

// Ascends as FlowKey does: the separator is below all characters of names and words.
std::string key_text(const storage::Flow& flow) {
  const ledger::FlowKey& key = flow.key;
  return fmt::format("{}\n{}\n{:03}\n{}\n{}", key.fund.value, key.currency.text(),
                     static_cast<unsigned>(key.kind), key.from, key.to);
}

void write_flow_row(CsvWriter& csv, const storage::Flow& flow, bool with_fund) {
  const auto& [key, total] = flow;
  if (with_fund) csv.text(key.fund.value);
  csv.text(crypto::word_of(key.kind)).text(key.from).text(key.to);
  csv.decimal(decimal_amount({{total.amount}, key.currency})).text(key.currency.text());
  const auto target = ledger::Currency::from_text(key.to);
  if (key.kind == ledger::RecordKind::exchange && target) {
    csv.decimal(decimal_amount({{total.to_amount}, *target})).text(target->text());
  } else {
    csv.blank().blank();
  }
  csv.number(total.count).end_row();
}

}  // namespace

Response flow_list_response(const Request& request, const View& view, const FlowOwner& owner,
                            std::vector<storage::Flow> flows) {
  const bool with_fund = owner.kind != "fund";
  if (wants_csv(request)) {
    std::vector<std::string> columns{"type",     "from",      "to",          "amount",
                                     "currency", "to_amount", "to_currency", "count"};
    if (with_fund) columns.insert(columns.begin(), "fund");
    Response response =
        items_csv(fmt::format("{}-{}-flows.csv", owner.kind, owner.name), columns, std::move(flows),
                  [with_fund](CsvWriter& csv, const storage::Flow& flow) {
                    write_flow_row(csv, flow, with_fund);
                  });
    response.etag = view_etag(view, "csv");
    return response;
  }
  const auto show = [with_fund](const storage::Flow& flow) {
    boost::json::object json = flow_json(flow);
    if (with_fund) json["fund"] = flow.key.fund.value;
    return json;
  };
  auto page = items_json(request, fmt::format("{}s/{}/flows", owner.kind, owner.name), flows,
                         key_text, show);
  return page ? growing_json(view, *page) : std::move(page.error());
}

}  // namespace centime::api
