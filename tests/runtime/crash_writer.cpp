// A node under load that is meant to be killed: crash_writer DIRECTORY FIRST
//
// Records donations with references FIRST, FIRST+1, … in submissions of 1 to 20 and, once one is
// answered as final, prints a line "<reference> <entry>" for each of its records.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "tests/runtime/crash_network.h"

int main(int argc, char** argv) {
  using namespace centime;
  if (argc != 3) return 2;
  auto node = runtime::Node::open({.directory = argv[1], .self = {"platform"}},
                                  test::crash_key("platform"));
  if (!node) {
    std::fprintf(stderr, "%s\n", node.error().c_str());
    return 1;
  }
  std::setvbuf(stdout, nullptr, _IONBF, 0);
  std::uint64_t next = std::strtoull(argv[2], nullptr, 10);
  for (std::uint64_t round = 0;; ++round) {
    std::vector<ledger::Record> records;
    for (std::uint64_t i = 0; i <= (next + round) % 20; ++i) {
      records.push_back(test::crash_donation(next + i));
    }
    const std::size_t count = records.size();
    const auto receipt = (*node)->record_and_wait(std::move(records));
    if (!receipt) return 1;
    std::string lines;
    for (std::size_t i = 0; i < count; ++i) {
      lines += std::to_string(next + i) + " " + std::to_string(receipt->entries[i].value) + "\n";
    }
    std::fputs(lines.c_str(), stdout);
    next += count;
  }
}
