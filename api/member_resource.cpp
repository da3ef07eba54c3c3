// GET /v1/members, /v1/members/{id} and its records, /v1/channels.
#include "api/fund_json.h"
#include "api/record_json.h"
#include "api/record_list.h"
#include "api/resource.h"
#include "crypto/encoding.h"

namespace centime::api {
namespace {

Response list_members(const Request& request, const PathParams&, const View& view, ApiContext&) {
  const auto members = view.snapshot().members();
  if (wants_csv(request)) {
    return csv_response("members.csv", {"member", "title", "role", "key"},
                        [members, i = std::size_t{0}](CsvWriter& csv) mutable {
                          if (i == members.size()) return false;
                          const ledger::Member& member = *members[i++];
                          csv.text(member.member.value)
                              .text(member.title.value)
                              .text(crypto::word_of(member.role))
                              .text(crypto::to_hex(member.key.bytes));
                          csv.end_row();
                          return true;
                        });
  }
  boost::json::array items;
  const auto governance = view.snapshot().governance();
  for (const auto& member : members) items.push_back(member_json(*member, *governance));
  return growing_json(view, page_json(std::move(items), std::nullopt));
}

Response show_member(const Request&, const PathParams& params, const View& view, ApiContext&) {
  const auto member = find_path_member(view, params["id"]);
  if (!member) return member.error();
  boost::json::object json = member_json(**member, *view.snapshot().governance());
  json["totals"] = member_totals_json(member_totals(view.snapshot(), (*member)->member));
  return growing_json(view, json);
}

Response list_records(const Request& request, const PathParams& params, const View& view,
                      ApiContext&) {
  const auto member = find_path_member(view, params["id"]);
  if (!member) return member.error();
  return record_list_response(request, view, RecordList::of_member, params["id"]);
}

Response list_channels(const Request& request, const PathParams&, const View& view, ApiContext&) {
  const auto page = parse_name_page(request, "channels");
  if (!page) return page.error();
  storage::ListQuery<ledger::ChannelId> query;
  if (!page->after.empty()) query.after = ledger::ChannelId{page->after};
  query.limit = page->limit + 1;
  auto channels = view.snapshot().channels(query);
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
  add_read(router, context, "/v1/channels", list_channels);
}

}  // namespace centime::api
