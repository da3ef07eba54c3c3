// GET /v1/records/{id} and /v1/records/{id}/sources.
#include "api/donation_trace.h"
#include "api/money_json.h"
#include "api/record_json.h"
#include "api/resource.h"

namespace centime::api {
namespace {

constexpr std::size_t rows_at_once = 100;

Response show_record(const Request&, const PathParams& params, const View& view, ApiContext&) {
  const auto entry = find_path_record(view, params["id"]);
  if (!entry) return entry.error();
  const RecordView record = describe_record(view.snapshot(), *entry);
  const auto statements = statements_about(view.snapshot(), record.id);
  boost::json::object json = record_json(record);
  if (record.kind() == ledger::RecordKind::disbursement)
    json["hand_over"] = crypto::word_of(hand_over(statements));
  json["statements"] = records_json(statements);
  return growing_json(view, json);
}

// A page of what a record's money was made of. The list never changes, so any block will do.
struct SourcesAnswer {
  View view;
  RecordView record;
  SourcesView sources;

  boost::json::object row(const SourceView& source) const {
    const RecordView donation = describe_record(view.snapshot(), source.donation);
    return {{"donation", donation.id.hex()},
            {"entry", source.donation.value},
            {"author", donation.author().value},
            {"day", donation.day->to_text()},
            {"gift", money_json(*donation.money)},
            {"given", money_json(source.given, donation.money->currency)},
            {"became", money_json(source.became, sources.money.currency)}};
  }

  Response csv() const {
    Response response = csv_response(
        "sources-" + record.id.hex().substr(0, 16) + ".csv",
        {"donation", "entry", "author", "day", "gift", "given", "gift_currency", "became",
         "currency"},
        [shown = *this, i = std::size_t{0}](CsvWriter& out) mutable {
          const auto& rows = shown.sources.sources;
          for (const std::size_t end = std::min(i + rows_at_once, rows.size()); i < end; ++i)
            shown.write_row(out, rows[i]);
          return i < rows.size();
        });
    response.etag = view_etag(view, "csv");
    return response;
  }

 private:
  void write_row(CsvWriter& out, const SourceView& source) const {
    const RecordView donation = describe_record(view.snapshot(), source.donation);
    const ledger::Currency& given = donation.money->currency;
    const ledger::Currency& became = sources.money.currency;
    out.text(donation.id.hex())
        .number(source.donation.value)
        .text(donation.author().value)
        .text(donation.day->to_text())
        .decimal(decimal_amount(*donation.money))
        .decimal(decimal_amount({{source.given}, given}))
        .text(given.text())
        .decimal(decimal_amount({{source.became}, became}))
        .text(became.text())
        .end_row();
  }
};

Response sources_page(const Request& request, const SourcesAnswer& answer) {
  const std::string list = "sources/" + answer.record.id.hex();
  const auto page = parse_page(request, list);
  if (!page) return read_problem(to_word(page.error()), "cursor or limit is not right");
  const std::uint64_t begin = page->after.empty() ? 0 : parse_number(page->after).value_or(0);
  const auto& sources = answer.sources.sources;
  boost::json::array items;
  std::size_t i = std::min<std::size_t>(begin, sources.size());
  for (; i < sources.size() && items.size() < page->limit; ++i)
    items.push_back(answer.row(sources[i]));
  std::optional<std::string> next;
  if (i < sources.size()) next = encode_cursor(list, std::to_string(i));
  boost::json::object json = page_json(std::move(items), std::move(next));
  json["record"] = answer.record.id.hex();
  json["money"] = money_json(answer.sources.money);
  json["donations"] = sources.size();
  return growing_json(answer.view, json);
}

Response show_sources(const Request& request, const PathParams& params, const View& view,
                      ApiContext&) {
  const auto entry = find_path_record(view, params["id"]);
  if (!entry) return entry.error();
  auto sources = trace_sources(view.snapshot(), *entry);
  if (!sources) {
    return read_problem(crypto::word_of(sources.error()),
                        sources.error() == SourcesError::wrong_record_kind
                            ? "This record moves no money."
                            : "This money has come from too many pieces to list them.");
  }
  const SourcesAnswer answer{view, describe_record(view.snapshot(), *entry), std::move(*sources)};
  return wants_csv(request) ? answer.csv() : sources_page(request, answer);
}

}  // namespace

void add_record_routes(Router& router, const SharedContext& context) {
  add_read(router, context, "/v1/records/{id}", show_record);
  add_read(router, context, "/v1/records/{id}/sources", show_sources, {.csv = true, .slow = true});
}

}  // namespace centime::api
