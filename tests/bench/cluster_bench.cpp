// bench_cluster DIRECTORY VALIDATORS DELAY_MS DONATIONS BATCH WINDOW LONE [CRASH]: what several
// validators on this machine make final, told to one of them.
//
// First DONATIONS in submissions of BATCH, WINDOW of them under way at once. Then LONE donations
// one after the other, each told to a network at rest; and LONE more, each a moment after the one
// before and at moments that no timer knows. With CRASH another validator is then killed, and CRASH
// more are told: the longest of them is the time in which its views are given up.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <random>
#include <thread>

#include "crypto/check.h"
#include "tests/bench/bench_network.h"
#include "tests/bench/cluster.h"

using namespace centime;

namespace {

struct Pause {
  std::chrono::microseconds least;
  std::chrono::microseconds spread;
};
constexpr Pause a_moment{{}, std::chrono::milliseconds(20)};

// Milliseconds to the final answer of each, ascending; each so long after the one before.
std::vector<double> lone(runtime::Node& node, std::uint64_t from, std::size_t count, Pause pause) {
  std::mt19937 random(7);
  std::vector<double> took;
  for (std::size_t i = 0; i < count; ++i) {
    const auto more = static_cast<std::int64_t>(random()) % pause.spread.count();
    std::this_thread::sleep_for(pause.least + std::chrono::microseconds(more));
    const auto start = bench::Clock::now();
    const auto told = node.record_and_wait({bench::donation(from + i)});
    crypto::check(told.has_value(), "the donation is accepted");
    took.push_back(bench::seconds_since(start) * 1'000);
  }
  std::ranges::sort(took);
  return took;
}

double at(const std::vector<double>& ascending, double part) {
  if (ascending.empty()) return 0;
  const auto last = static_cast<double>(ascending.size() - 1);
  return ascending[static_cast<std::size_t>(part * last + 0.5)];
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 8 && argc != 9) return 2;
  const auto number = [&](int i) { return std::strtoull(argv[i], nullptr, 10); };
  const std::uint64_t donations = number(4);
  const std::size_t singles = number(7);
  const std::size_t crash = argc == 9 ? number(8) : 0;
  const std::chrono::milliseconds one_way(number(3));
  bench::Cluster cluster(argv[1], number(2), one_way);
  runtime::Node& node = cluster.node();
  bench::record_donations(node, 0, donations / 10, number(5), number(6));
  const std::uint64_t blocks = node.counters().blocks;
  const double seconds =
      bench::record_donations(node, donations / 10, donations, number(5), number(6));
  const std::uint64_t blocks_made = node.counters().blocks - blocks;
  // Idle leaders give way one after the other, a round trip each.
  const auto settled = consensus::Timing{}.give_way + 8 * one_way + std::chrono::milliseconds(50);
  const auto at_rest = lone(node, donations, singles, {settled, std::chrono::milliseconds(100)});
  const auto in_a_row = lone(node, donations + singles, singles, a_moment);
  double outage = 0;
  if (crash > 0) {
    cluster.kill_validator(1);
    outage = lone(node, donations + 2 * singles, crash, a_moment).back();
  }
  fmt::print(
      "{{\"validators\": {}, \"delay_ms\": {}, \"per_second\": {:.0f}, \"blocks\": {}, "
      "\"p50_ms\": {:.2f}, \"p99_ms\": {:.2f}, \"row_p50_ms\": {:.2f}, \"row_p99_ms\": {:.2f}, "
      "\"crash_ms\": {:.0f}, \"resident_mib\": {:.0f}}}\n",
      argv[2], argv[3], static_cast<double>(donations - donations / 10) / seconds, blocks_made,
      at(at_rest, 0.5), at(at_rest, 0.99), at(in_a_row, 0.5), at(in_a_row, 0.99), outage,
      bench::resident_mib());
}
