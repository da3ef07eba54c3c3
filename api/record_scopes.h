// Which scope lets a token have the node sign a record, by the record's kind.
//
// A token lies on a till's disk: whoever finds it must not be able to do with the member's name
// what the member's key can. So there are kinds that no token has signed.
#pragma once

#include <optional>
#include <vector>

#include "api/http_message.h"
#include "api/tokens.h"
#include "node/ledger/records.h"

namespace centime::api {

// Nothing for what is signed with the key file only: who is a member, by which key, and who votes
// (governance_records.h); and the closing of a fund, which a platform may do to anybody's and
// nobody can undo.
std::optional<Scope> scope_for(ledger::RecordKind kind);

// Whether the node signs anything for this token.
bool may_sign(const Token& token);

// `scope_missing` with each record that this token can't have signed, {index, kind, code, detail};
// nothing if it may have all of them signed.
std::optional<Response> refuse_unsigned(const std::vector<ledger::Record>& records,
                                        const Token& token);

}  // namespace centime::api
