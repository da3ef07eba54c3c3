// The CSV reader: rows as wide as the header, or a fault with its line.
#include "api/csv_reader.h"
#include "tests/fuzz/fuzz_input.h"

using namespace centime;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  api::CsvReader reader(fuzz::text_of(data, size));
  const auto header = reader.header();
  if (!header) return 0;
  std::uint64_t last_line = 1;
  while (true) {
    const auto row = reader.next();
    if (!row) {
      crypto::check(row.error().line >= last_line, "a fault has its line");
      if (!row.error().in_row) return 0;
      last_line = row.error().line;
      continue;
    }
    if (!*row) return 0;
    crypto::check((*row)->cells.size() == header->size(), "a row is as wide as the header");
    crypto::check((*row)->line > last_line, "lines ascend");
    last_line = (*row)->line;
  }
}
