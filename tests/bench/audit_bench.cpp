// bench_audit DIRECTORY: an audit of a store, against the hashes and signatures that it cannot do
// without, done alone on one core: leaf and node of the log, record id, leaf and node of the
// submission's tree, and one signature per submission.
#include <fmt/format.h>

#include "crypto/merkle.h"
#include "node/runtime/audit.h"
#include "tests/bench/bench_network.h"

using namespace centime;

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  auto source = runtime::open_store_source(argv[1]);
  crypto::check(source.has_value(), "the store opens");
  std::vector<crypto::Bytes> entries;
  std::string error;
  (*source)->read(
      [&](crypto::BytesView bytes) {
        entries.emplace_back(bytes.begin(), bytes.end());
        return true;
      },
      error);

  const crypto::SecretKey key = bench::key_of("platform");
  const crypto::Bytes message(120);
  const crypto::Signature signature = key.sign(message);
  const crypto::PublicKey public_key = key.public_key();
  std::uint64_t records = 0;
  const auto start = bench::Clock::now();
  crypto::CompactRange log;
  crypto::CompactRange submission;
  for (const crypto::Bytes& entry : entries) {
    log.append(crypto::hash_leaf(entry));
    if (entry[0] == ledger::record_entry_tag) {
      // Effects are a small part of the entry; hashing it whole is close enough, and in favour of
      // the audit by a few per cent at most.
      ledger::record_id(crypto::BytesView(entry).subspan(1, entry.size() - 23));
      submission.append(crypto::hash_leaf(crypto::BytesView(entry).subspan(1, entry.size() - 23)));
      ++records;
    } else if (entry[0] == 1) {
      submission = {};
      crypto::check(crypto::verify(public_key, message, signature), "a signature");
    }
  }
  const double floor = bench::seconds_since(start);
  entries = {};

  const auto again = bench::Clock::now();
  const auto report = runtime::audit(**source, {});
  const double audit = bench::seconds_since(again);
  crypto::check(report.has_value(), "the audit passes");
  fmt::print(
      "{{\"records\": {}, \"hashes_and_signatures_s\": {:.2f}, \"audit_s\": {:.2f}, "
      "\"ratio\": {:.2f}, \"resident_mib\": {:.0f}}}\n",
      records, floor, audit, floor / audit, bench::resident_mib());
}
