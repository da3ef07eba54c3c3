// GET /v1/records/{id}/sources: the donations behind a record's money, one by one or in groups.
#include <fmt/format.h>

#include <algorithm>

#include "api/item_list.h"
#include "api/money_json.h"
#include "api/record_json.h"
#include "api/resource.h"
#include "api/source_groups.h"

namespace centime::api {
namespace {

// A page of what a record's money was made of. The list never changes, so any block will do.
struct SourcesAnswer {
  ReadView view;
  RecordView record;
  SourcesView sources;

  const auto& list() const { return sources.sources; }

  boost::json::object row(const SourceView& source) const {
    const RecordView donation = describe_record(view.snapshot(), source.donation);
    return {{"donation", donation.id.hex()},
            {"entry", source.donation.value},
            {"author", donation.author().value},
            {"reference", donation.content.authored.record.reference.value},
            {"fund", donation.fund->value},
            {"day", donation.day->to_text()},
            {"gift", money_json(*donation.money)},
            {"given", money_json(source.given, donation.money->currency)},
            {"became", money_json(source.became, sources.money.currency)}};
  }

  Response csv(ApiContext& context, std::size_t begin) && {
    const ReadView shown_view = view;
    const std::string name = "sources-" + record.id.hex().substr(0, 16) + ".csv";
    return whole_csv(context, shown_view, name,
                     {"donation", "entry", "author", "reference", "fund", "day", "gift", "given",
                      "gift_currency", "became", "currency"},
                     [shown = std::move(*this), i = begin](CsvWriter& out) mutable {
                       const auto& rows = shown.sources.sources;
                       for (const std::size_t end = std::min(i + rows_at_once, rows.size());
                            i < end; ++i)
                         shown.write_row(out, rows[i]);
                       return i < rows.size();
                     });
  }

 private:
  void write_row(CsvWriter& out, const SourceView& source) const {
    const RecordView donation = describe_record(view.snapshot(), source.donation);
    const ledger::Currency& given = donation.money->currency;
    const ledger::Currency& became = sources.money.currency;
    out.text(donation.id.hex())
        .number(source.donation.value)
        .text(donation.author().value)
        .text(donation.content.authored.record.reference.value)
        .text(donation.fund->value)
        .text(donation.day->to_text())
        .decimal(decimal_amount(*donation.money))
        .decimal(decimal_amount({{source.given}, given}))
        .text(given.text())
        .decimal(decimal_amount({{source.became}, became}))
        .text(became.text())
        .end_row();
  }
};

// The same, added up by what the donations have in common.
struct GroupsAnswer {
  ReadView view;
  RecordView record;
  Money money;
  SourceGroup by;
  std::vector<SourceGroupRow> rows;

  const auto& list() const { return rows; }

  boost::json::object row(const SourceGroupRow& group) const {
    return {{"key", group.key},
            {"donations", group.donations},
            {"given", money_json(group.given, group.gift_currency)},
            {"became", money_json(group.became, money.currency)}};
  }

  Response csv(ApiContext&, std::size_t begin) && {
    const std::string word(crypto::word_of(by));
    rows.erase(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(begin));
    Response response =
        items_csv(fmt::format("sources-{}-by-{}.csv", record.id.hex().substr(0, 16), word),
                  {word, "donations", "given", "gift_currency", "became", "currency"}, rows,
                  [became = money.currency](CsvWriter& out, const SourceGroupRow& group) {
                    out.text(group.key).number(group.donations);
                    out.decimal(decimal_amount({{group.given}, group.gift_currency}));
                    out.text(group.gift_currency.text());
                    out.decimal(decimal_amount({{group.became}, became}));
                    out.text(became.text()).end_row();
                  });
    response.etag = view_etag(view, "csv");
    return response;
  }
};

boost::json::object about_sources(const RecordView& record, const SourcesView& sources) {
  return {{"record", record.id.hex()},
          {"money", money_json(sources.money)},
          {"donations", sources.sources.size()}};
}

// The row that the query's cursor names.
std::expected<std::size_t, Response> begin_of(const Page& page, std::size_t size) {
  const auto begin = parse_number(page.after.empty() ? "0" : page.after);
  if (!begin) return std::unexpected(bad_cursor_problem());
  return std::min<std::size_t>(*begin, size);
}

// All of them, from the cursor on. Their JSON is long, and so is made when it is sent.
template <class Answer>
Response whole_of(ApiContext& context, Answer answer, std::size_t begin,
                  const boost::json::object& about) {
  const ReadView view = answer.view;
  return whole_json(context, view, about,
                    [answer = std::move(answer), i = begin](boost::json::array& items) mutable {
                      const auto& rows = answer.list();
                      for (const auto end = std::min(i + rows_at_once, rows.size()); i < end; ++i)
                        items.push_back(answer.row(rows[i]));
                      return i < rows.size();
                    });
}

template <class Answer>
Response answer_of(ApiContext& context, const Request& request, const std::string& list,
                   Answer answer, const boost::json::object& about) {
  const auto& rows = answer.list();
  const auto page = parse_list_page(request, list);
  if (!page) return page.error();
  const auto begin = begin_of(*page, rows.size());
  if (!begin) return begin.error();
  if (wants_csv(request)) return std::move(answer).csv(context, *begin);
  if (wants_whole_json(request)) return whole_of(context, std::move(answer), *begin, about);
  boost::json::array items;
  std::size_t i = *begin;
  for (; i < rows.size() && items.size() < page->limit; ++i) items.push_back(answer.row(rows[i]));
  std::optional<std::string> next;
  if (i < rows.size()) next = encode_cursor(list, std::to_string(i));
  boost::json::object json = page_json(std::move(items), std::move(next));
  for (const auto& [name, value] : about) json[name] = value;
  return growing_json(answer.view, json);
}

std::expected<std::optional<SourceGroup>, Response> parse_group(const Request& request) {
  const auto text = request.parameter("group");
  if (!text) return std::nullopt;
  const auto by = source_group_of(*text);
  if (!by)
    return std::unexpected(
        read_problem("bad_parameter", "group is fund, day, author or channel, or left out"));
  return by;
}

Response show_sources(const Request& request, const PathParams& params, const ReadView& view,
                      ApiContext& context) {
  const auto entry = find_path_record(view, params["id"]);
  if (!entry) return entry.error();
  const auto by = parse_group(request);
  if (!by) return by.error();
  auto sources = trace_sources(view.snapshot(), *entry);
  if (!sources) {
    return read_problem(crypto::word_of(sources.error()),
                        sources.error() == SourcesError::wrong_record_kind
                            ? "This record moves no money."
                            : "This money has come from too many pieces to list them.");
  }
  const RecordView record = describe_record(view.snapshot(), *entry);
  const std::string list = "sources/" + record.id.hex();
  const auto about = about_sources(record, *sources);
  if (*by) {
    GroupsAnswer groups{view, record, sources->money, **by,
                        group_sources(view.snapshot(), *sources, **by)};
    return answer_of(context, request, fmt::format("{}?group={}", list, crypto::word_of(**by)),
                     std::move(groups), about);
  }
  SourcesAnswer answer{view, record, std::move(*sources)};
  return answer_of(context, request, list, std::move(answer), about);
}

}  // namespace

void add_source_routes(Router& router, const SharedContext& context) {
  add_read(router, context, "/v1/records/{id}/sources", show_sources, {.csv = true, .slow = true});
}

}  // namespace centime::api
