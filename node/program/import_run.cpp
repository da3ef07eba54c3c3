#include "node/program/import_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "crypto/check.h"
#include "node/ledger/trial_submission.h"
#include "node/program/progress.h"
#include "node/program/record_finder.h"

namespace centime::program {
namespace {

constexpr std::string_view recorded_word = "already_recorded";
// Of a batch whose records name money or others so that all nodes would have much to read.
constexpr std::string_view too_many_reads = "too_many_reads";

std::unexpected<Failure> names_what_was_not_sent() {
  return fail("bad_answer", "the node says something of a record that was not sent to it");
}

}  // namespace

ImportRun::ImportRun(ImportRows rows, const ImportKeys& keys, const ledger::NetworkId& network,
                     NodeClient& node, ImportRunOptions options)
    : rows_(std::move(rows)),
      keys_(keys),
      network_(network),
      client_(node),
      options_(options),
      batch_(options.batch) {
  crypto::check(options_.batch >= 1 && options_.batch <= ledger::submission_records_max,
                "a batch that a submission can hold");
  pending_.reserve(rows_.rows.size());
  for (const ImportRow& row : rows_.rows) pending_.push_back(&row);
}

std::vector<ImportRun::Batch> ImportRun::batches() const {
  // The head's bytes, and the author in front of each record, count too.
  constexpr std::size_t head_bytes = 1024;
  constexpr std::size_t author_bytes = 64;
  std::vector<Batch> all;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < pending_.size(); ++i) {
    const std::size_t size = pending_[i]->record.size() + author_bytes;
    const bool begins = all.empty() || pending_[i]->author != pending_[i - 1]->author ||
                        i - all.back().first == batch_ ||
                        bytes + size > ledger::submission_bytes_max;
    if (begins) {
      all.push_back({i, i});
      bytes = head_bytes;
    }
    bytes += size;
    all.back().last = i + 1;
  }
  return all;
}

std::vector<const ImportRow*> ImportRun::rows_of(const Batch& batch) const {
  const auto at = [&](std::size_t i) { return pending_.begin() + static_cast<std::ptrdiff_t>(i); };
  return {at(batch.first), at(batch.last)};
}

ledger::Submission ImportRun::sign(const std::vector<const ImportRow*>& rows, Sign* sign) const {
  std::vector<ledger::Record> records;
  records.reserve(rows.size());
  for (const ImportRow* row : rows) records.push_back(row->decoded());
  const ledger::MemberId& author = *rows.front()->author;
  return sign(network_, author, keys_.keys.at(author), std::move(records));
}

Expected<void> ImportRun::check() {
  while (!pending_.empty()) {
    const std::vector<Batch> all = batches();
    CheckBody body;
    for (const Batch& batch : all) body.add(sign(rows_of(batch), ledger::sign_for_trial));
    const auto result = client_.check(body);
    if (!result) return std::unexpected(result.error());
    const bool too_many = std::ranges::any_of(
        result->bad, [](const BadRecord& each) { return each.word == too_many_reads; });
    if (too_many && batch_ > 1) {
      batch_ /= 2;
      continue;
    }
    const auto bad = take_out(all, *result);
    if (!bad) return std::unexpected(bad.error());
    unlisted_ = result->bad_count - std::min(result->bad_count, result->bad.size());
    if (*bad == 0 && unlisted_ > 0 && options_.skip_bad) continue;  // Only repeats were listed.
    if (*bad == 0 || !options_.skip_bad) break;
  }
  if (options_.skip_bad) unlisted_ = 0;
  return {};
}

Expected<std::size_t> ImportRun::take_out(const std::vector<Batch>& all,
                                          const CheckResult& result) {
  std::set<std::size_t> out;
  std::size_t bad = 0;
  for (const BadRecord& record : result.bad) {
    if (record.submission >= all.size()) return names_what_was_not_sent();
    const Batch& batch = all[record.submission];
    if (record.record.value_or(0) >= batch.last - batch.first) return names_what_was_not_sent();
    const std::size_t first = batch.first + record.record.value_or(0);
    const std::size_t last = record.record ? first + 1 : batch.last;
    for (std::size_t i = first; i < last; ++i) {
      if (!out.insert(i).second) continue;
      if (record.word == recorded_word) {
        ++repeats_;
      } else {
        add_fault(*pending_[i], record);
        ++bad;
      }
    }
  }
  std::vector<const ImportRow*> left;
  left.reserve(pending_.size() - out.size());
  for (std::size_t i = 0; i < pending_.size(); ++i) {
    if (!out.contains(i)) left.push_back(pending_[i]);
  }
  pending_ = std::move(left);
  return bad;
}

std::uint64_t ImportRun::first_line_named_as(const ImportRow& row) {
  const auto name_of = [](const ImportRow& each) {
    return each.author->value + "/" + each.decoded().reference.value;
  };
  if (first_lines_.empty()) {
    for (const ImportRow& each : rows_.rows) first_lines_.emplace(name_of(each), each.line);
  }
  return first_lines_.at(name_of(row));
}

// The ledger's sentence, or one that a row's writer can do more with.
std::string ImportRun::explained(const ImportRow& row, const BadRecord& bad) {
  const auto named = row.named ? refused_.find(*row.named) : refused_.end();
  // Ids of rows are nothing that stands in the file.
  const auto named_is_refused = [&] {
    const ImportRow& other = *named->second;
    return refused_itself(other.author->value + "/" + other.decoded().reference.value, other.line);
  };
  if (bad.word == "unknown_record" && named != refused_.end()) return named_is_refused();
  if (bad.word == "reference_reused" && first_line_named_as(row) < row.line) {
    return fmt::format("line {} is another record of the same reference; give each its own",
                       first_line_named_as(row));
  }
  // Of the same cells, since its record names the other's id.
  if (bad.word == "reference_reused" && named != refused_.end()) {
    return fmt::format("{}; it names another record than it did: {}", bad.detail,
                       named_is_refused());
  }
  if (bad.word == "reference_reused" && row.new_salt) {
    return bad.detail + "; if it is the same gift, give the receipts file of its first import";
  }
  return bad.detail;
}

void ImportRun::add_fault(const ImportRow& row, const BadRecord& bad) {
  rows_.faults.push_back(
      {row.line, row.decoded().reference.value, "", bad.word, explained(row, bad)});
  refused_.emplace(row.id, &row);
  ++rows_.bad_rows;
  ++ledger_bad_;
}

std::vector<RowFault> ImportRun::faults() const {
  // By line, and within a line in the order in which they were found.
  std::multimap<std::uint64_t, RowFault> by_line;
  for (const RowFault& fault : rows_.faults) by_line.emplace(fault.line, fault);
  std::vector<RowFault> faults;
  faults.reserve(by_line.size());
  for (auto& [line, fault] : by_line) faults.push_back(std::move(fault));
  return faults;
}

Expected<void> ImportRun::send() {
  Progress progress("recording rows");
  for (const Batch& batch : batches()) {
    progress.at(batch.first, pending_.size());
    if (auto sent = send_batch(rows_of(batch)); !sent) return sent;
  }
  return {};
}

Expected<void> ImportRun::send_batch(std::vector<const ImportRow*> rows) {
  auto result = client_.submit(sign(rows, ledger::sign_submission));
  if (!result && result.error().word == too_many_reads && rows.size() > 1) {
    const auto half = rows.begin() + static_cast<std::ptrdiff_t>(rows.size() / 2);
    if (auto sent = send_batch({rows.begin(), half}); !sent) return sent;
    return send_batch({half, rows.end()});
  }
  if (!result) {
    // A submission of which a part is recorded already is refused as a whole: send the other part.
    std::set<std::size_t> known;
    for (const BadRecord& bad : bad_records_of(result.error().more)) {
      if (bad.word != recorded_word || !bad.record) return std::unexpected(result.error());
      if (*bad.record >= rows.size()) return names_what_was_not_sent();
      known.insert(*bad.record);
    }
    if (known.empty()) return std::unexpected(result.error());
    std::vector<const ImportRow*> left;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (!known.contains(i)) left.push_back(rows[i]);
    }
    repeats_ += rows.size() - left.size();
    if (left.empty()) return {};
    rows = std::move(left);
    result = client_.submit(sign(rows, ledger::sign_submission));
    if (!result) return std::unexpected(result.error());
  }
  if (result->repeat) {
    repeats_ += rows.size();
    return {};
  }
  ++submissions_;
  height_ = std::max(height_, result->height);
  recorded_.insert(recorded_.end(), rows.begin(), rows.end());
  return {};
}

}  // namespace centime::program
