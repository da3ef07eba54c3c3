// bench_trace DIRECTORY RECORDS...: cost of tracing one donation, at several sizes of one store.
// bench_trace DIRECTORY --again DONATIONS: the same on the store that an earlier run left.
//
// Nine tenths of the records are donations; what they bring in is disbursed and spent as they come,
// 100 donations a disbursement and 25 a bill, so every trace crosses both accounts.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstdlib>
#include <random>

#include "api/donation_trace.h"
#include "api/record_json.h"
#include "node/ledger/trace.h"
#include "tests/bench/bench_network.h"
#include "tests/support/forwarding_view.h"

using namespace centime;

namespace {

// Counts what a trace asks the store for: look-ups, and rows of range scans.
class CountingView final : public test::ForwardingView {
 public:
  using ForwardingView::ForwardingView;

  std::vector<ledger::Inflow> inflows(ledger::AccountIndex account, const ledger::Interval& within,
                                      std::size_t max) const override {
    return count(ForwardingView::inflows(account, within, max));
  }
  std::vector<ledger::Outflow> outflows(ledger::AccountIndex account,
                                        const ledger::Interval& within,
                                        std::size_t max) const override {
    return count(ForwardingView::outflows(account, within, max));
  }
  ledger::RecordEntry record(ledger::EntryIndex entry) const override {
    ++rows_;
    return ForwardingView::record(entry);
  }
  std::shared_ptr<const ledger::Account> account(ledger::AccountIndex index) const override {
    ++rows_;
    return ForwardingView::account(index);
  }

  std::uint64_t rows() const { return rows_; }

 private:
  template <class Row>
  std::vector<Row> count(std::vector<Row> rows) const {
    rows_ += 1 + rows.size();
    return rows;
  }

  mutable std::uint64_t rows_ = 0;
};

struct Figures {
  double median_us;
  double p99_us;
  double rows;  // Read for one trace, on average.
};

double rows_of(const storage::Snapshot& snapshot, std::uint64_t donations) {
  constexpr int traces = 500;
  const CountingView view(snapshot);
  std::mt19937_64 random(7);
  for (int i = 0; i < traces; ++i) {
    const ledger::Reference reference = bench::donation(random() % donations).reference;
    const auto entry = view.find_reference({"platform"}, reference);
    const auto fill = *view.record(*entry).effects.fill;
    (void)ledger::trace_forward(view, fill.account, fill.units, *entry);
  }
  return static_cast<double>(view.rows()) / traces;
}

double trace_us(const storage::Snapshot& snapshot, std::uint64_t number) {
  const ledger::Reference reference = bench::donation(number).reference;
  const auto start = bench::Clock::now();
  const auto entry = snapshot.find_reference({"platform"}, reference);
  const auto record = snapshot.record(*entry);
  const auto trace = ledger::trace_forward(snapshot, record.effects.fill->account,
                                           record.effects.fill->units, *entry);
  const double us = 1e6 * bench::seconds_since(start);
  crypto::check(trace.has_value() && !trace->pieces.empty(), "a trace");
  return us;
}

// Random donations, each traced so many times in a row.
Figures measure(const storage::Snapshot& snapshot, std::uint64_t donations, int number,
                int in_a_row) {
  std::mt19937_64 random(7);
  std::vector<double> costs;
  for (int i = 0; i < number; ++i) {
    const std::uint64_t donation = random() % donations;
    for (int again = 0; again < in_a_row; ++again) costs.push_back(trace_us(snapshot, donation));
  }
  std::ranges::sort(costs);
  return {costs[costs.size() / 2], costs[costs.size() * 99 / 100], rows_of(snapshot, donations)};
}

// As other work between two traces does: takes the processor's own caches, and its list of where
// pages lie, for 16 MiB that no trace reads.
void do_other_work(std::vector<std::uint64_t>& other) {
  for (std::size_t i = 0; i < other.size(); i += 8) ++other[i];
}

// Random donations, each after other work.
double after_work_us(const storage::Snapshot& snapshot, std::uint64_t donations) {
  std::mt19937_64 random(7);
  std::vector<double> costs;
  // Gone when the node's memory is looked at.
  std::vector<std::uint64_t> other(std::size_t{2} << 20);
  for (int i = 0; i < 1'000; ++i) {
    do_other_work(other);
    costs.push_back(trace_us(snapshot, random() % donations));
  }
  std::ranges::sort(costs);
  return costs[costs.size() / 2];
}

// Of random donations, as `centime run` answers who asks for a trace: the record is found by its
// id, the money followed, and every record on its way told in words and figures, as JSON.
double answered_us(const storage::Snapshot& snapshot, std::uint64_t donations) {
  std::mt19937_64 random(7);
  std::vector<std::string> ids;
  for (int i = 0; i < 5'000; ++i) {
    const ledger::Reference reference = bench::donation(random() % donations).reference;
    const auto entry = snapshot.find_reference({"platform"}, reference);
    ids.push_back(ledger::record_id(crypto::encode(snapshot.record(*entry).authored)).hex());
  }
  std::vector<double> costs;
  for (const std::string& id : ids) {
    const auto start = bench::Clock::now();
    const auto entry = api::find_record(snapshot, id);
    const auto trace = api::trace_donation(snapshot, *entry);
    const auto text =
        boost::json::serialize(api::trace_json(api::describe_record(snapshot, *entry), *trace));
    costs.push_back(1e6 * bench::seconds_since(start));
    crypto::check(!text.empty(), "an answer");
  }
  std::ranges::sort(costs);
  return costs[costs.size() / 2];
}

void report(const runtime::Node& node, std::uint64_t donations, double resident_mib) {
  const auto published = node.published();
  const Figures cold = measure(*published->snapshot, donations, 5'000, 1);
  const Figures warm = measure(*published->snapshot, donations, 5'000, 1);
  const Figures again = measure(*published->snapshot, donations, 250, 20);
  const double after_work = after_work_us(*published->snapshot, donations);
  const double answered = answered_us(*published->snapshot, donations);
  fmt::print(
      "{{\"records\": {}, \"median_us\": {:.1f}, \"p99_us\": {:.1f}, \"rows\": {:.1f}, "
      "\"again_median_us\": {:.1f}, \"after_work_us\": {:.1f}, \"answered_us\": {:.1f}, "
      "\"cold_median_us\": {:.1f}, "
      "\"cold_p99_us\": {:.1f}, \"resident_mib\": {:.0f}}}\n",
      donations + donations / 20, warm.median_us, warm.p99_us, warm.rows, again.median_us,
      after_work, answered, cold.median_us, cold.p99_us,
      std::max(resident_mib, bench::resident_mib()));
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const std::filesystem::path directory = argv[1];
  if (std::string_view(argv[2]) == "--again") {
    const auto node = bench::open_node(directory);
    report(*node, std::strtoull(argv[3], nullptr, 10), 0);
    return 0;
  }
  bench::create_network(directory);
  auto node = bench::open_node(directory);
  std::uint64_t rounds = 0;
  for (int i = 2; i < argc; ++i) {
    const std::uint64_t target = std::strtoull(argv[i], nullptr, 10);
    while (rounds * bench::records_a_round < target) bench::record_round(*node, rounds++);
    const std::uint64_t donations = rounds * bench::donations_a_round;
    // What a node takes that wrote all this and reads too.
    (void)measure(*node->published()->snapshot, donations, 5'000, 1);
    const double resident_mib = bench::resident_mib();
    // Read as after any start, from files: else the smallest store would be one in memory alone,
    // and what grew would be that it has files.
    node.reset();
    node = bench::open_node(directory);
    report(*node, donations, resident_mib);
  }
}
