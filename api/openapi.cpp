#include "api/openapi.h"

#include <boost/json.hpp>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "api/openapi_schemas.h"
#include "api/problem_words.h"
#include "api/record_filter.h"
#include "api/record_scopes.h"
#include "api/record_totals.h"
#include "crypto/check.h"
#include "node/proof/bundle.h"

namespace centime::api {
namespace {

using boost::json::array;
using boost::json::object;

struct Answer {
  unsigned status;
  std::string_view media;
  std::string_view schema;  // Of components/schemas; empty for text or bytes.
};

struct Operation {
  std::string_view method;
  std::string_view path;
  std::string_view summary;
  std::string_view query;  // Names of parameters in the query, with blanks between.
  std::vector<Answer> answers;
  std::string_view words;  // Of problems that only some operations answer.
};

constexpr std::string_view json_media = "application/json";
constexpr std::string_view csv_media = "text/csv";
constexpr std::string_view text_media = "text/plain";
constexpr std::string_view events_media = "text/event-stream";
constexpr std::string_view bytes_media = "application/octet-stream";

// Any operation may answer these.
constexpr std::string_view common_words =
    "bad_request bad_encoding too_large not_found method_not_allowed not_acceptable timeout "
    "rate_limited internal_error busy";

// What executing records may refuse with.
constexpr std::string_view ledger_words =
    "unknown_member not_permitted unknown_fund fund_exists fund_not_open unknown_channel "
    "channel_exists insufficient_funds already_spent currency_mismatch unknown_currency "
    "amount_out_of_range date_out_of_range reference_reused already_recorded unknown_record "
    "wrong_record_kind bad_signature bad_encoding too_large too_fragmented unknown_key "
    "bad_key key_exists member_exists member_suspended agreement_missing unknown_proposal "
    "already_approved too_many_proposals too_many_members bad_validators wrong_epoch "
    "too_many_statements too_many_reads "
    "bad_parameter unsupported_media_type busy stopping";

std::vector<Answer> json_answer(std::string_view schema) { return {{200, json_media, schema}}; }
std::vector<Answer> table_answer(std::string_view schema) {
  return {{200, json_media, schema}, {200, csv_media, ""}};
}

std::vector<Operation> read_operations() {
  return {
      {"get", "/v1/status", "What this node is, and how far its ledger has come", "",
       json_answer("Status"), ""},
      {"get", "/v1/totals", "What all funds together got, spent and hold, a row for each currency",
       "", table_answer("FundTotalsPage"), ""},
      {"get", "/v1/consensus",
       "Whether the validators agree, and whom this node waits for; as CSV, the validators", "",
       table_answer("Consensus"), ""},
      {"get", "/v1/evidence", "Proofs that validators cast contradictory votes", "cursor limit",
       table_answer("EvidencePage"), "bad_cursor bad_limit"},
      {"get", "/v1/members", "All members", "cursor limit", table_answer("MemberPage"),
       "bad_cursor bad_limit"},
      {"get", "/v1/members/{id}", "One member, and what passed through its hands", "",
       json_answer("Member"), "bad_id unknown_member"},
      {"get", "/v1/members/{id}/records", "Records that a member stated or takes part in",
       "cursor limit order", table_answer("RecordPage"),
       "bad_id unknown_member bad_cursor bad_limit bad_parameter"},
      {"get", "/v1/members/{id}/flows",
       "Whose money a member got and where it went, in all funds, added up", "cursor limit",
       table_answer("MemberFlowPage"), "bad_id unknown_member bad_cursor bad_limit"},
      {"get", "/v1/members/{id}/hand-overs",
       "What was handed over to a member, newest first, and how long each waited for its "
       "acknowledgement, from block to block. A page has those among 1,000 of the member's "
       "records, "
       "with the figures of these; where there are more, `next` leads on",
       "cursor", table_answer("HandOverPage"), "bad_id unknown_member bad_cursor bad_limit"},
      {"get", "/v1/members/{id}/totals",
       "What passed through a member's hands in all funds, a row for each currency", "",
       table_answer("MemberTotalsPage"), "bad_id unknown_member"},
      {"get", "/v1/proposals", "What the members have proposed and not decided yet", "cursor limit",
       table_answer("ProposalPage"), "bad_cursor bad_limit"},
      {"get", "/v1/epochs", "Who voted on blocks when, and the signed ends of past epochs",
       "cursor limit", table_answer("EpochPage"), "bad_cursor bad_limit"},
      {"get", "/v1/channels", "Named origins of donations", "cursor limit",
       table_answer("ChannelPage"), "bad_cursor bad_limit"},
      {"get", "/v1/funds", "All funds with their totals", "cursor limit", table_answer("FundPage"),
       "bad_cursor bad_limit"},
      {"get", "/v1/funds/{id}",
       "One fund, its totals, its first 100 accounts and the first 100 statements about it, with "
       "how "
       "many there are of both. The statements stand under its proposal",
       "", json_answer("Fund"), "bad_id unknown_fund"},
      {"get", "/v1/funds/{id}/totals", "What a fund got, spent and holds, a row for each currency",
       "", table_answer("FundTotalsPage"), "bad_id unknown_fund"},
      {"get", "/v1/funds/{id}/flows", "Whose money went where, added up", "cursor limit",
       table_answer("FlowPage"), "bad_id unknown_fund bad_cursor bad_limit"},
      {"get", "/v1/funds/{id}/accounts", "Who has held money of a fund, and what is unspent of it",
       "cursor limit", table_answer("AccountPage"), "bad_id unknown_fund bad_cursor bad_limit"},
      {"get", "/v1/funds/{id}/records", "Records of a fund", "cursor limit order",
       table_answer("RecordPage"), "bad_id unknown_fund bad_cursor bad_limit bad_parameter"},
      {"get", "/v1/funds/{id}/unacknowledged",
       "Disbursements of a fund that their receivers have not acknowledged, or disputed since",
       "cursor limit order", table_answer("RecordPage"),
       "bad_id unknown_fund bad_cursor bad_limit bad_parameter"},
      {"get", "/v1/funds/{id}/without-evidence",
       "Expenditures of a fund, fees and overhead aside, without any evidence",
       "cursor limit order", table_answer("RecordPage"),
       "bad_id unknown_fund bad_cursor bad_limit bad_parameter"},
      {"get", "/v1/accounts/{fund}/{holder}/{currency}", "One account and what is unspent in it",
       "", json_answer("Account"), "bad_id unknown_fund unknown_member"},
      {"get", "/v1/records",
       "Records of the whole ledger, newest first, through a filter. A page may have fewer items "
       "than its limit, even none, and a next: so many were looked at. With days the order is by "
       "day",
       "kind in_fund member currency category from to min max text cursor limit",
       table_answer("FoundRecordPage"),
       "bad_cursor bad_limit bad_parameter unknown_fund unknown_member"},
      {"get", "/v1/records/totals",
       "What those records moved, added up; where `next` is, of those looked at so far",
       "by kind in_fund member currency category from to min max text cursor",
       table_answer("RecordTotals"),
       "bad_cursor bad_limit bad_parameter unknown_fund unknown_member"},
      {"get", "/v1/records/{id}",
       "One record with the first 100 statements about it, and how many there are", "",
       json_answer("RecordWithStatements"), "bad_id unknown_record ambiguous_id"},
      {"get", "/v1/records/{id}/statements",
       "What others recorded about a record: acknowledgements, disputes, attestations, evidence, "
       "refunds, returns and approvals",
       "cursor limit order", table_answer("RecordPage"),
       "bad_id unknown_record ambiguous_id bad_cursor bad_limit bad_parameter"},
      {"get", "/v1/records/{id}/sources", "The donations that a record's money came from",
       "group cursor limit", table_answer("SourcesPage"),
       "bad_id unknown_record ambiguous_id wrong_record_kind too_fragmented bad_cursor bad_limit "
       "bad_parameter"},
      {"get",
       "/v1/records/{id}/proof",
       "A C2SP tlog-proof of the record",
       "",
       {{200, text_media, ""}},
       "bad_id unknown_record ambiguous_id"},
      {"get", "/v1/donations/{id}/trace", "Where a donation's money is, to the minor unit", "",
       table_answer("Trace"),
       "bad_id unknown_record ambiguous_id wrong_record_kind too_fragmented"},
      {"get", "/v1/donations/{id}/parts",
       "What a donation's money is now, in parts that add up to the gift", "",
       table_answer("TracePartPage"),
       "bad_id unknown_record ambiguous_id wrong_record_kind too_fragmented"},
      {"get",
       "/v1/donations/{id}/proof",
       "One file that proves the trace, to be checked offline",
       "",
       {{200, proof::bundle_media_type, "TraceBundle"}},
       "bad_id unknown_record ambiguous_id wrong_record_kind too_fragmented"},
      {"get", "/v1/blocks", "Blocks", "cursor limit order", table_answer("BlockPage"),
       "bad_cursor bad_limit bad_parameter"},
      {"get", "/v1/blocks/{height}", "One block", "", json_answer("Block"), "bad_id"},
      {"get", "/v1/blocks/{height}/entries", "The entries of a block", "cursor limit",
       table_answer("EntryPage"), "bad_id bad_cursor bad_limit"},
      {"get", "/v1/blocks/{height}/signers",
       "The validators of a block's epoch, and whose votes made it final", "",
       table_answer("SignerPage"), "bad_id"},
      {"get", "/v1/entries/{index}", "One entry of the log with its canonical bytes", "",
       json_answer("EntryView"), "bad_id"},
      {"get",
       "/v1/events",
       "What becomes final from now on: one event `record` per record, whose id is its entry index "
       "and whose data is an Event",
       "fund record after Last-Event-ID",
       {{200, events_media, "Event"}},
       "bad_event_id bad_parameter bad_id unknown_fund unknown_record ambiguous_id"},
      {"get", "/v1/search",
       "Finds ids and hashes or their beginnings, links to pages, names, references, numbers of "
       "blocks and entries, and a day's amounts; the day as 2026-11-22",
       "q", table_answer("SearchResults"), "bad_parameter"},
      {"get", "/v1/schema", "How canonical bytes are read", "", json_answer("WireSchemas"), ""},
      {"get", "/v1/genesis", "The network's first entry", "", json_answer("Genesis"), ""},
      {"get", "/v1/policy", "Whom to trust: a C2SP tlog-policy", "", {{200, text_media, ""}}, ""},
      {"get", "/v1/openapi.json", "This document", "", json_answer("OpenApi"), ""},
      {"get", "/checkpoint", "The signed head of the log", "", {{200, text_media, ""}}, ""},
      {"get",
       "/tile/{path}",
       "A tile or entry bundle, as C2SP tlog-tiles names it",
       "",
       {{200, bytes_media, ""}},
       ""},
  };
}

std::vector<Operation> write_operations() {
  const std::vector<Answer> receipts{
      {201, json_media, "Receipt"}, {200, json_media, "Receipt"}, {202, json_media, "Accepted"}};
  return {
      {"post", "/v1/submissions", "Records signed elsewhere", "wait", receipts, ledger_words},
      {"post", "/v1/submissions/check",
       "Which records would be refused; records nothing. At most 2 MiB, or with a token 256. Sign "
       "for checking (docs/protocol.md), so that nobody can have it recorded",
       "", json_answer("CheckResult"),
       "bad_token bad_encoding too_large unsupported_media_type busy"},
      {"post", "/v1/records",
       "Records for this node's member to sign, of the kinds that the token's scopes allow", "wait",
       receipts, ledger_words},
  };
}

std::vector<std::string> split_words(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    if (end > 0) words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

object schema_ref(std::string_view name) {
  return {{"$ref", "#/components/schemas/" + std::string(name)}};
}

object path_parameter(std::string_view name) {
  static const std::map<std::string_view, std::string_view> meanings{
      {"id", "A name, or for a record 16 to 64 digits of its id that only it has"},
      {"fund", "A fund's name"},
      {"holder", "A member's name"},
      {"currency", "An ISO 4217 code"},
      {"height", "A block's number, from 0"},
      {"index", "A log index, from 0"},
      {"path", "Such as 0/x001/234 or entries/067.p/5"}};
  return {{"name", name},
          {"in", "path"},
          {"required", true},
          {"description", meanings.at(name)},
          {"schema", {{"type", "string"}}}};
}

object query_parameter(std::string_view name, std::string_view meaning, object schema) {
  return {{"name", name},
          {"in", "query"},
          {"required", name == "q"},
          {"description", meaning},
          {"schema", std::move(schema)}};
}

template <class Enum>
object word_schema() {
  array words;
  for (const auto word : enum_words(Enum{})) words.emplace_back(word);
  return {{"type", "string"}, {"enum", std::move(words)}};
}

// Of a filter of records: what fits all of them is shown.
void add_filter_parameters(object& parameters) {
  const object text{{"type", "string"}}, day{{"type", "string"}, {"format", "date"}};
  const auto add = [&](std::string_view name, std::string_view meaning, object schema) {
    parameters[name] = query_parameter(name, meaning, std::move(schema));
  };
  add("kind", "Only records of this kind; may be repeated",
      {{"type", "array"}, {"items", word_schema<ledger::RecordKind>()}});
  parameters["in_fund"] = query_parameter("fund", "Only records of this fund", text);
  add("member", "Only records that this member states or takes part in, or that are about its own",
      text);
  add("currency", "Only records of money in this currency", text);
  add("category", "Only expenditures of this category", word_schema<ledger::Category>());
  add("from",
      "Only records of this day or later ones: the day that a record states, or else that "
      "of its block",
      day);
  add("to", "Only records of this day or earlier ones", day);
  add("min", "Only records of at least this much, in major units such as 50.00", text);
  add("max", "Only records of at most this much, in major units such as 50.00", text);
  add("text", "Only records that have this in one of their texts",
      {{"type", "string"}, {"maxLength", filter_text_max}});
  add("by", "What is added up together", word_schema<TotalsBy>());
}

object query_parameters() {
  const auto parameter = query_parameter;
  object parameters{
      {"cursor",
       parameter("cursor", "\"next\" of the page before; JSON without a limit goes on from it too",
                 {{"type", "string"}})},
      {"limit", parameter("limit",
                          "Items of a page of JSON; a CSV is whole, and so is a list with .json in "
                          "its path and no limit",
                          {{"type", "integer"}, {"minimum", 1}, {"maximum", 200}})},
      {"order", parameter("order", "Of the log",
                          {{"type", "string"},
                           {"enum", {"newest_first", "oldest_first"}},
                           {"default", "newest_first"}})},
      {"group", parameter("group", "Adds up donations that have this in common",
                          {{"type", "string"}, {"enum", {"fund", "day", "author", "channel"}}})},
      {"fund",
       {{"name", "fund"},
        {"in", "query"},
        {"required", false},
        {"description", "Only records of this fund; may be repeated"},
        {"schema", {{"type", "array"}, {"items", {{"type", "string"}}}}}}},
      {"record",
       {{"name", "record"},
        {"in", "query"},
        {"required", false},
        {"description",
         "Only statements about this record, its refunds and returns; may be repeated"},
        {"schema", {{"type", "array"}, {"items", {{"type", "string"}}}}}}},
      {"after", parameter("after", "As Last-Event-ID, for a first connection",
                          {{"type", "integer"}, {"minimum", 0}})},
      {"Last-Event-ID",
       {{"name", "Last-Event-ID"},
        {"in", "header"},
        {"required", false},
        {"description", "The last id seen: goes on right behind it. Without one: from now on"},
        {"schema", {{"type", "integer"}, {"minimum", 0}}}}},
      {"q", parameter("q", "What is looked for", {{"type", "string"}, {"maxLength", 200}})},
      {"wait", parameter("wait", "Until the records are final, or not at all",
                         {{"type", "string"}, {"enum", {"final", "none"}}, {"default", "final"}})}};
  add_filter_parameters(parameters);
  return parameters;
}

array parameters_of(const Operation& operation) {
  array parameters;
  std::string_view rest = operation.path;
  for (auto open = rest.find('{'); open != std::string_view::npos; open = rest.find('{')) {
    const auto close = rest.find('}');
    parameters.push_back(path_parameter(rest.substr(open + 1, close - open - 1)));
    rest.remove_prefix(close + 1);
  }
  for (const std::string& name : split_words(operation.query))
    parameters.push_back(object{{"$ref", "#/components/parameters/" + name}});
  return parameters;
}

// A request's head, its body and the answer to it each have a limit and a time, whatever the
// method.
std::set<unsigned> statuses_of(const ProblemWord& word, const Operation& operation) {
  if (word.word == "bad_request" || word.word == "too_large" || word.word == "timeout")
    return {word.status, word.read_status};
  if (operation.method == "post" || word.read_status == 0) return {word.status};
  return {word.read_status};
}

object problem_response(const std::vector<const ProblemWord*>& words) {
  std::string description;
  array codes;
  for (const ProblemWord* word : words) {
    if (!description.empty()) description += " ";
    description += "`" + std::string(word->word) + "`: " + std::string(word->meaning);
    codes.emplace_back(word->word);
  }
  return {{"description", description},
          {"content",
           {{"application/problem+json",
             {{"schema",
               {{"allOf",
                 {schema_ref("Problem"),
                  {{"properties", {{"code", {{"enum", std::move(codes)}}}}}}}}}}}}}}};
}

void add_problems(const Operation& operation, object& responses) {
  std::map<unsigned, std::vector<const ProblemWord*>> by_status;
  std::set<std::string> wanted;
  for (const auto text : {common_words, operation.words})
    for (std::string& word : split_words(text)) wanted.insert(std::move(word));
  for (const ProblemWord& word : problem_words()) {
    const bool guarded = operation.path == "/v1/records" && operation.method == "post";
    const bool token_word = word.status == 401 || word.status == 403;
    if (!wanted.contains(std::string(word.word)) && !(guarded && token_word)) continue;
    for (const unsigned status : statuses_of(word, operation)) by_status[status].push_back(&word);
  }
  for (const auto& [status, words] : by_status)
    responses[std::to_string(status)] = problem_response(words);
}

object responses_of(const Operation& operation) {
  object responses;
  for (const Answer& answer : operation.answers) {
    const auto status = std::to_string(answer.status);
    if (!responses.contains(status)) {
      responses[status] = {
          {"description", answer.status == 202 ? "Taken, and not yet final" : operation.summary},
          {"headers", {{"Centime-Height", {{"$ref", "#/components/headers/Centime-Height"}}}}},
          {"content", object{}}};
    }
    object& content = responses[status].as_object()["content"].as_object();
    content[answer.media] = object{
        {"schema", answer.schema.empty() ? object{{"type", "string"}} : schema_ref(answer.schema)}};
  }
  add_problems(operation, responses);
  return responses;
}

object request_body_of(const Operation& operation) {
  object content;
  if (operation.path != "/v1/submissions/check") {
    content[json_media] = {
        {"schema", schema_ref(operation.path == "/v1/records" ? "Records" : "Submission")}};
  }
  if (operation.path != "/v1/records") {
    content[bytes_media] = {{"schema", {{"type", "string"}, {"contentMediaType", bytes_media}}}};
  }
  return {{"required", true}, {"content", std::move(content)}};
}

std::string operation_id(const Operation& operation) {
  std::string id(operation.method);
  for (const char c : operation.path) {
    const bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (word) {
      id += c;
    } else if (id.back() != '_') {
      id += '_';
    }
  }
  if (id.back() == '_') id.pop_back();
  return id;
}

struct Tag {
  std::string_view name;
  std::string_view says;
  std::string_view roots;  // What its paths begin with, each with a blank behind.
};

// In the order in which a reader wants them.
constexpr auto tags = std::to_array<Tag>(
    {{"network", "This node and its network",
      "status totals consensus evidence members proposals epochs "},
     {"funds", "Funds and their money", "funds accounts channels "},
     {"records", "Records, and what is found among them", "records search events "},
     {"donations", "Donations, followed to the minor unit", "donations "},
     {"log", "The log and its proofs", "blocks entries checkpoint tile "},
     {"documents", "What a program needs to begin", "genesis policy schema openapi.json "},
     {"writing", "Recording", "submissions "}});

std::string_view tag_of(const Operation& operation) {
  if (operation.method == "post") return tags.back().name;
  auto root = operation.path.substr(operation.path.starts_with("/v1/") ? 4 : 1);
  root = root.substr(0, root.find('/'));
  for (const Tag& tag : tags)
    if (tag.roots.contains(std::string(root) + " ")) return tag.name;
  crypto::check(false, operation.path);
  return {};
}

array tag_objects() {
  array objects;
  for (const Tag& tag : tags)
    objects.push_back(object{{"name", tag.name}, {"description", tag.says}});
  return objects;
}

object operation_object(const Operation& operation) {
  object shown{{"operationId", operation_id(operation)},
               {"tags", array{tag_of(operation)}},
               {"summary", operation.summary},
               {"parameters", parameters_of(operation)},
               {"responses", responses_of(operation)}};
  if (operation.method == "post") shown["requestBody"] = request_body_of(operation);
  if (operation.method == "post" && operation.path == "/v1/records")
    shown["security"] = array{object{{"token", array{}}}};
  if (operation.path == "/v1/submissions/check")
    shown["security"] = array{object{}, object{{"token", array{}}}};
  return shown;
}

// Which scope of a token has records of which kinds signed.
std::string scopes_text() {
  std::map<std::optional<Scope>, std::string> kinds;
  constexpr auto words = enum_words(ledger::RecordKind{});
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string& list = kinds[scope_for(static_cast<ledger::RecordKind>(i))];
    list += (list.empty() ? "" : ", ") + std::string(words[i]);
  }
  return "Made by `centime token new`. Scope `record` has the node sign " + kinds[Scope::record] +
         "; scope `attest` " + kinds[Scope::attest] + "; no scope " + kinds[std::nullopt] +
         ", which need the member's key file. Scope `check` only has large bodies checked.";
}

}  // namespace

object openapi_document(std::string_view version) {
  object paths;
  for (const auto& operations : {read_operations(), write_operations()}) {
    for (const Operation& operation : operations) {
      if (!paths.contains(operation.path)) paths[operation.path] = object{};
      paths[operation.path].as_object()[operation.method] = operation_object(operation);
    }
  }
  return {
      {"openapi", "3.1.0"},
      {"info",
       {{"title", "Centime"},
        {"version", version},
        {"description",
         "A transparency ledger of donations. Amounts are whole minor units with a currency. "
         "Errors are RFC 9457 problems with a stable word in `code`. A list's page has `next`, to "
         "be given back as `cursor`. Addresses that answer text/csv do so for Accept and with "
         "`.csv` at the end of the path; a CSV is the whole list, from the cursor on if there is "
         "one. So is the JSON of a list with `.json` at the end of the path and no `limit`: it has "
         "no `next`, nor what a page says of itself. "
         "Of a file that could not be finished the connection is reset, and its JSON is not "
         "closed. "
         "Reads need no token."}}},
      {"servers", {{{"url", "/"}}}},
      {"tags", tag_objects()},
      {"paths", std::move(paths)},
      {"components",
       {{"schemas", openapi_schemas()},
        {"parameters", query_parameters()},
        {"headers",
         {{"Centime-Height",
           {{"description", "The block at which the answer was made"},
            {"schema", {{"type", "integer"}, {"minimum", 0}}}}}}},
        {"securitySchemes",
         {{"token", {{"type", "http"}, {"scheme", "bearer"}, {"description", scopes_text()}}}}}}}};
}

}  // namespace centime::api
