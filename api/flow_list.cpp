#include "api/flow_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "api/fund_json.h"
#include "api/item_list.h"
#include "api/money_json.h"
#include "crypto/canonical.h"

namespace centime::api {
namespace {

constexpr std::size_t name_max = 40;  // Of members, categories and currencies.

// Ascends as FlowKey does: the separator is below all characters of names and words.
std::string key_text(const storage::Flow& flow) {
  const ledger::FlowKey& key = flow.key;
  return fmt::format("{}\n{}\n{:03}\n{}\n{}", key.fund.value, key.currency.text(),
                     static_cast<unsigned>(key.kind), key.from, key.to);
}

// Nothing if key_text does not write such a text of the fund's flows.
std::optional<ledger::FlowKey> key_of(const ledger::FundId& fund, std::string_view text) {
  std::array<std::string_view, 5> parts;
  for (std::string_view& part : parts) {
    const auto end = std::min(text.find('\n'), text.size());
    part = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  const auto [name, code, number, from, to] = parts;
  const auto currency = ledger::Currency::from_text(code);
  unsigned kind = 0;
  const auto read = std::from_chars(number.data(), number.data() + number.size(), kind);
  if (name != fund.value || !currency || read.ec != std::errc{} || !text.empty() ||
      kind >= enum_words(ledger::RecordKind{}).size() || from.size() > name_max ||
      to.size() > name_max)
    return std::nullopt;
  return ledger::FlowKey{fund, *currency, static_cast<ledger::RecordKind>(kind), std::string(from),
                         std::string(to)};
}

std::vector<std::string> columns(bool with_fund) {
  std::vector<std::string> columns{"type",     "from",      "to",          "amount",
                                   "currency", "to_amount", "to_currency", "count"};
  if (with_fund) columns.insert(columns.begin(), "fund");
  return columns;
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

Response member_flows_response(const Request& request, const ReadView& view, ApiContext& context,
                               const std::string& member, std::vector<storage::Flow> flows) {
  const auto show = [](const storage::Flow& flow) {
    boost::json::object json = flow_json(flow);
    json["fund"] = flow.key.fund.value;
    return json;
  };
  const std::string list = fmt::format("members/{}/flows", member);
  if (wants_csv(request) || wants_whole_json(request)) {
    const auto asked = parse_list_page(request, list);
    if (!asked) return asked.error();
    const std::size_t begin = begin_behind(flows, asked->after, key_text);
    // Page by page, each would read all flows of the ledger.
    auto some_to = [i = begin, flows = std::move(flows)](const auto& take) mutable {
      for (const auto end = std::min(i + rows_at_once, flows.size()); i < end; ++i) take(flows[i]);
      return i < flows.size();
    };
    if (wants_csv(request)) {
      return whole_csv(
          context, view, fmt::format("member-{}-flows.csv", member), columns(true),
          [some_to](CsvWriter& csv) mutable {
            return some_to([&](const storage::Flow& flow) { write_flow_row(csv, flow, true); });
          });
    }
    return whole_json(context, view, {}, [some_to, show](boost::json::array& items) mutable {
      return some_to([&](const storage::Flow& flow) { items.push_back(show(flow)); });
    });
  }
  auto page = items_json(request, list, flows, key_text, show);
  return page ? growing_json(view, *page) : std::move(page.error());
}

Response fund_flows_response(const Request& request, const ReadView& view, ApiContext& context,
                             const ledger::FundId& fund) {
  storage::ListQuery<ledger::FlowKey> query{.after = {}, .limit = rows_at_once};
  const std::string list = fmt::format("funds/{}/flows", fund.value);
  const auto asked = parse_list_page(request, list);
  if (!asked) return asked.error();
  if (!asked->after.empty()) {
    query.after = key_of(fund, asked->after);
    if (!query.after) return bad_cursor_problem();
  }
  if (wants_csv(request)) {
    return whole_csv(context, view, fmt::format("fund-{}-flows.csv", fund.value), columns(false),
                     [view, fund, query](CsvWriter& csv) mutable {
                       const auto flows = view.snapshot().flows(fund, query);
                       for (const auto& flow : flows) write_flow_row(csv, flow, false);
                       if (!flows.empty()) query.after = flows.back().key;
                       return flows.size() == query.limit;
                     });
  }
  query.limit = asked->limit + 1;
  auto flows = view.snapshot().flows(fund, query);
  std::optional<std::string> next;
  if (flows.size() > asked->limit) {
    flows.pop_back();
    next = encode_cursor(list, key_text(flows.back()));
  }
  boost::json::array items;
  for (const auto& flow : flows) items.push_back(flow_json(flow));
  return growing_json(view, page_json(std::move(items), std::move(next)));
}

}  // namespace centime::api
