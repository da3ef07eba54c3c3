// Where a donation's money is, and which donations a record's money came from.
//
// Each step, share and leaf is computed in node/proof, by the same code that a verifier runs on a
// bundle; this looks up what a page or an answer shows beside them. Pure reads of one snapshot.
#pragma once

#include <expected>
#include <vector>

#include "api/queries.h"
#include "node/proof/path.h"
#include "node/proof/summary.h"

namespace centime::api {

struct DonationTrace {
  proof::Path path;
  std::vector<proof::Leaf> leaves;  // `given` adds up to the gift.
  proof::Summary summary;
};

inline constexpr std::size_t shown_moves_max = 20'000;

// Requires an entry that is a donation. Fails on money in more than moves_max movements, and on
// more than statements_max statements about them.
std::expected<DonationTrace, ledger::TraceError> trace_donation(
    const storage::Snapshot& snapshot, ledger::EntryIndex donation,
    std::size_t moves_max = shown_moves_max,
    std::size_t statements_max = proof::path_statements_max);

// A donation that some units came from.
struct SourceView {
  ledger::EntryIndex donation;
  std::uint64_t given = 0;   // Units of the donation.
  std::uint64_t became = 0;  // Units of the record's money that they are.
};

struct SourcesView {
  Money money;  // What the record took from its account, or for a donation brought in.
  std::vector<SourceView> sources;  // Oldest donation first, each once; `became` adds up to money.
};

enum class SourcesError {
  wrong_record_kind,  // The record moves no money.
  too_fragmented,
};
constexpr auto enum_words(SourcesError) {
  return std::to_array<std::string_view>({"wrong_record_kind", "too_fragmented"});
}

// What the money that a record moved was made of. It never changes once the record is recorded.
std::expected<SourcesView, SourcesError> trace_sources(const storage::Snapshot& snapshot,
                                                       ledger::EntryIndex record,
                                                       std::size_t moves_max = 250'000);

}  // namespace centime::api
