// The salts that open donors' commitments, kept in a CSV file that only its owner may read.
//
//   author,reference,record,commitment,salt
//
// A donation's salt is made once: when the same row is imported again it gets the same one, so that
// it is the same record. Rows are only ever added, and are on the disk before the record is sent;
// of one reference the last counts, its salt too: the others were of rows that were corrected and
// never recorded.
// Erasing a row makes the ledger's commitment say nothing about the donor, for ever.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "node/ledger/ids.h"
#include "node/ledger/receipt.h"
#include "node/program/files.h"

namespace centime::program {

class DonorSalts {
 public:
  // Makes none: for a file without donors.
  DonorSalts();

  // Makes new ones and keeps none: for a look at a file of which nothing is recorded.
  static DonorSalts thrown_away();

  // Reads the file, made if it does not exist, and holds it against other imports. One that was
  // made and got no row is removed again. A last row that lacks its line end alone gets it; a line
  // that was cut short is cut off. With `read_only` nothing is made or written. Fails with
  // insecure_file, file_in_use, bad_receipts, unreadable_file or unwritable_file.
  static Expected<DonorSalts> open(const std::filesystem::path& path, bool read_only);

  bool has_file() const { return !path_.empty(); }

  // Whether a donor's commitment can be made.
  bool usable() const { return usable_; }

  std::size_t made() const { return made_; }  // New ones, by salt_for().

  // The donation's salt: the one in the file, or a new one. Requires usable().
  ledger::DonorSalt salt_for(const ledger::MemberId& author, const ledger::Reference& reference);

  // What is to be written for a donation, if the file's last row of its reference is of another
  // record or there is none. Requires salt_for() before it.
  void note(const ledger::MemberId& author, const ledger::Reference& reference,
            const ledger::RecordId& record, const crypto::Digest& commitment);

  // Adds the noted rows to the file; durable when it returns. Only those of the records in
  // `wanted`. Returns how many.
  Expected<std::size_t> save(const std::vector<ledger::RecordId>& wanted);

 private:
  struct Row {
    ledger::RecordId record;
    std::string text;
  };

  // A file that was made here, as long as nothing stands in it.
  class Unwritten {
   public:
    explicit Unwritten(std::filesystem::path path) : path_(std::move(path)) {}
    ~Unwritten();
    Unwritten(const Unwritten&) = delete;
    Unwritten& operator=(const Unwritten&) = delete;
    void keep() { path_.clear(); }

   private:
    std::filesystem::path path_;
  };

  Expected<void> read(const std::string& content);

  // Whether a line without its end is a whole row under this header, and not the beginning of one.
  static bool is_row(const std::string& header_line, const std::string& line);

  std::filesystem::path path_;
  FileDescriptor file_{-1};
  std::unique_ptr<Unwritten> unwritten_;  // Behind file_, whose lock must outlive the removal.
  bool usable_ = false;
  std::size_t made_ = 0;
  std::unordered_map<std::string, ledger::DonorSalt> salts_;  // By "author/reference".
  std::unordered_map<std::string, std::string> noted_;        // The record's id of its last row.
  std::vector<Row> rows_;                                     // To be written.
};

}  // namespace centime::program
