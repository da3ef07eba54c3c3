#include "api/openapi_schemas.h"

#include <boost/json.hpp>
#include <initializer_list>
#include <string>

#include "api/hand_overs.h"
#include "api/problem_words.h"
#include "api/queries.h"
#include "api/record_totals.h"
#include "api/standing.h"
#include "crypto/schema.h"
#include "node/ledger/governance.h"
#include "node/ledger/submission.h"
#include "node/proof/path.h"
#include "node/runtime/replica_report.h"

namespace centime::api {
namespace {

using boost::json::array;
using boost::json::object;

struct Field {
  std::string_view name;
  object schema;
  bool required = true;
};

object ref(std::string_view name) {
  return {{"$ref", "#/components/schemas/" + std::string(name)}};
}
object list_of(object items) { return {{"type", "array"}, {"items", std::move(items)}}; }
object text() { return {{"type", "string"}}; }
object boolean() { return {{"type", "boolean"}}; }
object count() { return {{"type", "integer"}, {"minimum", 0}}; }
// A number where each reader has it exactly, else the text of its digits.
object exact_count() {
  return {{"oneOf",
           {{{"type", "integer"}, {"minimum", 0}, {"maximum", crypto::json_integer_max}},
            {{"type", "string"},
             {"pattern", "^[1-9][0-9]{15,19}$"},
             {"description", "Minor units above 2^53 - 1, of a sum"}}}}};
}
object boolean_that(std::string_view holds) {
  return {{"type", "boolean"}, {"description", holds}};
}
object hex() { return {{"type", "string"}, {"pattern", "^([0-9a-f]{2})*$"}}; }
object digest() { return {{"type", "string"}, {"pattern", "^[0-9a-f]{64}$"}}; }
object instant() { return {{"type", "string"}, {"format", "date-time"}}; }
object day() { return {{"type", "string"}, {"format", "date"}}; }
object constant(std::string_view word) { return {{"const", word}}; }

Field optional(std::string_view name, object schema) { return {name, std::move(schema), false}; }

object object_of(std::initializer_list<Field> fields) {
  object properties;
  array required;
  for (const Field& field : fields) {
    properties[field.name] = field.schema;
    if (field.required) required.emplace_back(field.name);
  }
  return {{"type", "object"},
          {"properties", std::move(properties)},
          {"required", std::move(required)},
          {"additionalProperties", false}};
}

template <class T>
object of_struct() {
  return crypto::json_schema<T>().as_object();
}

// A struct's own fields with more beside them.
template <class T>
object of_struct_with(std::initializer_list<Field> fields) {
  object schema = of_struct<T>();
  for (const Field& field : fields) {
    schema["properties"].as_object()[field.name] = field.schema;
    if (field.required) schema["required"].as_array().emplace_back(field.name);
  }
  return schema;
}

template <class Enum>
object word_of_enum() {
  array words;
  for (const auto word : enum_words(Enum{})) words.emplace_back(word);
  return {{"type", "string"}, {"enum", std::move(words)}};
}

object page_of(std::string_view item) {
  return object_of({{"items", list_of(ref(item))}, optional("next", text())});
}

void add_ledger_schemas(object& schemas) {
  schemas["Record"] = of_struct<ledger::Record>();
  schemas["Effects"] = of_struct<ledger::Effects>();
  schemas["Interval"] = of_struct<ledger::Interval>();
  schemas["EvidenceFile"] = of_struct<ledger::EvidenceFile>();
  schemas["Submission"] = of_struct<ledger::Submission>();
  schemas["Entry"] = of_struct<ledger::Entry>();
  schemas["Genesis"] = of_struct_with<ledger::Genesis>({{"network", digest()}});
  schemas["AccountKey"] = of_struct<ledger::AccountKey>();
  schemas["Money"] =
      object_of({{"amount", exact_count()}, {"currency", text()}, {"formatted", text()}});
}

void add_record_schemas(object& schemas) {
  const std::initializer_list<Field> shown{{"id", digest()},
                                           {"entry", count()},
                                           {"height", count()},
                                           {"time", instant()},
                                           {"author", text()},
                                           optional("fund", text()),
                                           optional("day", day()),
                                           optional("money", ref("Money")),
                                           optional("became", ref("Money")),
                                           optional("subject", digest()),
                                           {"record", ref("Record")},
                                           {"effects", ref("Effects")}};
  schemas["RecordView"] = object_of(shown);
  schemas["Event"] = object_of({{"id", digest()},
                                {"entry", count()},
                                {"height", count()},
                                {"time", instant()},
                                {"type", text()},
                                {"author", text()},
                                optional("fund", text()),
                                optional("day", day()),
                                optional("money", ref("Money")),
                                optional("subject", digest()),
                                optional("donation", digest())});
  object whole = object_of(shown);
  whole["properties"].as_object()["statements"] = list_of(ref("RecordView"));
  whole["properties"].as_object()["statement_count"] = count();
  whole["properties"].as_object()["hand_over"] = word_of_enum<proof::HandOver>();
  for (const auto* name : {"statements", "statement_count"})
    whole["required"].as_array().emplace_back(name);
  schemas["RecordWithStatements"] = std::move(whole);
  schemas["RecordPage"] = page_of("RecordView");
  schemas["FoundRecordPage"] = object_of({{"items", list_of(ref("RecordView"))},
                                          optional("next", text()),
                                          optional("looked_at", count())});
  schemas["RecordSum"] = object_of({{"type", word_of_enum<ledger::RecordKind>()},
                                    {"key", text()},
                                    {"money", ref("Money")},
                                    {"records", count()}});
  schemas["RecordTotals"] = object_of({{"items", list_of(ref("RecordSum"))},
                                       optional("next", text()),
                                       {"by", word_of_enum<TotalsBy>()},
                                       {"records", count()},
                                       optional("looked_at", count())});
  schemas["Source"] = object_of({{"donation", digest()},
                                 {"entry", count()},
                                 {"author", text()},
                                 {"reference", text()},
                                 {"fund", text()},
                                 {"day", day()},
                                 {"gift", ref("Money")},
                                 {"given", ref("Money")},
                                 {"became", ref("Money")}});
  schemas["SourceGroup"] = object_of(
      {{"key", text()}, {"donations", count()}, {"given", ref("Money")}, {"became", ref("Money")}});
  schemas["SourcesPage"] = object_of(
      {{"record", digest()},
       {"money", ref("Money")},
       {"donations", count()},
       {"items", object{{"anyOf", {list_of(ref("Source")), list_of(ref("SourceGroup"))}}}},
       optional("next", text())});
}

void add_fund_schemas(object& schemas) {
  const object money = ref("Money");
  schemas["FundTotals"] = object_of({{"currency", text()},
                                     {"donations", count()},
                                     {"donated", money},
                                     {"exchanged_in", money},
                                     {"spent", money},
                                     {"refunded", money},
                                     {"exchanged_out", money},
                                     {"held", money}});
  schemas["FundTotalsPage"] = page_of("FundTotals");
  schemas["MemberTotalsPage"] = page_of("MemberTotals");
  schemas["MemberTotals"] = object_of({{"currency", text()},
                                       {"collected", money},
                                       {"received", money},
                                       {"exchanged_in", money},
                                       {"sent", money},
                                       {"returned", money},
                                       {"spent", money},
                                       {"refunded", money},
                                       {"exchanged_out", money},
                                       {"held", money}});
  object fund = object_of({{"fund", text()},
                           {"title", text()},
                           {"purpose", text()},
                           {"status", word_of_enum<ledger::FundStatus>()},
                           {"ngo", text()},
                           {"agreement", digest()},
                           {"proposed_in", count()},
                           optional("goal", money)});
  schemas["FundName"] = fund;
  fund["properties"].as_object()["totals"] = list_of(ref("FundTotals"));
  fund["required"].as_array().emplace_back("totals");
  schemas["FundListed"] = fund;
  fund["properties"].as_object()["accounts"] = list_of(ref("Account"));
  fund["properties"].as_object()["account_count"] = count();
  fund["properties"].as_object()["proposal"] = digest();
  fund["properties"].as_object()["statements"] = list_of(ref("RecordView"));
  fund["properties"].as_object()["statement_count"] = count();
  for (const auto* name :
       {"accounts", "account_count", "proposal", "statements", "statement_count"})
    fund["required"].as_array().emplace_back(name);
  schemas["Fund"] = std::move(fund);
  schemas["FundPage"] = page_of("FundListed");
  schemas["Account"] =
      of_struct_with<ledger::Account>({{"balance", money}, {"received_money", money}});
  schemas["AccountPage"] = page_of("Account");
  schemas["Flow"] = object_of({{"type", word_of_enum<ledger::RecordKind>()},
                               {"from", text()},
                               {"to", text()},
                               {"money", money},
                               optional("became", money),
                               {"count", count()}});
  schemas["FlowPage"] = page_of("Flow");
  const object flow = schemas["Flow"].as_object();
  schemas["MemberFlow"] = flow;
  schemas["MemberFlow"].as_object()["properties"].as_object()["fund"] = text();
  schemas["MemberFlow"].as_object()["required"].as_array().emplace_back("fund");
  schemas["MemberFlowPage"] = page_of("MemberFlow");
  schemas["HandOver"] = object_of({{"id", digest()},
                                   {"entry", count()},
                                   {"from", text()},
                                   {"fund", text()},
                                   {"day", day()},
                                   {"time", instant()},
                                   {"money", money},
                                   {"state", word_of_enum<HandOverState>()},
                                   optional("waited_ms", count())});
  schemas["HandOverFigures"] = object_of({{"acknowledged", count()},
                                          {"waiting", count()},
                                          {"disputed", count()},
                                          {"returned", count()},
                                          optional("median_ms", count()),
                                          optional("longest_ms", count()),
                                          optional("waiting_since", instant())});
  schemas["HandOverPage"] = object_of({{"items", list_of(ref("HandOver"))},
                                       optional("next", text()),
                                       optional("figures", ref("HandOverFigures")),
                                       optional("looked_at", count())});
  const Field voting{"validator", boolean()};
  const Field status{"status", word_of_enum<ledger::MemberStatus>()};
  const Field joined{"joined_in", count()};
  const Field keys{"keys", list_of(of_struct<ledger::KeyUse>())};
  schemas["MemberName"] = of_struct_with<ledger::Member>({voting, status, joined, keys});
  schemas["Member"] = of_struct_with<ledger::Member>(
      {voting, status, joined, keys, {"totals", list_of(ref("MemberTotals"))}});
  schemas["MemberPage"] = page_of("MemberName");
  schemas["Channel"] = of_struct_with<ledger::ChannelRecord>({{"platform", text()}});
  schemas["ChannelPage"] = page_of("Channel");
}

void add_governance_schemas(object& schemas) {
  schemas["WantedApprovals"] = object_of({{"validators", count()},
                                          {"auditor", boolean()},
                                          {"added", list_of(text())},
                                          {"next_validators", count()}});
  schemas["Proposal"] = object_of({{"id", digest()},
                                   {"entry", count()},
                                   {"author", text()},
                                   {"opened_on", day()},
                                   {"void_after", day()},
                                   {"approvals", list_of(text())},
                                   {"wanted", ref("WantedApprovals")},
                                   {"record", of_struct<ledger::Record>()}});
  schemas["ProposalPage"] = page_of("Proposal");
  schemas["Epoch"] = of_struct_with<ledger::EpochRecord>(
      {{"hash", digest()}, {"after", count()}, {"first_height", count()}, optional("end", text())});
  schemas["EpochPage"] = page_of("Epoch");
}

void add_trace_schemas(object& schemas) {
  const object money = ref("Money");
  schemas["TracePart"] = object_of({{"kind", word_of_enum<proof::PartKind>()},
                                    optional("holder", text()),
                                    {"money", money},
                                    {"given", money}});
  schemas["TracePartPage"] = page_of("TracePart");
  schemas["TraceStage"] = object_of({{"stage", word_of_enum<proof::Stage>()},
                                     {"state", word_of_enum<proof::StageState>()},
                                     optional("first", day()),
                                     optional("last", day()),
                                     {"steps", list_of(count())}});
  schemas["TraceStatement"] = object_of(
      {{"id", digest()}, {"entry", count()}, {"author", text()}, {"record", ref("Record")}});
  schemas["TraceEvidence"] =
      object_of({{"entry", count()}, {"author", text()}, {"file", ref("EvidenceFile")}});
  schemas["TraceStep"] = object_of({{"kind", word_of_enum<proof::StepKind>()},
                                    {"id", digest()},
                                    {"entry", count()},
                                    {"author", text()},
                                    optional("to", text()),
                                    {"date", day()},
                                    {"money", money},
                                    {"given", money},
                                    {"record_money", money},
                                    optional("became", money),
                                    optional("hand_over", word_of_enum<proof::HandOver>()),
                                    optional("came_back", boolean_that("All of the gift's money in "
                                                                       "it was returned")),
                                    {"record", ref("Record")},
                                    {"statements", list_of(ref("TraceStatement"))},
                                    {"evidence", list_of(ref("TraceEvidence"))}});
  schemas["TraceLeaf"] = object_of({{"kind", word_of_enum<proof::LeafKind>()},
                                    {"piece", count()},
                                    {"account", ref("AccountKey")},
                                    {"units", ref("Interval")},
                                    {"money", money},
                                    {"given", money},
                                    {"id", digest()}});
  schemas["TracePiece"] = object_of({{"account", ref("AccountKey")},
                                     {"units", ref("Interval")},
                                     {"arrived_by", digest()},
                                     optional("arrived_through", count()),
                                     {"held", list_of(ref("Interval"))}});
  schemas["TraceMove"] = object_of({{"from", count()},
                                    optional("to", count()),
                                    {"units", ref("Interval")},
                                    {"id", digest()},
                                    {"entry", count()},
                                    {"type", word_of_enum<ledger::RecordKind>()}});
  schemas["Trace"] = object_of(
      {{"donation", ref("RecordView")},
       {"gift", money},
       {"fund_title", text()},
       {"sentence", text()},
       {"disputed", boolean_that("A hand-over is in dispute now: the receiver's last word on "
                                 "it is a dispute, no acknowledgement, and not all of its "
                                 "money came back")},
       {"exchanged", boolean()},
       {"parts", list_of(ref("TracePart"))},
       {"stages", list_of(ref("TraceStage"))},
       {"steps", list_of(ref("TraceStep"))},
       {"leaves", list_of(ref("TraceLeaf"))},
       {"pieces", list_of(ref("TracePiece"))},
       {"moves", list_of(ref("TraceMove"))}});
  const object leaf =
      object_of({{"index", count()}, {"bytes", text()}, {"proof", list_of(text())}});
  schemas["ProvenLeaf"] = leaf;
  schemas["TraceBundle"] = object_of({{"version", count()},
                                      {"network", digest()},
                                      {"donation", digest()},
                                      {"checkpoint", text()},
                                      {"genesis", ref("ProvenLeaf")},
                                      {"seal", ref("ProvenLeaf")},
                                      {"entries", list_of(ref("ProvenLeaf"))},
                                      {"accounts", list_of(ref("ProvenLeaf"))},
                                      optional("epochs", list_of(text()))});
}

void add_log_schemas(object& schemas) {
  schemas["Block"] = object_of({{"height", count()},
                                {"hash", digest()},
                                {"previous", digest()},
                                {"time", instant()},
                                {"epoch", count()},
                                {"proposer", text()},
                                {"first_entry", count()},
                                {"entry_count", count()},
                                {"seal_entry", count()},
                                {"log_root", digest()},
                                {"account_count", count()},
                                {"state_root", digest()},
                                {"certificate", hex()},
                                optional("signers", ref("BlockSigners"))});
  schemas["BlockSigners"] = object_of({{"needed", count()},
                                       {"voted", list_of(text())},
                                       {"others", list_of(text())},
                                       optional("through", count())});
  schemas["BlockPage"] = page_of("Block");
  schemas["EntryLine"] = object_of({{"index", count()},
                                    {"type", text()},
                                    optional("author", text()),
                                    optional("count", count()),
                                    optional("reference", text()),
                                    optional("id", digest())});
  schemas["EntryPage"] = page_of("EntryLine");
  schemas["Signer"] = object_of({{"member", text()}, {"voted", boolean()}});
  schemas["SignerPage"] = page_of("Signer");
  schemas["EntryView"] = object_of({{"index", count()},
                                    {"height", count()},
                                    {"leaf_hash", digest()},
                                    {"canonical", hex()},
                                    {"entry", ref("Entry")}});
  schemas["Status"] = object_of({{"status", word_of_enum<Standing>()},
                                 {"blocks_behind", count()},
                                 {"version", text()},
                                 {"origin", text()},
                                 {"network", digest()},
                                 {"member", text()},
                                 {"height", count()},
                                 {"time", instant()},
                                 {"entries", count()},
                                 {"accounts", count()},
                                 {"hash", digest()},
                                 {"log_root", digest()},
                                 {"state_root", digest()},
                                 {"members", count()},
                                 {"validators", count()},
                                 {"epoch", count()},
                                 {"totals", list_of(ref("FundTotals"))},
                                 {"since_start", ref("Counters")},
                                 optional("disk", ref("Disk"))});
  schemas["Disk"] = object_of({{"free_bytes", count()}, {"total_bytes", count()}});
  schemas["Consensus"] = object_of({{"member", text()},
                                    {"role", word_of_enum<runtime::ReplicaRole>()},
                                    {"epoch", count()},
                                    optional("view", count()),
                                    optional("in_view_ms", count()),
                                    optional("stuck_ms", count()),
                                    optional("votes_from_view", count()),
                                    optional("deadline_in_ms", {{"type", "integer"}}),
                                    {"leader", text()},
                                    {"height", count()},
                                    optional("certified_height", count()),
                                    {"quorum", count()},
                                    {"pending", count()},
                                    {"overdue", count()},
                                    {"views_nullified", count()},
                                    {"evidence", count()},
                                    optional("alarm", text()),
                                    optional("checkpoint", ref("CheckpointSigners")),
                                    {"validators", list_of(ref("ValidatorState"))},
                                    {"refused", {{"type", "object"}}},
                                    optional("links", ref("Links"))});
  const object words = {{"type", "object"}, {"additionalProperties", count()}};
  schemas["Links"] = object_of({{"accepted", count()},
                                {"handshakes", count()},
                                {"strangers", words},
                                {"peers", list_of(ref("LinkState"))}});
  schemas["LinkState"] = object_of({{"member", text()},
                                    {"connected", boolean()},
                                    optional("heard_ms_ago", count()),
                                    {"links", count()},
                                    {"frames_in", count()},
                                    {"frames_out", count()},
                                    {"bytes_in", count()},
                                    {"bytes_out", count()},
                                    {"dropped", count()},
                                    {"refused", count()},
                                    {"pauses", count()},
                                    {"ended", words}});
  schemas["CheckpointSigners"] =
      object_of({{"size", count()},
                 {"root", digest()},
                 {"needed", count()},
                 {"signed", list_of(object_of({{"member", text()}, {"at", instant()}}))}});
  schemas["EvidencePage"] = page_of("Evidence");
  schemas["Evidence"] = object_of({{"member", text()},
                                   {"sin", word_of_enum<consensus::Sin>()},
                                   {"epoch", count()},
                                   {"view", count()},
                                   {"kept_at", instant()},
                                   {"first", ref("SignedVote")},
                                   {"second", ref("SignedVote")},
                                   {"canonical", text()}});
  schemas["SignedVote"] = object_of({{"kind", word_of_enum<consensus::VoteKind>()},
                                     optional("parent_view", count()),
                                     optional("height", count()),
                                     optional("block", digest()),
                                     {"signature", text()}});
  schemas["ValidatorState"] = object_of({{"member", text()},
                                         {"connected", boolean()},
                                         optional("view", count()),
                                         optional("height", count()),
                                         optional("pending", count()),
                                         optional("clock_ahead_ms", {{"type", "integer"}}),
                                         {"notarized", boolean()},
                                         {"finalized", boolean()},
                                         {"nullified", boolean()}});
  schemas["Counters"] = object_of({{"submissions_accepted", count()},
                                   {"submissions_rejected", count()},
                                   {"submissions_repeated", count()},
                                   {"records", count()},
                                   {"blocks", count()},
                                   {"waiting", count()}});
  schemas["SearchResults"] = object_of({{"q", text()},
                                        {"records", list_of(ref("RecordView"))},
                                        {"funds", list_of(ref("FundName"))},
                                        {"members", list_of(ref("MemberName"))},
                                        {"channels", list_of(ref("Channel"))},
                                        {"blocks", list_of(ref("Block"))},
                                        {"entries", list_of(ref("EntryLine"))},
                                        {"complete", boolean()}});
  // What describes bytes describes them in terms of its own (docs/protocol.md).
  const object description{{"type", "object"}};
  schemas["WireSchemas"] = object_of({{"entry", description},
                                      {"submission", description},
                                      {"account", description},
                                      {"epoch_link", description}});
  schemas["OpenApi"] = object{{"type", "object"}, {"required", {"openapi", "paths"}}};
}

void add_write_schemas(object& schemas) {
  schemas["Records"] = {{"oneOf",
                         {ref("Record"), object_of({{"records",
                                                     {{"type", "array"},
                                                      {"minItems", 1},
                                                      {"maxItems", ledger::submission_records_max},
                                                      {"items", ref("Record")}}}})}}};
  schemas["Receipt"] = object_of({{"status", constant("final")},
                                  {"repeat", boolean()},
                                  {"height", count()},
                                  {"ids", list_of(digest())},
                                  {"entries", list_of(count())}});
  schemas["Accepted"] = object_of({{"status", constant("accepted")}, {"ids", list_of(digest())}});
  schemas["Refusal"] = object_of({{"index", count()},
                                  {"code", ref("Word")},
                                  {"detail", text()},
                                  optional("kind", word_of_enum<ledger::RecordKind>())});
  schemas["CheckedSubmission"] = object_of({{"index", count()},
                                            {"code", ref("Word")},
                                            {"detail", text()},
                                            {"records", list_of(ref("Refusal"))}});
  schemas["CheckResult"] = object_of({{"submissions_checked", count()},
                                      {"records_checked", count()},
                                      {"bad_records", count()},
                                      {"complete", boolean()},
                                      {"submissions", list_of(ref("CheckedSubmission"))}});
  array words;
  for (const ProblemWord& word : problem_words()) words.emplace_back(word.word);
  schemas["Word"] = {{"type", "string"}, {"enum", std::move(words)}};
  schemas["Problem"] = object_of({{"type", text()},
                                  {"title", text()},
                                  {"status", count()},
                                  {"detail", text()},
                                  {"code", ref("Word")},
                                  {"trace_id", text()},
                                  optional("records", list_of(ref("Refusal"))),
                                  optional("fault", word_of_enum<crypto::JsonFault>()),
                                  optional("path", text())});
}

}  // namespace

object openapi_schemas() {
  object schemas;
  add_ledger_schemas(schemas);
  add_record_schemas(schemas);
  add_fund_schemas(schemas);
  add_governance_schemas(schemas);
  add_trace_schemas(schemas);
  add_log_schemas(schemas);
  add_write_schemas(schemas);
  return schemas;
}

}  // namespace centime::api
