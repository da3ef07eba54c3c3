// What the files of resources share: the snapshot to answer from, and the usual ways to answer.
//
// A resource file adds its routes in one function add_<name>_routes(Router&, shared), declared
// here.
#pragma once

#include <atomic>
#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "api/api.h"
#include "api/csv_stream.h"
#include "api/event_hub.h"
#include "api/page_cursor.h"
#include "api/problem_words.h"
#include "api/router.h"
#include "api/stream_worker.h"
#include "api/tokens.h"
#include "api/typed_amount.h"
#include "api/worker.h"
#include "node/runtime/node.h"

namespace centime::api {

struct ApiContext {
  explicit ApiContext(const ApiOptions& options)
      : node(options.node),
        tokens(options.tokens_file, options.log),
        version(options.version),
        events(options.events.streams) {}

  runtime::Node& node;
  TokenFile tokens;
  std::string version;
  // A check of submissions waits or runs: a stranger's, and one by somebody with a token. Neither
  // can take the other's place.
  std::atomic<bool> open_check = false;
  std::atomic<bool> token_check = false;

  // Last, so that their jobs, which use the rest, end first.
  // Traces, proofs, searches (of at most leaf_tiles_max tiles): of some milliseconds.
  Worker slow_reads{64, 16};
  Worker scans{32, 8};  // For records of the whole ledger.
  Worker checks{2};     // Of submissions that are not to be recorded.
  // Large JSON that is to be recorded: anybody's, and what comes with a token.
  Worker submissions{64, 16};
  Worker records{64, 16};
  // What event streams tell next. Each has one job at most, so there is always room for it.
  Worker events;
  // Files that may hold the whole ledger. A client that takes its time keeps a place and a
  // snapshot, but no thread.
  StreamWorker files{64, 8};
};
using SharedContext = std::shared_ptr<ApiContext>;

// Rows of a file that are read from the ledger at once, and in memory.
inline constexpr std::size_t rows_at_once = 100;

// One request's view of the ledger. Copyable: keeps the snapshot for a stream.
struct ReadView {
  std::shared_ptr<const runtime::Published> published;
  std::string client = {};         // Whose request it is, as sharer_of gives it.
  std::string if_none_match = {};  // Tags of what that client has.

  const storage::Snapshot& snapshot() const { return *published->snapshot; }
  ledger::Height height() const { return snapshot().head().height; }
};

using ReadHandler =
    std::function<Response(const Request&, const PathParams&, const ReadView&, ApiContext&)>;

struct ReadOptions {
  bool csv = false;   // The route answers .csv too.
  bool list = false;  // The same, and what the handler gives as JSON are pages (page_json) of what
                      // .json gives as a whole.
  bool slow = false;  // Runs on the worker for slow reads; `busy` when too many wait.
  bool scan = false;  // The same on the worker for scans, so that neither waits for the other.
};

// A GET route that answers from the last finished block, with Centime-Height. A format that the
// route does not speak is answered with `not_acceptable`.
void add_read(Router& router, const SharedContext& context, std::string_view pattern,
              ReadHandler handler, ReadOptions options = {});

// Says in Centime-Height that the answer was made from this view.
void tell_height(Response& response, const ReadView& view);

// 503 with Retry-After.
Response busy_problem(std::string detail);

// JSON that may be kept but is asked about again: its tag names the block it was made at. Requires
// that it depends on nothing but this view and the request's target.
Response growing_json(const ReadView& view, const boost::json::value& value);
// JSON that can never change, with a tag of its own.
Response immutable_json(const boost::json::value& value);

// The tag of what `view` shows in this form.
std::string view_etag(const ReadView& view, std::string_view form);

bool wants_csv(const Request& request);

// Whether a list is asked for as one JSON file: with .json in its path and no limit of items.
bool wants_whole_json(const Request& request);

// {"items": […], "next": "<cursor>"}, without "next" at the end of the list.
boost::json::object page_json(boost::json::array items, std::optional<std::string> next);

// A CSV answer that begins with `head` and goes on with pieces that the worker for files makes.
// `busy` when too many are under way, `rate_limited` when too many of this client's are; neither
// for a client that has it (if_none_match), whose answer has no more than the head.
Response file_in_pieces(ApiContext& context, const ReadView& view, std::string_view file_name,
                        std::string head, MakePiece make);
// The same of JSON. `head` is no JSON by itself, nor is all but the last piece behind it: whoever
// has a part of it can tell.
Response json_in_pieces(ApiContext& context, const ReadView& view, std::string head,
                        MakePiece make);

// The same of rows that are read from the ledger, of which there may be millions.
Response whole_csv(ApiContext& context, const ReadView& view, std::string_view file_name,
                   const std::vector<std::string>& columns, CsvRows rows);

// Adds the next items (one or a few) and says whether there may be more. Called until it says false
// or throws, which cuts the connection.
using JsonItems = std::function<bool(boost::json::array&)>;

// {…, "items": […]}, the items made a few at a time. `about` is what else is said of the list, and
// comes first.
Response whole_json(ApiContext& context, const ReadView& view, const boost::json::object& about,
                    JsonItems items);

Response bad_cursor_problem();
// parse_page, or the problem.
std::expected<Page, Response> parse_list_page(const Request& request, std::string_view list);

// Entries of a list, from the query's cursor, limit and order.
struct EntryPage {
  storage::EntryQuery query;
  std::string list;  // With its order: what cursors of it are bound to.

  std::string cursor(ledger::EntryIndex next) const;
};
std::expected<EntryPage, Response> parse_entry_page(const Request& request, std::string list);

// A page of a list that is ordered by name: begin behind `after`.
struct NamePage {
  std::string after;  // Empty: from the beginning.
  std::uint32_t limit;
};
std::expected<NamePage, Response> parse_name_page(const Request& request, std::string_view list);

Response record_problem(storage::PrefixError error, std::string_view id);
// The member, fund or record of the path, or the problem.
std::expected<ledger::EntryIndex, Response> find_path_record(const ReadView& view,
                                                             const std::string& id);
std::expected<std::shared_ptr<const ledger::Fund>, Response> find_path_fund(const ReadView& view,
                                                                            const std::string& id);
std::expected<std::shared_ptr<const ledger::Member>, Response> find_path_member(
    const ReadView& view, const std::string& id);

void add_status_routes(Router& router, const SharedContext& context);
void add_governance_routes(Router& router, const SharedContext& context);
void add_consensus_routes(Router& router, const SharedContext& context);
void add_member_routes(Router& router, const SharedContext& context);
void add_fund_routes(Router& router, const SharedContext& context);
void add_totals_routes(Router& router, const SharedContext& context);
void add_account_routes(Router& router, const SharedContext& context);
void add_record_routes(Router& router, const SharedContext& context);
void add_records_routes(Router& router, const SharedContext& context);
void add_source_routes(Router& router, const SharedContext& context);
void add_donation_routes(Router& router, const SharedContext& context);
void add_block_routes(Router& router, const SharedContext& context);
void add_event_routes(Router& router, const SharedContext& context, const EventLimits& limits);
void add_search_routes(Router& router, const SharedContext& context);
void add_proof_routes(Router& router, const SharedContext& context);
void add_submission_routes(Router& router, const SharedContext& context);
void add_check_routes(Router& router, const SharedContext& context);
void add_tile_routes(Router& router, const SharedContext& context);
void add_document_routes(Router& router, const SharedContext& context);

}  // namespace centime::api
