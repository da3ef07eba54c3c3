#include "api/resource.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <chrono>
#include <stdexcept>
#include <utility>

#include "api/client_limits.h"
#include "api/etag.h"
#include "api/item_list.h"
#include "api/queries.h"
#include "crypto/digest.h"
#include "crypto/encoding.h"

namespace centime::api {
namespace {

// The state of one name, in eight digits: enough to tell two networks' tags apart.
std::string short_hex(const ledger::NetworkId& network) {
  return crypto::to_hex(network.bytes).substr(0, 8);
}

Response page_problem(PageError error) {
  return read_problem(to_word(error), error == PageError::bad_limit
                                          ? "limit is a number from 1 to 200"
                                          : "cursor is one that this list gave as \"next\"");
}

Response answer(const ReadHandler& handler, const Request& request, const PathParams& params,
                ApiContext& context) {
  const ReadView view{context.node.published(), sharer_of(request.peer),
                      std::string(request.header("if-none-match").value_or(""))};
  Response response = handler(request, params, view, context);
  // What never changes depends on no state; but it is told with this one's height.
  if (response.cache_control == cache_immutable) response.made_at = view.height().value;
  if (!find_field(response.headers, "Centime-Height")) tell_height(response, view);
  return response;
}

void answer_later(std::shared_ptr<ReadHandler> handler, const Request& request, PathParams params,
                  Reply reply, ApiContext& context, Worker& worker) {
  const auto shared_reply = std::make_shared<Reply>(std::move(reply));
  // Not the shared context: a job that owned it might be the last to, and would end its own thread.
  Worker::Job job = [handler = std::move(handler), &context, request, params = std::move(params),
                     shared_reply]() {
    (*shared_reply)(
        made_or_internal_error([&] { return answer(*handler, request, params, context); }));
  };
  if (!worker.take(std::move(job), sharer_of(request.peer)))
    (*shared_reply)(busy_problem("Too many answers of this kind are being made."));
}

// What a page says of itself, and so is not said of a whole list.
constexpr auto of_a_page =
    std::to_array<std::string_view>({"items", "next", "figures", "looked_at"});

// The pages of a list, one after the other: the handler's answers to one request.
class ListPages {
 public:
  ListPages(std::shared_ptr<const ReadHandler> handler, const Request& request,
            const PathParams& params, const ReadView& view, ApiContext& context)
      : handler_(std::move(handler)),
        request_(request),
        params_(params),
        view_(view),
        context_(context) {}

  // The answer that the next page is, with its JSON in `page` if it is one.
  Response read() {
    Response answer = (*handler_)(request_, params_, view_, context_);
    page = {};
    if (answer.status == 200) page = boost::json::parse(answer.body).as_object();
    const auto* next = page.if_contains("next");
    has_next = next != nullptr;
    if (next != nullptr) {
      std::erase_if(request_.query, [](const auto& field) { return field.first == "cursor"; });
      request_.query.emplace_back("cursor", std::string(next->as_string()));
    }
    return answer;
  }

  boost::json::object about() const {
    boost::json::object rest;
    for (const auto& [name, value] : page)
      if (std::ranges::find(of_a_page, std::string_view(name)) == of_a_page.end())
        rest[name] = value;
    return rest;
  }

  // Like JsonItems, from the page that was read last.
  bool take(boost::json::array& items) {
    if (taken_ && read().status != 200)
      throw std::runtime_error("a later page of a list was refused");
    taken_ = true;
    for (auto& item : page.at("items").as_array()) items.push_back(std::move(item));
    return has_next;
  }

  boost::json::object page;  // The last that was read.
  bool has_next = false;

 private:
  const std::shared_ptr<const ReadHandler> handler_;
  Request request_;
  const PathParams params_;
  const ReadView view_;
  ApiContext& context_;
  bool taken_ = false;
};

Response in_pieces(ApiContext& context, const ReadView& view, Response response, MakePiece make) {
  // Whoever has the file gets none of it, and so needs no place. Without a body it has no coding
  // either, and so the server sees the same tag.
  if (etag_matches(view.if_none_match, response.etag)) {
    response.body.clear();
    return response;
  }
  const auto sent = context.files.send(response, view.client, std::move(make));
  if (sent) return response;
  if (sent.error() == StreamWorker::Refusal::streams)
    return busy_problem("Too many files are being made.");
  return read_problem("rate_limited", "Your address has too many files under way.")
      .add("Retry-After", "30");
}

// How long one piece is worked at; what is not there may take as long to find as what is.
constexpr std::chrono::milliseconds piece_time{50};

// What is told to who has this file: whether there is one is seen by its first item.
std::optional<Response> known_file(const ReadHandler& handler, Request request,
                                   const PathParams& params, const ReadView& view,
                                   ApiContext& context) {
  if (!etag_matches(view.if_none_match, view_etag(view, "json"))) return std::nullopt;
  request.query.emplace_back("limit", "1");
  Response first = handler(request, params, view, context);
  if (first.status != 200 || first.etag != view_etag(view, "json")) return std::nullopt;
  first.body.clear();
  first.made_at.reset();
  return first;
}

// A list that fits a page is answered as one.
ReadHandler in_pages_or_whole(ReadHandler handler) {
  return [handler = std::make_shared<const ReadHandler>(std::move(handler))](
             const Request& request, const PathParams& params, const ReadView& view,
             ApiContext& context) {
    if (!wants_whole_json(request)) return (*handler)(request, params, view, context);
    if (auto known = known_file(*handler, request, params, view, context)) return std::move(*known);
    const auto pages = std::make_shared<ListPages>(handler, request, params, view, context);
    Response first = pages->read();
    if (first.status != 200) return first;
    const boost::json::object about = pages->about();
    if (pages->has_next)
      return whole_json(context, view, about,
                        [pages](boost::json::array& items) { return pages->take(items); });
    if (about.size() + 1 < pages->page.size()) {
      boost::json::object shown = about;
      shown["items"] = std::move(pages->page.at("items"));
      first.body = boost::json::serialize(shown);
    }
    return first;
  };
}

}  // namespace

void add_read(Router& router, const SharedContext& context, std::string_view pattern,
              ReadHandler handler, ReadOptions options) {
  if (options.list) {
    handler = in_pages_or_whole(std::move(handler));
    options.csv = true;
  }
  const auto shared_handler = std::make_shared<ReadHandler>(std::move(handler));
  router.get(pattern, [context, shared_handler, options](const Request& request, PathParams params,
                                                         Reply reply) {
    if (request.format_in_path && request.format == Format::csv && !options.csv)
      return reply(read_problem("not_acceptable", "This address answers in JSON only."));
    if (options.slow || options.scan)
      return answer_later(shared_handler, request, std::move(params), std::move(reply), *context,
                          options.scan ? context->scans : context->slow_reads);
    reply(answer(*shared_handler, request, params, *context));
  });
}

void tell_height(Response& response, const ReadView& view) {
  response.add("Centime-Height", std::to_string(view.height().value));
}

Response busy_problem(std::string detail) {
  return problem_of("busy", std::move(detail)).add("Retry-After", "1");
}

Response growing_json(const ReadView& view, const boost::json::value& value) {
  Response response = json_response(value);
  response.etag = view_etag(view, "json");
  response.made_at = view.height().value;
  return response;
}

Response immutable_json(const boost::json::value& value) {
  Response response = json_response(value);
  response.etag = content_etag(response.body);
  response.cache_control = cache_immutable;
  return response;
}

std::string view_etag(const ReadView& view, std::string_view form) {
  return strong_etag(fmt::format("{}-{}-h{}-{}", this_process(),
                                 short_hex(view.snapshot().head().network), view.height().value,
                                 form));
}

bool wants_csv(const Request& request) { return request.format == Format::csv; }

bool wants_whole_json(const Request& request) {
  return request.format_in_path && request.format == Format::json && !request.parameter("limit");
}

boost::json::object page_json(boost::json::array items, std::optional<std::string> next) {
  boost::json::object page{{"items", std::move(items)}};
  if (next) page["next"] = std::move(*next);
  return page;
}

Response file_in_pieces(ApiContext& context, const ReadView& view, std::string_view file_name,
                        std::string head, MakePiece make) {
  Response response = csv_file(file_name, std::move(head));
  response.etag = view_etag(view, "csv");
  return in_pieces(context, view, std::move(response), std::move(make));
}

Response json_in_pieces(ApiContext& context, const ReadView& view, std::string head,
                        MakePiece make) {
  Response response = text_response("application/json", std::move(head));
  response.etag = view_etag(view, "json");
  return in_pieces(context, view, std::move(response), std::move(make));
}

Response whole_csv(ApiContext& context, const ReadView& view, std::string_view file_name,
                   const std::vector<std::string>& columns, CsvRows rows) {
  CsvWriter head;
  for (const auto& column : columns) head.text(column);
  head.end_row();
  MakePiece make = [rows = std::move(rows), ended = false]() mutable -> std::optional<std::string> {
    if (ended) return std::nullopt;
    const auto until = std::chrono::steady_clock::now() + piece_time;
    CsvWriter csv;
    do {
      ended = !rows(csv);
    } while (!ended && csv.size() < piece_bytes && std::chrono::steady_clock::now() < until);
    return csv.take();
  };
  return file_in_pieces(context, view, file_name, head.take(), std::move(make));
}

Response whole_json(ApiContext& context, const ReadView& view, const boost::json::object& about,
                    JsonItems items) {
  std::string head = boost::json::serialize(about);
  head.pop_back();
  head += about.empty() ? "\"items\":[" : ",\"items\":[";
  MakePiece make = [items = std::move(items), begun = false,
                    ended = false]() mutable -> std::optional<std::string> {
    if (ended) return std::nullopt;
    const auto until = std::chrono::steady_clock::now() + piece_time;
    std::string piece;
    do {
      boost::json::array some;
      ended = !items(some);
      for (const boost::json::value& item : some) {
        if (begun) piece += ',';
        begun = true;
        piece += boost::json::serialize(item);
      }
    } while (!ended && piece.size() < piece_bytes && std::chrono::steady_clock::now() < until);
    if (ended) piece += "]}";
    return piece;
  };
  return json_in_pieces(context, view, std::move(head), std::move(make));
}

Response bad_cursor_problem() { return page_problem(PageError::bad_cursor); }

std::expected<Page, Response> parse_list_page(const Request& request, std::string_view list) {
  auto page = parse_page(request, list);
  if (!page) return std::unexpected(page_problem(page.error()));
  return std::move(*page);
}

std::string number_key(std::uint64_t number) { return fmt::format("{:020}", number); }

std::string EntryPage::cursor(ledger::EntryIndex next) const {
  return encode_cursor(list, std::to_string(next.value));
}

std::expected<EntryPage, Response> parse_entry_page(const Request& request, std::string list) {
  EntryPage page;
  const std::string_view order = request.parameter("order").value_or("newest_first");
  if (order != "newest_first" && order != "oldest_first") {
    return std::unexpected(read_problem("bad_parameter", "order is newest_first or oldest_first"));
  }
  page.query.order =
      order == "oldest_first" ? storage::Order::oldest_first : storage::Order::newest_first;
  page.list = std::move(list) + "?" + std::string(order);
  const auto parsed = parse_list_page(request, page.list);
  if (!parsed) return std::unexpected(parsed.error());
  page.query.limit = parsed->limit;
  if (!parsed->after.empty()) {
    const auto from = parse_number(parsed->after);
    if (!from) return std::unexpected(bad_cursor_problem());
    page.query.from = ledger::EntryIndex{*from};
  }
  return page;
}

std::expected<NamePage, Response> parse_name_page(const Request& request, std::string_view list) {
  auto parsed = parse_list_page(request, list);
  if (!parsed) return std::unexpected(std::move(parsed.error()));
  if (!parsed->after.empty() && !ledger::is_slug(parsed->after))
    return std::unexpected(bad_cursor_problem());
  return NamePage{std::move(parsed->after), parsed->limit};
}

Response record_problem(storage::PrefixError error, std::string_view id) {
  const std::string_view word = to_word(error);
  switch (error) {
    case storage::PrefixError::unknown:
      return read_problem(word, fmt::format("No record's id begins with '{}'.", id));
    case storage::PrefixError::ambiguous:
      return read_problem(
          word, fmt::format("More than one record's id begins with '{}': give more digits.", id));
    case storage::PrefixError::bad:
      break;
  }
  return read_problem(word, "An id is 16 to 64 lower-case hexadecimal digits.");
}

std::expected<ledger::EntryIndex, Response> find_path_record(const ReadView& view,
                                                             const std::string& id) {
  const auto entry = find_record(view.snapshot(), id);
  if (!entry) return std::unexpected(record_problem(entry.error(), id));
  return *entry;
}

std::expected<std::shared_ptr<const ledger::Fund>, Response> find_path_fund(const ReadView& view,
                                                                            const std::string& id) {
  if (!ledger::is_slug(id))
    return std::unexpected(read_problem("bad_id", "A fund's name is a slug such as 'well-2026'."));
  auto fund = view.snapshot().fund(ledger::FundId{id});
  if (!fund)
    return std::unexpected(read_problem("unknown_fund", "No fund is called '" + id + "'."));
  return fund;
}

std::expected<std::shared_ptr<const ledger::Member>, Response> find_path_member(
    const ReadView& view, const std::string& id) {
  if (!ledger::is_slug(id))
    return std::unexpected(
        read_problem("bad_id", "A member's name is a slug such as 'red-cross'."));
  auto member = view.snapshot().member(ledger::MemberId{id});
  if (!member)
    return std::unexpected(read_problem("unknown_member", "No member is called '" + id + "'."));
  return member;
}

}  // namespace centime::api
