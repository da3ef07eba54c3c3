// bench_statements DIRECTORY DONATIONS: what it costs to execute one block that holds an
// attestation of each of so many donations, at a tenth of that number and at all of it.
//
// An attestation asks what has been stated about its donation, in the store and in the block so
// far.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "node/ledger/block.h"
#include "tests/bench/bench_network.h"

using namespace centime;

namespace {

constexpr std::size_t batch = 1'000;

std::vector<ledger::RecordId> some_donations(const storage::Snapshot& snapshot, std::size_t count) {
  std::vector<ledger::RecordId> ids;
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto entry = snapshot.find_reference({"platform"}, bench::donation(i).reference);
    ids.push_back(ledger::record_id(crypto::encode(snapshot.record(*entry).authored)));
  }
  return ids;
}

// Seconds that executing takes; signing and hashing are done before.
double execute(const runtime::Node& node, const storage::Snapshot& snapshot,
               const std::vector<ledger::RecordId>& subjects) {
  std::vector<ledger::CheckedSubmission> submissions;
  for (std::size_t i = 0; i < subjects.size(); i += batch) {
    std::vector<ledger::Record> records;
    for (std::size_t j = i; j < std::min(subjects.size(), i + batch); ++j) {
      ledger::Attestation said;
      said.subject = ledger::RecordSubject{subjects[j]};
      records.push_back({{fmt::format("seen-{:07}", j)}, std::move(said)});
    }
    auto checked = ledger::sign_checked(node.network(), {"auditor"}, bench::key_of("auditor"),
                                        std::move(records));
    crypto::check(checked.has_value(), "the submission is in order");
    submissions.push_back(std::move(*checked));
  }
  const ledger::Tip tip = snapshot.head().tip();
  const auto start = bench::Clock::now();
  ledger::Draft draft(snapshot, tip, node.genesis().policies, {tip.time.value + 1});
  for (const auto& submission : submissions) {
    crypto::check(draft.add(submission).has_value(), "the attestations are accepted");
  }
  return bench::seconds_since(start);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const std::filesystem::path directory = argv[1];
  const std::uint64_t donations = std::strtoull(argv[2], nullptr, 10);
  bench::create_network(directory);
  const auto node = bench::open_node(directory);
  bench::record_donations(*node, 0, donations, batch, 4);
  const auto published = node->published();
  for (const std::uint64_t count : {donations / 10, donations}) {
    const auto subjects = some_donations(*published->snapshot, count);
    std::vector<double> seconds;
    for (int i = 0; i < 5; ++i) {
      seconds.push_back(execute(*node, *published->snapshot, subjects));
    }
    fmt::print("{{\"attestations\": {}, \"block_ms\": {:.1f}, \"each_us\": {:.2f}}}\n", count,
               1e3 * bench::median(seconds),
               1e6 * bench::median(seconds) / static_cast<double>(count));
  }
}
