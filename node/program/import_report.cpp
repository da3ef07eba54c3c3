#include "node/program/import_report.h"

#include <fmt/format.h>

#include <map>
#include <tuple>

namespace centime::program {
namespace {

// Faults that a terminal is shown; JSON has all.
constexpr std::size_t faults_shown_max = 1000;

struct Sum {
  std::size_t count = 0;
  std::uint64_t amount = 0;
};

// By type, fund and currency; without the last two where a record has none of its own.
using Sums = std::map<std::tuple<std::string, std::string, std::string>, Sum>;

struct RecordParts {
  std::string fund;
  std::uint64_t amount = 0;
};

RecordParts parts_of(const ledger::Record& record) {
  return std::visit(
      [](const auto& body) {
        RecordParts parts;
        if constexpr (requires { body.fund; }) parts.fund = body.fund.value;
        if constexpr (requires { body.amount; }) parts.amount = body.amount.value;
        if constexpr (requires { body.from_amount; }) parts.amount = body.from_amount.value;
        return parts;
      },
      record.body);
}

Sums sums_of(const std::vector<const ImportRow*>& rows) {
  Sums sums;
  for (const ImportRow* row : rows) {
    const ledger::Record record = row->decoded();
    const RecordParts parts = parts_of(record);
    const bool money = parts.amount > 0 && row->currency;
    Sum& sum = sums[{std::string(crypto::word_of(record.kind())), parts.fund,
                     money ? row->currency->to_text() : std::string()}];
    ++sum.count;
    sum.amount += parts.amount;
  }
  return sums;
}

void add_sums(Report& report, const Sums& sums) {
  boost::json::array list;
  if (!sums.empty()) {
    report.text +=
        fmt::format("\n  {:<16} {:<24} {:>8} {:>24}\n", "type", "fund", "records", "amount");
  }
  for (const auto& [key, sum] : sums) {
    const auto& [type, fund, code] = key;
    const auto currency = ledger::Currency::from_text(code);
    const std::string amount =
        currency ? ledger::format_amount({sum.amount}, *currency) : std::string();
    report.text += fmt::format("  {:<16} {:<24} {:>8} {:>24}\n", type, fund, sum.count, amount);
    boost::json::object row{{"type", type}, {"records", sum.count}};
    if (!fund.empty()) row["fund"] = fund;
    if (currency) {
      row["amount"] = sum.amount;
      row["currency"] = code;
    }
    list.push_back(std::move(row));
  }
  report.json["sums"] = std::move(list);
}

void add_faults(Report& report, const ImportRun& run) {
  const std::vector<RowFault> faults = run.faults();
  boost::json::array list;
  for (const RowFault& fault : faults) {
    if (list.size() < faults_shown_max) {
      report.text +=
          fmt::format("line {}: {}{}{}: {}\n", fault.line,
                      fault.reference.empty() ? "" : fault.reference + ": ",
                      fault.column.empty() ? "" : fault.column + ": ", fault.word, fault.detail);
    }
    list.push_back({{"line", fault.line},
                    {"reference", fault.reference},
                    {"column", fault.column},
                    {"code", fault.word},
                    {"detail", fault.detail}});
  }
  if (faults.size() > faults_shown_max) {
    report.text +=
        fmt::format("... and {} more; --json lists all\n", faults.size() - faults_shown_max);
  }
  if (run.unlisted_bad_rows() > 0) {
    report.text +=
        fmt::format("... and {} more rows that the node did not list\n", run.unlisted_bad_rows());
  }
  if (!faults.empty()) report.text += '\n';
  report.json["bad"] = std::move(list);
  report.json["bad_rows"] = run.bad_rows() + run.unlisted_bad_rows();
}

std::string rows_text(std::size_t count) {
  return fmt::format("{} row{}", count, count == 1 ? "" : "s");
}

}  // namespace

Report describe_import(const ImportRun& run, ImportEnd end, bool dry_run) {
  Report report;
  report.json = {{"rows", run.rows()}, {"dry_run", dry_run}};
  add_faults(report, run);
  const std::size_t bad = run.bad_rows() + run.unlisted_bad_rows();
  const std::string of_all =
      fmt::format("{} of {} {} bad", bad, rows_text(run.rows()), bad == 1 ? "is" : "are");
  report.exit_code = bad == 0 ? exit_done : exit_failed;
  report.json["repeats"] = run.repeats();
  report.json["recorded"] = run.recorded().size();
  report.json["submissions"] = run.submissions();
  if (end == ImportEnd::refused) {
    report.text += fmt::format(
        "{}: nothing was recorded. Correct the file and run this again, or give --skip-bad to "
        "record the others.\n",
        of_all);
    return report;
  }
  if (bad > 0) report.text += fmt::format("{} and skipped.\n", of_all);
  const bool dry = end == ImportEnd::dry_run;
  const auto& good = dry ? run.pending() : run.recorded();
  report.text +=
      dry ? fmt::format("{} would be recorded; nothing was (--dry-run).\n", rows_text(good.size()))
          : fmt::format("{} recorded in {} submission{}.\n", rows_text(good.size()),
                        run.submissions(), run.submissions() == 1 ? "" : "s");
  if (run.repeats() > 0) {
    report.text += fmt::format("{} had been recorded before.\n", rows_text(run.repeats()));
  }
  if (dry) report.json["would_be_recorded"] = good.size();
  if (!dry && !good.empty()) report.json["height"] = run.height();
  add_sums(report, sums_of(good));
  return report;
}

}  // namespace centime::program
