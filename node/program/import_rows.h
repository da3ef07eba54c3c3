// Reads a CSV file of records, all of it, before anything is sent.
//
// Every good row becomes a record ready to be signed, kept as its canonical bytes; every bad one is
// listed. About 250 bytes a row are held.
#pragma once

#include <filesystem>
#include <map>
#include <vector>

#include "crypto/ed25519.h"
#include "node/program/donor_salts.h"
#include "node/program/node_client.h"
#include "node/program/row_cells.h"

namespace centime::program {

// Who can sign. A row without an author is the default's, if there is one.
struct ImportKeys {
  std::map<ledger::MemberId, crypto::SecretKey> keys;
  std::optional<ledger::MemberId> default_author;
};

// All *.key files of a directory. Of several of one member, as a rotation leaves them, the key that
// the node's ledger has now, or the first by the files' names if it has none of them; the node is
// asked only then. Fails as read_key_file, with missing_key if there is none, or as
// NodeClient::get_json.
Expected<ImportKeys> read_import_keys(const std::filesystem::path& directory, NodeClient& node);

struct ImportRow {
  std::uint64_t line = 0;
  const ledger::MemberId* author = nullptr;  // A key of ImportKeys.
  ledger::RecordId id;
  std::optional<ledger::Currency> currency;  // Of its amount.
  std::optional<ledger::RecordId> named;     // The record that it is about.
  bool new_salt = false;                     // Its donor's commitment was never made before.
  crypto::Bytes record;                      // Canonical.

  ledger::Record decoded() const;
};

struct ImportRows {
  std::vector<ImportRow> rows;  // Good ones, in the file's order.
  std::vector<RowFault> faults;
  std::size_t bad_rows = 0;  // A row may have several faults.
};

// `keys` must outlive the rows. Fails as a whole if the file can't be read (missing_file), is not
// CSV (bad_csv), has a wrong header, has donors and no salts for them (missing_option), or the node
// can't be asked.
Expected<ImportRows> read_import_rows(const std::filesystem::path& file, const ImportKeys& keys,
                                      NodeClient& node, DonorSalts& salts);

}  // namespace centime::program
