// GET /v1/events: server-sent events of what became final.
#include <fmt/format.h>

#include <algorithm>

#include "api/client_limits.h"
#include "api/event_hub.h"
#include "api/event_stream.h"
#include "api/queries.h"
#include "api/resource.h"

namespace centime::api {
namespace {

constexpr std::size_t filters_max = 32;
// How long a browser waits before it connects again.
constexpr std::string_view retry_event = "retry: 3000\n";

// One reader's stream: where it is, and how it goes on. Used by one thread at a time.
class EventFeed {
 public:
  EventFeed(runtime::Node& node, EventFilter filter, ledger::EntryIndex from,
            std::unique_ptr<EventHub::Place> place)
      : node_(node), filter_(std::move(filter)), next_(from), place_(std::move(place)) {}

  // Reads up to a hundred records, which may take milliseconds. Takes `next` once there is
  // something to tell, or nothing to read.
  void tell(NextChunk& next) {
    const auto published = node_.published();
    const auto& snapshot = *published->snapshot;
    auto batch = read_events(snapshot, filter_, next_);
    next_ = batch.next;
    if (!batch.text.empty()) return next(std::move(batch.text));
    place_->wait(snapshot.head().size, std::move(next));
  }

  std::string fault;  // Written before the last `next` is dropped, read after that.

 private:
  runtime::Node& node_;
  const EventFilter filter_;
  ledger::EntryIndex next_;
  std::unique_ptr<EventHub::Place> place_;
};

std::expected<EventFilter, Response> parse_filter(const Request& request, const ReadView& view) {
  EventFilter filter;
  for (const auto& [name, value] : request.query) {
    if (name != "fund" && name != "record") continue;
    if (filter.funds.size() + filter.records.size() == filters_max)
      return std::unexpected(read_problem("bad_parameter", "at most 32 funds and records"));
    if (name == "fund") {
      const auto fund = find_path_fund(view, value);
      if (!fund) return std::unexpected(fund.error());
      filter.funds.push_back((*fund)->proposal.fund);
    } else {
      const auto entry = find_path_record(view, value);
      if (!entry) return std::unexpected(entry.error());
      filter.records.push_back(describe_record(view.snapshot(), *entry).id);
    }
  }
  return filter;
}

// The entry behind the last one that the reader has; without one, behind the end of the log.
std::expected<ledger::EntryIndex, Response> parse_position(const Request& request,
                                                           const ReadView& view) {
  const std::uint64_t size = view.snapshot().head().size;
  // A browser that reconnects sends the header, and the address that it began with.
  auto text = request.header("last-event-id");
  if (!text || text->empty()) text = request.parameter("after");
  if (!text) return ledger::EntryIndex{size};
  const auto last = parse_number(*text);
  if (!last || *last >= size) {
    return std::unexpected(read_problem(
        "bad_event_id",
        fmt::format("An event's id is an entry's index, a whole number below {}, which is how many "
                    "this node has.",
                    size)));
  }
  return ledger::EntryIndex{*last + 1};
}

Response refused_response(EventHub::Refusal refusal) {
  if (refusal == EventHub::Refusal::streams)
    return problem_of("busy", "This node has all the event streams it can serve.")
        .add("Retry-After", "30");
  return read_problem("rate_limited", "Your address has too many event streams open.")
      .add("Retry-After", "30");
}

// Has the worker read the next batch: a reader may be behind by the whole log. Those of several
// clients take turns.
void tell_later(Worker& worker, const std::string& client, std::shared_ptr<EventFeed> feed,
                NextChunk next) {
  worker.take(
      [feed = std::move(feed), next = std::move(next)]() mutable {
        try {
          feed->tell(next);
        } catch (const std::exception& error) {
          // `next` is dropped with the job, which ends the stream.
          feed->fault = error.what();
        }
      },
      client);
}

Response open_stream(const Request& request, ApiContext& context, EventHub& hub) {
  const ReadView view{context.node.published(), sharer_of(request.peer)};
  if (request.format_in_path)
    return read_problem("not_acceptable", "This address answers with an event stream only.");
  auto filter = parse_filter(request, view);
  if (!filter) return filter.error();
  const auto from = parse_position(request, view);
  if (!from) return from.error();
  auto place = hub.enter(request.peer);
  if (!place) return refused_response(place.error());

  Response response;
  response.content_type = "text/event-stream";
  response.keep_alive = ":\n\n";
  // Or a proxy would keep events back until it has a buffer full.
  response.add("X-Accel-Buffering", "no");
  // Names the place with the answer's head, for a reader that is cut off before the first event.
  response.body = std::string(retry_event) + position_event({from->value - 1});
  const auto feed =
      std::make_shared<EventFeed>(context.node, *std::move(filter), *from, *std::move(place));
  response.live = [&worker = context.events, client = view.client, feed](NextChunk next) {
    tell_later(worker, client, feed, std::move(next));
  };
  response.live_fault = [feed] { return feed->fault; };
  return response;
}

}  // namespace

void add_event_routes(Router& router, const SharedContext& context, const EventLimits& limits) {
  const auto hub =
      std::make_shared<EventHub>(limits, context->node.published()->snapshot->head().size);
  context->node.on_block([weak = std::weak_ptr(hub)](const runtime::Published& published) {
    if (const auto listening = weak.lock()) listening->ring(published.snapshot->head().size);
  });
  router.get("/v1/events", [context, hub](const Request& request, const PathParams&, Reply reply) {
    reply(open_stream(request, *context, *hub));
  });
}

}  // namespace centime::api
