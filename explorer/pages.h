// One function per page: what a request is answered, from one finished state of the ledger and from
// where the node stands. Pure reads, on any thread. Whoever asks for a fund, member or record that
// is not there gets a problem, which the server makes a page of.
#pragma once

#include <boost/json/fwd.hpp>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/http_message.h"
#include "api/leaf_search.h"
#include "explorer/page.h"
#include "node/ledger/entries.h"
#include "node/runtime/node.h"

namespace centime::explorer {

api::Response home_page(const api::Request& request, const LedgerNow& now);
api::Response funds_page(const api::Request& request, const LedgerNow& now);
// Looks for a hash in at most so many tiles of the log.
api::Response search_page(const api::Request& request, const LedgerNow& now,
                          std::uint64_t tiles_max = api::leaf_tiles_max);
// Looks through many records: not for a thread of the server.
api::Response explore_page(const api::Request& request, const LedgerNow& now);
// The block of this height.
api::Response block_page(const api::Request& request, const LedgerNow& now,
                         std::string_view height);

// What the node tells of its network beside the ledger itself.
struct StatusSources {
  const ledger::Origin& origin;
  const ledger::MemberId& self;
  std::shared_ptr<const runtime::ReplicaReport> report;  // Never null.
  std::string checkpoint;     // The newest that a quorum signed, as a note.
  ledger::EpochRecord epoch;  // Whose validators signed it.
  // How long ago something came from each other member's node; who is not there was not heard yet.
  // Nothing on a node that has no links.
  std::optional<std::map<ledger::MemberId, std::chrono::milliseconds>> heard = {};
};
api::Response status_page(const api::Request& request, const LedgerNow& now,
                          const StatusSources& sources);
// What the members have proposed, and who voted when.
api::Response proposals_page(const api::Request& request, const LedgerNow& now);
// Where a proof is checked: for who has an id, or a file.
api::Response verify_page(const api::Request& request, const LedgerNow& now,
                          const ledger::Genesis& genesis);
// The OpenAPI document of this node (api/openapi.h), for people.
api::Response api_page(const api::Request& request, const boost::json::object& document);
// The schemas of what it sends and takes.
api::Response api_schemas_page(const api::Request& request, const boost::json::object& document);
api::Response rule_page(const api::Request& request);
// The words of docs/errors.md, each under its own anchor: where a problem's `type` leads.
api::Response errors_page(const api::Request& request);

// How much of the ledger a page may read: a little is some dozens of records, in about a
// millisecond; all may take a hundred times as long, so it is not for a thread of the server.
enum class Effort { little, all };
inline constexpr std::size_t little_records = 64;

// By id or a prefix of at least 16 digits. What is no donation is shown as the record it is.
// `policy_print` is the fingerprint of the signers' policy, for the receipt (policy_print.h).
// Nothing when a little is not enough.
std::optional<api::Response> donation_page(const api::Request& request, const LedgerNow& now,
                                           std::string_view id, const std::string& policy_print,
                                           Effort effort);
std::optional<api::Response> record_page(const api::Request& request, const LedgerNow& now,
                                         std::string_view id, Effort effort);
api::Response fund_page(const api::Request& request, const LedgerNow& now, std::string_view id);
// `evidence` is what this node keeps, of all members.
api::Response member_page(const api::Request& request, const LedgerNow& now, std::string_view id,
                          const runtime::EvidenceBook::List& evidence);

}  // namespace centime::explorer
