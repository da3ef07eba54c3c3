// A CSV file of records: every row becomes a record that can be signed, or has a fault with its
// line and word.
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "crypto/canonical.h"
#include "node/ledger/submission.h"
#include "node/program/import_rows.h"
#include "tests/fuzz/fuzz_input.h"

using namespace centime;

namespace {

struct Desk {
  std::filesystem::path directory;
  program::ImportKeys keys;
  // Nobody answers there: rows that name a record of the ledger end the reading.
  program::NodeClient node{"http://127.0.0.1:1"};

  Desk() {
    std::string name = (std::filesystem::temp_directory_path() / "centime-fuzz-XXXXXX").string();
    crypto::check(::mkdtemp(name.data()) != nullptr, "a temporary directory");
    directory = name;
    for (const char* member : {"dec", "ifrc"}) {
      const auto seed = crypto::sha256(crypto::as_bytes(std::string_view(member)));
      keys.keys.emplace(ledger::MemberId{member}, crypto::SecretKey::from_seed(seed.bytes));
    }
    keys.default_author = ledger::MemberId{"dec"};
  }
  ~Desk() { std::filesystem::remove_all(directory); }
  Desk(const Desk&) = delete;
  Desk& operator=(const Desk&) = delete;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Desk desk;
  const auto file = desk.directory / "records.csv";
  const std::string_view text = fuzz::text_of(data, size);
  std::ofstream(file, std::ios::binary) << text;

  auto salts = program::DonorSalts::thrown_away();
  const auto rows = program::read_import_rows(file, desk.keys, desk.node, salts);
  if (!rows) {
    crypto::check(!rows.error().word.empty(), "a failure has its word");
    return 0;
  }
  std::uint64_t last_line = 0;
  for (const program::ImportRow& row : rows->rows) {
    crypto::check(row.line > last_line, "rows come in the file's order");
    last_line = row.line;
    crypto::check(crypto::encode(row.decoded()) == row.record, "a record has one encoding");
  }
  crypto::check(rows->bad_rows <= rows->faults.size(), "a bad row has a fault");
  for (const program::RowFault& fault : rows->faults) {
    crypto::check(fault.line > 0 && !fault.word.empty(), "a fault has its line and word");
  }
  return 0;
}
