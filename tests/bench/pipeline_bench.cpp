// bench_pipeline DIRECTORY DONATIONS BATCH WINDOW: donations a second through a network of one,
// from records in memory to the durable answer: signing, checking, executing, agreeing, one sync a
// block.
#include <fmt/format.h>

#include <cstdlib>

#include "tests/bench/bench_network.h"

using namespace centime;

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  const std::filesystem::path directory = argv[1];
  const std::uint64_t count = std::strtoull(argv[2], nullptr, 10);
  const std::size_t batch = std::strtoull(argv[3], nullptr, 10);
  const std::size_t window = std::strtoull(argv[4], nullptr, 10);
  bench::create_network(directory);
  double seconds = 0;
  std::uint64_t blocks = 0;
  double resident = 0;
  double lone_us = 0;  // The median; of batches nothing.
  {
    const auto node = bench::open_node(directory);
    if (batch == 1 && window == 1) {
      const std::vector<double> each = bench::record_one_by_one(*node, 0, count);
      seconds = bench::total(each);
      lone_us = 1e6 * bench::median(each);
    } else {
      seconds = bench::record_donations(*node, 0, count, batch, window);
    }
    blocks = node->counters().blocks;
    resident = bench::resident_mib();
  }
  std::uintmax_t bytes = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(directory)) {
    if (file.is_regular_file()) bytes += file.file_size();
  }
  fmt::print(
      "{{\"donations\": {}, \"batch\": {}, \"blocks\": {}, \"per_second\": {:.0f}, "
      "\"bytes_per_donation\": {:.0f}, \"resident_mib\": {:.0f}, \"lone_us\": {:.0f}}}\n",
      count, batch, blocks, static_cast<double>(count) / seconds,
      static_cast<double>(bytes) / static_cast<double>(count), resident, lone_us);
}
