// Records in the reader's words, and the lists of records and funds that several pages show.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "api/queries.h"
#include "explorer/names.h"
#include "explorer/page.h"

namespace centime::explorer {

// "Partner NGO sent money to Field Crew": who did what, without the amount.
std::string record_sentence(const Catalogue& words, Names& names, const api::RecordView& record);

// Whether an entry of the log is a record.
bool is_record(const storage::Snapshot& snapshot, ledger::EntryIndex entry);
// The same of any entry of the log: "Block sealed".
std::string entry_sentence(const Catalogue& words, Names& names, const storage::Snapshot& snapshot,
                           ledger::EntryIndex index);

// The payee in a sentence, or the category if the record names nobody.
std::string payee_words(const Catalogue& words, const ledger::Expenditure& expenditure);

// "/d/…" of a donation, "/r/…" of any other record.
std::string record_path(const api::RecordView& record);

// On one page; what follows is a link away.
inline constexpr std::size_t listed_records = 25;

// Fills template record_list.html. `note` may say more of a record, beside its day.
using RecordNote = std::function<std::string(const api::RecordView&)>;
void fill_records(Page& page, Section list, Names& names,
                  const std::vector<api::RecordView>& records, const RecordNote& note = {});

// Fills template fund_list.html.
void fill_funds(Page& page, Section list, Names& names, const storage::Snapshot& snapshot,
                const std::vector<std::shared_ptr<const ledger::Fund>>& funds);

// That `count` more of a list are not shown, in the words of `key`.
void add_rest(Page& page, Section where, std::string_view key, std::uint64_t count);

// Shows section TOTALS with template totals.html, leaving out columns in which every number is
// zero. `path` is where the API has the table.
void fill_totals(Page& page, const std::string& path, const std::vector<api::FundTotals>& totals);
void fill_totals(Page& page, const std::string& path, const std::vector<api::MemberTotals>& totals);

// The position in a list of records that `?from=` (or another name) asks for; nothing for the
// newest.
std::optional<ledger::EntryIndex> asked_entry(const api::Request& request,
                                              std::string_view name = "from");

}  // namespace centime::explorer
