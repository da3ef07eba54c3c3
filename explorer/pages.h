// One function per page: what a request is answered, from one finished state of the ledger.
//
// Pure reads, on any thread. Whoever asks for a fund, member or record that is not there gets a
// problem, which the server makes a page of.
#pragma once

#include <string_view>

#include "api/http_message.h"
#include "node/runtime/evidence_book.h"
#include "node/storage/snapshot.h"

namespace centime::explorer {

api::Response home_page(const api::Request& request, const storage::Snapshot& snapshot);
api::Response funds_page(const api::Request& request, const storage::Snapshot& snapshot);
api::Response search_page(const api::Request& request, const storage::Snapshot& snapshot);
api::Response rule_page(const api::Request& request);
// The words of docs/errors.md, each under its own anchor: where a problem's `type` leads.
api::Response errors_page(const api::Request& request);

// `origin` is where the reader sees this node (origin.h), or empty.

// By id or a prefix of at least 16 digits. What is no donation is shown as the record it is.
api::Response donation_page(const api::Request& request, const storage::Snapshot& snapshot,
                            std::string_view id, const std::string& origin);
api::Response record_page(const api::Request& request, const storage::Snapshot& snapshot,
                          std::string_view id);
api::Response fund_page(const api::Request& request, const storage::Snapshot& snapshot,
                        std::string_view id, const std::string& origin);
// `evidence` is what this node keeps, of all members.
api::Response member_page(const api::Request& request, const storage::Snapshot& snapshot,
                          std::string_view id, const runtime::EvidenceBook::List& evidence);

}  // namespace centime::explorer
