// GET /v1/search?q=: whatever a person may type.
#include "api/fund_json.h"
#include "api/money_json.h"
#include "api/record_json.h"
#include "api/resource.h"
#include "api/search.h"
#include "crypto/encoding.h"

namespace centime::api {
namespace {

void write_record(CsvWriter& csv, const RecordView& record) {
  const ledger::Record& stated = record.content.authored.record;
  csv.text(crypto::word_of(record.kind())).text(record.id.hex());
  csv.text(record.author().value + "/" + stated.reference.value);
  csv.text(record.fund ? record.fund->value : "").text(record.day ? record.day->to_text() : "");
  if (record.money) {
    csv.decimal(decimal_amount(*record.money)).text(record.money->currency.text());
  } else {
    csv.blank().blank();
  }
  csv.end_row();
}

// All of it is there already, and little.
Response results_csv(const SearchResults& results, const storage::Snapshot& snapshot) {
  CsvWriter csv;
  for (const auto* column : {"type", "id", "title", "fund", "day", "amount", "currency"})
    csv.text(column);
  csv.end_row();
  const auto write_named = [&](std::string_view type, std::string_view id, std::string_view title) {
    csv.text(type).text(id).text(title).blank().blank().blank().blank().end_row();
  };
  for (const auto& fund : results.funds)
    write_named("fund", fund->proposal.fund.value, fund->proposal.title.value);
  for (const auto& member : results.members)
    write_named("member", member->member.value, member->title.value);
  for (const auto& channel : results.channels)
    write_named("channel", channel->channel.channel.value, channel->channel.company.value);
  for (const BlockView& block : results.blocks)
    write_named("block", std::to_string(block.height.value), crypto::to_hex(block.hash.bytes));
  for (const ledger::EntryIndex entry : results.entries)
    write_named("entry", std::to_string(entry.value),
                entry_line(entry, snapshot.entry(entry)).at("type").as_string());
  for (const RecordView& record : results.records) write_record(csv, record);
  return csv_file("search.csv", csv.take());
}

Response show_results(const Request& request, const PathParams&, const ReadView& view,
                      ApiContext&) {
  const auto text = request.parameter("q");
  if (!text || text->empty() || text->size() > search_text_max) {
    return read_problem("bad_parameter", "q is 1 to " + std::to_string(search_text_max) +
                                             " bytes of what is looked for.");
  }
  const SearchResults results = search(view.snapshot(), *text);
  if (wants_csv(request)) {
    Response response = results_csv(results, view.snapshot());
    response.etag = view_etag(view, "csv");
    return response;
  }
  boost::json::array funds, members, channels, blocks, entries;
  for (const auto& fund : results.funds) funds.push_back(fund_json(*fund));
  for (const auto& member : results.members)
    members.push_back(member_json(*member, *view.snapshot().governance()));
  for (const auto& channel : results.channels) channels.push_back(channel_json(*channel));
  for (const BlockView& block : results.blocks) blocks.push_back(block_json(block));
  for (const ledger::EntryIndex entry : results.entries)
    entries.push_back(entry_line(entry, view.snapshot().entry(entry)));
  return growing_json(view, boost::json::object{{"q", *text},
                                                {"records", records_json(results.records)},
                                                {"funds", std::move(funds)},
                                                {"members", std::move(members)},
                                                {"channels", std::move(channels)},
                                                {"blocks", std::move(blocks)},
                                                {"entries", std::move(entries)},
                                                {"complete", results.complete}});
}

}  // namespace

void add_search_routes(Router& router, const SharedContext& context) {
  add_read(router, context, "/v1/search", show_results, {.csv = true, .slow = true});
}

}  // namespace centime::api
