#include "api/record_scopes.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "api/bearer.h"
#include "crypto/wire_types.h"

namespace centime::api {
namespace {

bool has(const Token& token, Scope scope) {
  return std::ranges::find(token.scopes, scope) != token.scopes.end();
}

std::string why_not(std::string_view kind, std::optional<Scope> needed) {
  if (needed) {
    return fmt::format("A record of kind `{}` needs a token with the scope `{}`.", kind,
                       crypto::word_of(*needed));
  }
  return fmt::format(
      "No token has a record of kind `{}` signed; it is signed with the member's key file, by "
      "`centime submit`, `propose`, `approve` or `keys rotate`.",
      kind);
}

}  // namespace

// No default: a kind that is new does not compile until somebody has decided here.
std::optional<Scope> scope_for(ledger::RecordKind kind) {
  using enum ledger::RecordKind;
  switch (kind) {
    // What an office does day by day. A proposed fund waits for an auditor.
    case donation:
    case disbursement:
    case expenditure:
    case refund:
    case return_:
    case exchange:
    case acknowledgement:
    case evidence:
    case channel:
    case fund_proposal:
      return Scope::record;
    // What others rely on it for: its judgement.
    case dispute:
    case attestation:
    case fund_approval:
      return Scope::attest;
    case fund_closure:
    case member_proposal:
    case approval:
    case key_rotation:
    case member_suspension:
    case validator_change:
      return std::nullopt;
  }
  std::unreachable();
}

bool may_sign(const Token& token) { return has(token, Scope::record) || has(token, Scope::attest); }

std::optional<Response> refuse_unsigned(const std::vector<ledger::Record>& records,
                                        const Token& token) {
  boost::json::array refused;
  std::optional<Scope> needed;  // By the first of them.
  for (std::size_t i = 0; i < records.size(); ++i) {
    const auto scope = scope_for(records[i].kind());
    if (scope && has(token, *scope)) continue;
    if (refused.empty()) needed = scope;
    const std::string_view kind = crypto::word_of(records[i].kind());
    refused.push_back(boost::json::object{
        {"index", i}, {"kind", kind}, {"code", "scope_missing"}, {"detail", why_not(kind, scope)}});
  }
  if (refused.empty()) return std::nullopt;
  const boost::json::object& first = refused.front().get_object();
  std::string detail = fmt::format("records[{}]: {}", first.at("index").to_number<std::size_t>(),
                                   std::string_view(first.at("detail").get_string()));
  return scope_missing(needed, std::move(detail), {{"records", std::move(refused)}});
}

}  // namespace centime::api
