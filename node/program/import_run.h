// One import, from rows that were read to records that are final: check everything, then send.
//
// Consecutive rows of one author become one submission. The node checks all of them before any is
// recorded, so a file with a bad row changes nothing; what it checks is signed so that nobody can
// have it recorded. What is recorded already is left out, so an import that was cut short is simply
// run again.
#pragma once

#include <functional>
#include <map>

#include "node/program/import_rows.h"
#include "node/program/submission_client.h"

namespace centime::program {

struct ImportRunOptions {
  std::size_t batch = 1000;  // Records in a submission, at most submission_records_max.
  bool skip_bad = false;
};

class ImportRun {
 public:
  // All must outlive the run.
  ImportRun(ImportRows rows, const ImportKeys& keys, const ledger::NetworkId& network,
            NodeClient& node, ImportRunOptions options);

  // Finds the rows that the ledger would refuse, and those that it has. With skip_bad, checks again
  // without the bad ones until none is left.
  Expected<void> check();

  // Sends what is pending. Requires a check that left no bad row among it. On failure, recorded()
  // says how far it came.
  Expected<void> send();

  std::size_t rows() const { return rows_.rows.size() + rows_.bad_rows - ledger_bad_; }
  std::size_t bad_rows() const { return rows_.bad_rows; }
  std::size_t unlisted_bad_rows() const { return unlisted_; }  // Bad, but not among faults().
  std::vector<RowFault> faults() const;                        // By line.
  std::size_t repeats() const { return repeats_; }             // Recorded before.
  const std::vector<const ImportRow*>& pending() const { return pending_; }
  const std::vector<const ImportRow*>& recorded() const { return recorded_; }
  std::size_t submissions() const { return submissions_; }  // That were sent and recorded.
  std::uint64_t height() const { return height_; }          // Of the newest block with a record.

 private:
  struct Batch {
    std::size_t first = 0;  // Into pending_; [first, last).
    std::size_t last = 0;
  };

  using Sign = decltype(ledger::sign_submission);  // Or sign_for_trial.

  std::vector<Batch> batches() const;
  ledger::Submission sign(const std::vector<const ImportRow*>& rows, Sign* sign) const;
  std::vector<const ImportRow*> rows_of(const Batch& batch) const;
  // Takes the bad rows and the repeats out of pending_; says how many were bad. Fails with
  // bad_answer if a row is named that is none.
  Expected<std::size_t> take_out(const std::vector<Batch>& batches, const CheckResult& result);
  void add_fault(const ImportRow& row, const BadRecord& bad);
  std::string explained(const ImportRow& row, const BadRecord& bad);
  // The first line with this row's author and reference.
  std::uint64_t first_line_named_as(const ImportRow& row);
  Expected<void> send_batch(std::vector<const ImportRow*> rows);

  ImportRows rows_;
  const ImportKeys& keys_;
  const ledger::NetworkId& network_;
  SubmissionClient client_;
  ImportRunOptions options_;
  std::size_t batch_;  // Records in one submission, at most.

  std::vector<const ImportRow*> pending_;
  std::vector<const ImportRow*> recorded_;
  std::map<ledger::RecordId, const ImportRow*> refused_;  // By the ledger.
  std::map<std::string, std::uint64_t> first_lines_;  // By author/reference, once one is asked for.
  std::size_t repeats_ = 0;
  std::size_t ledger_bad_ = 0;  // Of bad_rows, those that the ledger refused.
  std::size_t unlisted_ = 0;
  std::size_t submissions_ = 0;
  std::uint64_t height_ = 0;
};

}  // namespace centime::program
