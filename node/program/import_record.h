// Makes the record that one row of the CSV layout describes.
#pragma once

#include "node/program/donor_salts.h"
#include "node/program/record_finder.h"
#include "node/program/row_cells.h"

namespace centime::program {

struct RowContext {
  const ledger::MemberId& author;
  RecordFinder& records;
  DonorSalts& salts;
};

struct RowRecord {
  ledger::Record record;
  std::optional<ledger::Currency> currency;  // Of its amount, if it has one.
  std::optional<ledger::RecordId> named;     // The record that it is about, if it names one.
  bool new_salt = false;                     // The receipts have none for its donor.
};

// What the row's type is, of those that a file may have. Nothing, and a fault, if it is none.
std::optional<ledger::RecordKind> kind_of(RowCells& cells);

// What is wrong is added to the cells' faults, and then the record means nothing. Fails only where
// no row can be read any more: the node can't be asked about a record that the row names, or it has
// a donor and the salts are not usable (missing_option).
Expected<RowRecord> record_of(ledger::RecordKind kind, RowCells& cells, const RowContext& context);

}  // namespace centime::program
