// GET /v1/members, /v1/members/{id}, its records, flows and hand-overs, /v1/channels.
#include "api/flow_list.h"
#include "api/fund_json.h"
#include "api/hand_overs.h"
#include "api/item_list.h"
#include "api/money_json.h"
#include "api/record_json.h"
#include "api/record_list.h"
#include "api/resource.h"
#include "crypto/encoding.h"

namespace centime::api {
namespace {

void write_member_row(CsvWriter& csv, const ledger::Member& member,
                      const ledger::Governance& governance) {
  const auto* standing = ledger::find_standing(governance, member.member);
  const bool votes = ledger::validator_index(governance.epoch, member.member).has_value();
  csv.text(member.member.value)
      .text(member.title.value)
      .text(crypto::word_of(member.role))
      .text(crypto::to_hex(member.key.bytes))
      .text(crypto::word_of(standing->status))
      .text(votes ? "yes" : "no")
      .end_row();
}

Response list_members(const Request& request, const PathParams&, const ReadView& view,
                      ApiContext&) {
  using Shared = std::shared_ptr<const ledger::Member>;
  auto members = view.snapshot().members();
  const auto governance = view.snapshot().governance();
  const auto key_of = [](const Shared& member) { return member->member.value; };
  if (wants_csv(request)) {
    if (auto kept = keep_behind(request, "members", members, key_of); !kept)
      return std::move(kept.error());
    Response response =
        items_csv("members.csv", {"member", "title", "role", "key", "status", "validator"},
                  std::move(members), [governance](CsvWriter& csv, const Shared& member) {
                    write_member_row(csv, *member, *governance);
                  });
    response.etag = view_etag(view, "csv");
    return response;
  }
  auto page = items_json(request, "members", members, key_of,
                         [&](const Shared& member) { return member_json(*member, *governance); });
  return page ? growing_json(view, *page) : std::move(page.error());
}

Response show_member(const Request&, const PathParams& params, const ReadView& view, ApiContext&) {
  const auto member = find_path_member(view, params["id"]);
  if (!member) return member.error();
  boost::json::object json = member_json(**member, *view.snapshot().governance());
  const auto flows = member_flows(view.snapshot(), (*member)->member);
  json["totals"] = member_totals_json(member_totals(flows, (*member)->member));
  return growing_json(view, json);
}

Response list_member_flows(const Request& request, const PathParams& params, const ReadView& view,
                           ApiContext& context) {
  const auto member = find_path_member(view, params["id"]);
  if (!member) return member.error();
  return member_flows_response(request, view, context, params["id"],
                               member_flows(view.snapshot(), (*member)->member));
}

boost::json::object hand_over_json(const HandOverView& view) {
  boost::json::object json{{"id", view.sent.id.hex()},
                           {"entry", view.sent.entry.value},
                           {"from", view.sent.author().value},
                           {"fund", view.sent.fund->value},
                           {"day", view.sent.day->to_text()},
                           {"time", view.sent.time.to_iso()},
                           {"money", money_json(*view.sent.money)},
                           {"state", crypto::word_of(view.state)}};
  if (view.waited) json["waited_ms"] = view.waited->count();
  return json;
}

boost::json::object figures_json(const HandOverFigures& figures) {
  boost::json::object json{{"acknowledged", figures.acknowledged},
                           {"waiting", figures.waiting},
                           {"disputed", figures.disputed},
                           {"returned", figures.returned}};
  if (figures.median) json["median_ms"] = figures.median->count();
  if (figures.longest) json["longest_ms"] = figures.longest->count();
  if (figures.waiting_since) json["waiting_since"] = figures.waiting_since->to_iso();
  return json;
}

// Of one walk: what a file of them has too, since the next walk begins where this one stopped.
Response hand_overs_csv(ApiContext& context, const ReadView& view, const ledger::MemberId& member,
                        std::optional<ledger::EntryIndex> from) {
  return whole_csv(
      context, view, "member-" + member.value + "-hand-overs.csv",
      {"id", "entry", "from", "fund", "day", "time", "amount", "currency", "state", "waited_ms"},
      [view, member, from](CsvWriter& csv) mutable {
        const auto page = hand_overs_to(view.snapshot(), member, from);
        for (const HandOverView& each : page.items) {
          csv.text(each.sent.id.hex())
              .number(each.sent.entry.value)
              .text(each.sent.author().value)
              .text(each.sent.fund->value)
              .text(each.sent.day->to_text())
              .text(each.sent.time.to_iso())
              .decimal(decimal_amount(*each.sent.money))
              .text(each.sent.money->currency.text())
              .text(crypto::word_of(each.state));
          each.waited ? csv.number(std::int64_t{each.waited->count()}) : csv.blank();
          csv.end_row();
        }
        from = page.next;
        return page.next.has_value();
      });
}

// The hand-overs among so many of the member's records, and the figures of these.
Response list_hand_overs(const Request& request, const PathParams& params, const ReadView& view,
                         ApiContext& context) {
  const auto member = find_path_member(view, params["id"]);
  if (!member) return member.error();
  const std::string list = "members/" + params["id"] + "/hand-overs";
  const auto page = parse_list_page(request, list);
  if (!page) return page.error();
  std::optional<ledger::EntryIndex> from;
  if (const auto entry = parse_number(page->after)) from = ledger::EntryIndex{*entry};
  if (wants_csv(request)) return hand_overs_csv(context, view, (*member)->member, from);
  const auto found = hand_overs_to(view.snapshot(), (*member)->member, from);
  boost::json::array items;
  for (const HandOverView& each : found.items) items.push_back(hand_over_json(each));
  std::optional<std::string> next;
  if (found.next) next = encode_cursor(list, std::to_string(found.next->value));
  boost::json::object json = page_json(std::move(items), std::move(next));
  json["figures"] = figures_json(figures_of(found.items));
  json["looked_at"] = found.looked_at;
  return growing_json(view, json);
}

Response list_member_records(const Request& request, const PathParams& params, const ReadView& view,
                             ApiContext& context) {
  const auto member = find_path_member(view, params["id"]);
  if (!member) return member.error();
  return record_list_response(request, view, context, RecordList::of_member, params["id"]);
}

using ChannelList = std::vector<std::shared_ptr<const ledger::Channel>>;

ChannelList channels_after(const ReadView& view, const std::string& after, std::size_t limit) {
  storage::ListQuery<ledger::ChannelId> query;
  if (!after.empty()) query.after = ledger::ChannelId{after};
  query.limit = limit;
  return view.snapshot().channels(query);
}

Response channels_csv(ApiContext& context, const ReadView& view, std::string begin) {
  return whole_csv(context, view, "channels.csv", {"channel", "platform", "kind", "company"},
                   [view, after = std::move(begin)](CsvWriter& csv) mutable {
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

Response list_channels(const Request& request, const PathParams&, const ReadView& view,
                       ApiContext& context) {
  const auto page = parse_name_page(request, "channels");
  if (!page) return page.error();
  if (wants_csv(request)) return channels_csv(context, view, page->after);
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
  add_read(router, context, "/v1/members", list_members, {.list = true});
  add_read(router, context, "/v1/members/{id}", show_member, {.slow = true});
  add_read(router, context, "/v1/members/{id}/flows", list_member_flows,
           {.csv = true, .slow = true});
  add_read(router, context, "/v1/members/{id}/hand-overs", list_hand_overs,
           {.list = true, .slow = true});
  add_read(router, context, "/v1/members/{id}/records", list_member_records, {.list = true});
  add_read(router, context, "/v1/channels", list_channels, {.list = true});
}

}  // namespace centime::api
