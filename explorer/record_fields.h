// A record's fields, one row each, for the auditor's page: names and values as they were signed.
#pragma once

#include <string>
#include <vector>

#include "explorer/catalogue.h"
#include "node/ledger/records.h"

namespace centime::explorer {

struct FieldRow {
  std::string name;   // In the reader's language.
  std::string value;  // Amounts and days in the reader's language, everything else as signed.
  std::string path;   // Of the page about what the value names, or empty.
  bool code = false;  // A digest, an id or a key.
};

// In the order of the record. `currency` is that of amounts which name none themselves.
std::vector<FieldRow> record_fields(const Catalogue& words, const ledger::Record& record,
                                    const std::optional<ledger::Currency>& currency);

}  // namespace centime::explorer
