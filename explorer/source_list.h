// On a record's page: the donations that its money was made of, one by one or in groups.
#pragma once

#include "api/queries.h"
#include "explorer/names.h"
#include "explorer/page.h"

namespace centime::explorer {

// Fills the section SOURCES of record.html for a record that took money out of an account; nothing
// for others. The query's `group` and `sources`, where the page of the list begins, are followed.
void fill_sources(Page& page, Names& names, const api::Request& request,
                  const storage::Snapshot& snapshot, const api::RecordView& record);

}  // namespace centime::explorer
