// On a record's page: the donations that its money was made of, one by one or in groups.
#pragma once

#include "api/donation_trace.h"
#include "api/queries.h"
#include "explorer/names.h"
#include "explorer/page.h"

namespace centime::explorer {

// More than anyone reads; the API follows money further than this.
inline constexpr std::size_t followed_sources = 10'000;

using FoundSources = std::expected<api::SourcesView, api::SourcesError>;

// Fills the section SOURCES of record.html, for a record that took money out of an account. The
// query's `group` and `sources`, where the page of the list begins, are followed.
void fill_sources(Page& page, Names& names, const api::Request& request,
                  const storage::Snapshot& snapshot, const api::RecordView& record,
                  const FoundSources& sources);

}  // namespace centime::explorer
