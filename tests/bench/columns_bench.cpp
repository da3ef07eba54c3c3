// bench_columns DIRECTORY: what each column family of a store that bench_pipeline made takes on the
// disk, per donation. Flushed rows only; `log_bytes` is what RocksDB's write-ahead log holds
// besides.
#include <fmt/format.h>

#include "node/storage/database.h"
#include "tests/bench/bench_network.h"

using namespace centime;
using storage::Column;

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  storage::StoreOptions options;
  options.directory = std::filesystem::path(argv[1]) / "db";
  options.read_only = true;
  const auto database = storage::Database::open(options);
  crypto::check(database.has_value(), "the database opens");
  const auto use = (*database)->use();

  std::string columns;
  double donations = 0;
  for (std::size_t i = 0; i < storage::column_count; ++i) {
    const auto column = static_cast<Column>(i);
    std::uint64_t rows = 0;
    std::uint64_t bytes = 0;
    auto cursor = (*database)->cursor(column, {.lower = {}, .upper = {}, .bulk = true});
    for (cursor.seek_first(); cursor.valid(); cursor.next()) {
      ++rows;
      bytes += cursor.key().size() + cursor.value().size();
    }
    if (column == Column::inflows) donations = static_cast<double>(rows);
    if (rows == 0) continue;
    columns += fmt::format("{}{{\"name\": \"{}\", \"rows\": {}, \"bytes\": {}, \"disk\": {}}}",
                           columns.empty() ? "" : ", ", crypto::word_of(column), rows, bytes,
                           use.columns[i].disk_bytes);
  }
  std::uint64_t log_bytes = 0;
  for (const auto& file : std::filesystem::directory_iterator(options.directory)) {
    if (file.path().extension() == ".log") log_bytes += file.file_size();
  }
  fmt::print("{{\"donations\": {}, \"log_bytes\": {}, \"columns\": [{}]}}\n", donations, log_bytes,
             columns);
}
