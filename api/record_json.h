// Records, blocks and traces as the API shows them, and the columns of a record in CSV.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "api/csv_stream.h"
#include "api/donation_trace.h"
#include "api/queries.h"

namespace centime::api {

// Whom a record of the members' own affairs is about, with blanks between: who is proposed,
// suspended or has a new key, or who is to vote. Empty of others.
std::string members_in(const ledger::Record& record);

// {"id", "entry", "height", "time", "author", "fund"?, "day"?, "money"?, "became"?, "subject"?,
//  "record": {…}, "effects": {…}}: `record` is what was signed, the rest is derived from the log.
boost::json::object record_json(const RecordView& record);
boost::json::array records_json(const std::vector<RecordView>& records);

boost::json::object block_json(const BlockView& block);
// One entry in a line: what it is and whose. Requires the bytes of an entry of the log.
boost::json::object entry_line(ledger::EntryIndex index, crypto::BytesView bytes);
boost::json::object account_key_json(const ledger::AccountKey& key);
boost::json::object trace_json(const RecordView& donation, const DonationTrace& trace);
boost::json::array trace_parts_json(const proof::Summary& summary);

const std::vector<std::string>& record_columns();
void write_record_row(CsvWriter& csv, const RecordView& record);

}  // namespace centime::api
