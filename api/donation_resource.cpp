// GET /v1/donations/{id}/trace and /parts: where a donation's money is.
#include "api/donation_trace.h"
#include "api/money_json.h"
#include "api/record_json.h"
#include "api/resource.h"

namespace centime::api {
namespace {

// Not streamed: a slow reader would keep the whole trace in memory, and not these few columns.
Response trace_csv(const ReadView& view, const DonationTrace& trace) {
  CsvWriter csv;
  for (const std::string_view column : {"step", "date", "author", "to", "amount", "currency",
                                        "given", "gift_currency", "hand_over", "id", "entry"})
    csv.text(column);
  csv.end_row();
  const ledger::Currency& gift = trace.summary.gift.currency;
  for (const proof::Step& step : trace.summary.steps) {
    csv.text(crypto::word_of(step.kind)).text(step.date.to_text()).text(step.author.value);
    step.to ? csv.text(step.to->value) : csv.blank();
    csv.decimal(decimal_amount({step.amount, step.currency})).text(step.currency.text());
    csv.decimal(decimal_amount({step.given, gift})).text(gift.text());
    step.kind == proof::StepKind::sent ? csv.text(crypto::word_of(step.hand_over)) : csv.blank();
    csv.text(step.id.hex()).number(step.entry.value).end_row();
  }
  Response response =
      csv_file("trace-" + trace.summary.id.hex().substr(0, 16) + ".csv", csv.take());
  response.etag = view_etag(view, "csv");
  return response;
}

struct FoundTrace {
  ledger::EntryIndex donation;
  DonationTrace trace;
};

std::expected<FoundTrace, Response> find_trace(const ReadView& view, const std::string& id) {
  const auto entry = find_path_record(view, id);
  if (!entry) return std::unexpected(entry.error());
  const auto kind = view.snapshot().record(*entry).authored.record.kind();
  if (kind != ledger::RecordKind::donation) {
    return std::unexpected(read_problem(
        "wrong_record_kind",
        "This record is no donation but of kind " + std::string(crypto::word_of(kind)) + "."));
  }
  auto trace = trace_donation(view.snapshot(), *entry);
  if (!trace) {
    return std::unexpected(read_problem(
        "too_fragmented",
        "This gift has become too many pieces to show at once; `centime trace` on a copy of the "
        "ledger follows it."));
  }
  return FoundTrace{*entry, std::move(*trace)};
}

Response show_trace(const Request& request, const PathParams& params, const ReadView& view,
                    ApiContext&) {
  const auto found = find_trace(view, params["id"]);
  if (!found) return found.error();
  if (wants_csv(request)) return trace_csv(view, found->trace);
  const RecordView donation = describe_record(view.snapshot(), found->donation);
  return growing_json(view, trace_json(donation, found->trace));
}

// What the gift is now, in parts that add up to it.
Response list_parts(const Request& request, const PathParams& params, const ReadView& view,
                    ApiContext&) {
  const auto found = find_trace(view, params["id"]);
  if (!found) return found.error();
  const proof::Summary& summary = found->trace.summary;
  if (!wants_csv(request))
    return growing_json(view, page_json(trace_parts_json(summary), std::nullopt));
  CsvWriter csv;
  for (const auto* column : {"part", "holder", "amount", "currency", "given", "gift_currency"})
    csv.text(column);
  csv.end_row();
  for (const proof::Part& part : summary.parts) {
    csv.text(crypto::word_of(part.kind));
    part.holder ? csv.text(part.holder->value) : csv.blank();
    csv.decimal(decimal_amount({part.amount, part.currency})).text(part.currency.text());
    csv.decimal(decimal_amount({part.given, summary.gift.currency}));
    csv.text(summary.gift.currency.text()).end_row();
  }
  Response response = csv_file("parts-" + summary.id.hex().substr(0, 16) + ".csv", csv.take());
  response.etag = view_etag(view, "csv");
  return response;
}

}  // namespace

void add_donation_routes(Router& router, const SharedContext& context) {
  add_read(router, context, "/v1/donations/{id}/trace", show_trace, {.csv = true, .slow = true});
  add_read(router, context, "/v1/donations/{id}/parts", list_parts, {.csv = true, .slow = true});
}

}  // namespace centime::api
