// GET /v1/members, /v1/members/{id} and its records, /v1/channels.
#include "api/fund_json.h"
#include "api/item_list.h"
#include "api/record_json.h"
#include "api/record_list.h"
#include "api/resource.h"
#include "crypto/encoding.h"

namespace centime::api {
namespace {

constexpr std::size_t rows_at_once = 100;

void write_member_row(CsvWriter& csv, const ledger::Member& member) {
  csv.text(member.member.value)
      .text(member.title.value)
      .text(crypto::word_of(member.role))
      .text(crypto::to_hex(member.key.bytes))
      .end_row();
}

Response list_members(const Request& request, const PathParams&, const View& view, ApiContext&) {
  using Shared = std::shared_ptr<const ledger::Member>;
  auto members = view.snapshot().members();
  if (wants_csv(request)) {
    Response response =
        items_csv("members.csv", {"member", "title", "role", "key"}, std::move(members),
                  [](CsvWriter& csv, const Shared& member) { write_member_row(csv, *member); });
    response.etag = view_etag(view, "csv");
    return response;
  }
  const auto governance = view.snapshot().governance();
  auto page = items_json(
      request, "members", members, [](const Shared& member) { return member->member.value; },
      [&](const Shared& member) { return member_json(*member, *governance); });
  return page ? growing_json(view, *page) : std::move(page.error());
}

Response show_member(const Request&, const PathParams& params, const View& view, ApiContext&) {
  const auto member = find_path_member(view, params["id"]);
  if (!member) return member.error();
  boost::json::object json = member_json(**member, *view.snapshot().governance());
  json["totals"] = member_totals_json(member_totals(view.snapshot(), (*member)->member));
  return growing_json(view, json);
}

Response list_records(const Request& request, const PathParams& params, const View& view,
                      ApiContext& context) {
  const auto member = find_path_member(view, params["id"]);
  if (!member) return member.error();
  return record_list_response(request, view, context, RecordList::of_member, params["id"]);
}

using ChannelList = std::vector<std::shared_ptr<const ledger::Channel>>;

ChannelList channels_after(const View& view, const std::string& after, std::size_t limit) {
  storage::ListQuery<ledger::ChannelId> query;
  if (!after.empty()) query.after = ledger::ChannelId{after};
  query.limit = limit;
  return view.snapshot().channels(query);
}

Response channels_csv(ApiContext& context, const View& view) {
  return whole_csv(context, view, "channels.csv", {"channel", "platform", "kind", "company"},
                   [view, after = std::string()](CsvWriter& csv) mutable {
                     const auto channels = channels_after(view, after, rows_at_once);
                     for (const auto& each : channels) {
                       const ledger::ChannelRecord& channel = each->channel;
                       after = channel.channel.value;
                       csv.text(after)
                           .text(each->platform.value)
                           .text(crypto::word_of(channel.kind))
                           .text(channel.company.value)
                           .end_row();
                     }
                     return channels.size() == rows_at_once;
                   });
}

Response list_channels(const Request& request, const PathParams&, const View& view,
                       ApiContext& context) {
  const auto page = parse_name_page(request, "channels");
  if (!page) return page.error();
  if (wants_csv(request)) return channels_csv(context, view);
  auto channels = channels_after(view, page->after, page->limit + 1);
  std::optional<std::string> next;
  if (channels.size() > page->limit) {
    channels.pop_back();
    next = encode_cursor("channels", channels.back()->channel.channel.value);
  }
  boost::json::array items;
  for (const auto& channel : channels) items.push_back(channel_json(*channel));
  return growing_json(view, page_json(std::move(items), std::move(next)));
}

}  // namespace

void add_member_routes(Router& router, const SharedContext& context) {
  add_read(router, context, "/v1/members", list_members, {.csv = true});
  add_read(router, context, "/v1/members/{id}", show_member);
  add_read(router, context, "/v1/members/{id}/records", list_records, {.csv = true});
  add_read(router, context, "/v1/channels", list_channels, {.csv = true});
}

}  // namespace centime::api
