#include "api/problem_words.h"

#include <algorithm>
#include <array>

#include "crypto/check.h"
#include "crypto/wire_types.h"

namespace centime::api {
namespace {

constexpr auto words = std::to_array<ProblemWord>({
    // The ledger's, in the order of ledger::Word.
    {"unknown_member", 422, 404, "No member has this name."},
    {"not_permitted", 422, 0, "This member may not state this."},
    {"unknown_fund", 422, 404, "No fund has this name."},
    {"fund_exists", 422, 0, "A fund has this name already."},
    {"fund_not_open", 422, 0, "The fund is proposed only, or closed."},
    {"unknown_channel", 422, 404, "No channel has this name."},
    {"channel_exists", 422, 0, "A channel has this name already."},
    {"insufficient_funds", 422, 0, "The account holds less than is asked for."},
    {"already_spent", 422, 0, "Of the named money, less is unspent than is asked for."},
    {"currency_mismatch", 422, 0, "The currencies of the two sides do not fit."},
    {"unknown_currency", 422, 0, "Not an ISO 4217 currency with a minor unit."},
    {"amount_out_of_range", 422, 0, "An amount or a total is not 1 to 2^53-1 minor units."},
    {"date_out_of_range", 422, 0, "The day is later than the ledger allows."},
    {"reference_reused", 422, 0, "The author's reference names another record already."},
    {"already_recorded", 422, 0, "The record stands in the ledger, or twice in the submission."},
    {"unknown_record", 422, 404, "No record has this id."},
    {"wrong_record_kind", 422, 422, "The record is of another kind than is needed here."},
    {"bad_signature", 422, 0, "The signature is not this key's over this submission."},
    {"bad_encoding", 400, 400, "The bytes or the JSON are not what the format asks for."},
    {"too_large", 413, 431, "The request or the submission is larger than allowed."},
    {"too_fragmented", 422, 422, "The money lies in more pieces than can be handled at once."},
    {"unknown_key", 422, 0, "The key is not one of the author's."},
    {"bad_key", 422, 0, "Not an admissible Ed25519 key."},
    {"key_exists", 422, 0, "A member has this key, or had it."},
    {"member_exists", 422, 0, "A member has this name already."},
    {"member_suspended", 422, 0, "The member is suspended."},
    {"agreement_missing", 422, 0, "An NGO is proposed without its signed agreement."},
    {"unknown_proposal", 422, 0, "The record is no open proposal."},
    {"already_approved", 422, 0, "The member has approved this proposal already."},
    {"too_many_proposals", 422, 0, "Too many proposals are open."},
    {"too_many_members", 422, 0, "The network has as many members as it may have."},
    {"bad_validators", 422, 0, "These can't be the next validators."},
    {"wrong_epoch", 422, 0, "A change of validators names another epoch."},
    {"too_many_statements", 422, 0, "The member has said enough about this."},
    {"too_many_reads", 422, 0, "The records ask for too many earlier ones to be read."},
    // The API's own.
    {"bad_request", 400, 417, "The request is not well-formed HTTP."},
    {"bad_id", 400, 400, "Not an id: 16 to 64 lower-case hexadecimal digits, or a slug."},
    {"bad_cursor", 400, 400, "The cursor is not one that this list gave."},
    {"bad_event_id", 400, 400, "The id is not that of an entry which this node has."},
    {"bad_limit", 400, 400, "The limit is not a number from 1 to 200."},
    {"bad_parameter", 400, 400, "A parameter of the query is missing or not understood."},
    {"token_required", 401, 0, "This needs a bearer token."},
    {"bad_token", 401, 0, "The token is unknown or was revoked."},
    {"scope_missing", 403, 0, "The token does not allow this."},
    {"not_found", 404, 404, "There is nothing at this address."},
    {"unknown_donation", 404, 404, "No donation has this id, on the donations' pages."},
    {"unknown_block", 404, 404, "There is no block of this height, on the blocks' pages."},
    {"method_not_allowed", 405, 405, "The address takes other methods only."},
    {"not_acceptable", 406, 406, "The address does not answer in this format."},
    {"timeout", 408, 504, "The request, or the answer to it, took too long."},
    {"ambiguous_id", 409, 409, "More than one record's id begins like this."},
    {"unsupported_media_type", 415, 0, "The body is of a kind that this address does not read."},
    {"rate_limited", 429, 429, "Too many requests, connections or files from one address."},
    {"internal_error", 500, 500, "The node failed at this; its log has the trace id."},
    {"busy", 503, 503, "Too much is waiting; try again shortly."},
    {"stopping", 503, 0,
     "The node is shutting down; what other validators have by now may yet be recorded."},
});

const ProblemWord& find_word(std::string_view word) {
  const auto found = std::ranges::find(words, word, &ProblemWord::word);
  crypto::check(found != words.end(), "a problem's word is in the table");
  return *found;
}

boost::json::array refusals_json(const std::vector<ledger::RecordRefusal>& refusals) {
  boost::json::array records;
  for (const ledger::RecordRefusal& refused : refusals) records.push_back(refusal_json(refused));
  return records;
}

}  // namespace

std::span<const ProblemWord> problem_words() { return words; }

Response problem_of(std::string_view word, std::string detail, boost::json::object more) {
  return problem(find_word(word).status, std::string(word), std::move(detail), std::move(more));
}

Response read_problem(std::string_view word, std::string detail) {
  const ProblemWord& known = find_word(word);
  crypto::check(known.read_status != 0, "a word that a read may answer");
  return problem(known.read_status, std::string(word), std::move(detail));
}

boost::json::object refusal_json(const ledger::RecordRefusal& refused) {
  return {{"index", refused.index},
          {"code", crypto::word_of(refused.refusal.word)},
          {"detail", refused.refusal.detail}};
}

Response rejection_problem(const ledger::Rejection& rejection) {
  boost::json::object more;
  if (!rejection.records.empty()) more["records"] = refusals_json(rejection.records);
  return problem_of(crypto::word_of(rejection.whole.word), rejection.whole.detail, std::move(more));
}

}  // namespace centime::api
