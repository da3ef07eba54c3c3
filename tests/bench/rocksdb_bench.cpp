// bench_rocksdb SOURCE DIRECTORY: what RocksDB alone does with the rows of a store that
// bench_pipeline made: the same rows in the same batches, one sync each, with the same options.
//
// Rows that a block rewrites (account, flow total, head, safety state) are written once per block
// here too, with their final value.
#include <fmt/format.h>

#include <map>

#include "node/storage/database.h"
#include "node/storage/rows.h"
#include "tests/bench/bench_network.h"

using namespace centime;
using storage::Column;
using storage::Database;

namespace {

struct Row {
  Column column;
  crypto::Bytes key;
  crypto::Bytes value;
};

std::shared_ptr<Database> open(const std::filesystem::path& path, bool create) {
  storage::StoreOptions options;
  options.directory = path;
  options.create = create;
  auto database = Database::open(options);
  crypto::check(database.has_value(), "the database opens");
  return std::move(*database);
}

// The log entry that a row came with, or nothing for a row that each block writes anew.
std::optional<std::uint64_t> entry_of(Column column, crypto::BytesView key,
                                      crypto::BytesView value) {
  const auto last8 = [](crypto::BytesView bytes) {
    return storage::RowReader(bytes.last(8)).u64();
  };
  switch (column) {
    case Column::entries:
    case Column::seals:
    case Column::ids:
    case Column::statements:
    case Column::by_fund:
    case Column::by_member:
    case Column::by_day:
      return last8(key);
    case Column::blocks:
      return storage::RowReader(value).u64();
    case Column::inflows:
    case Column::outflows:
    case Column::refs:
      return last8(value);
    case Column::tiles: {
      // A full tile is written with the entry that fills it.
      storage::RowReader reader(key);
      const unsigned level = reader.u8();
      return ((reader.u64() + 1) << (8 * (level + 1))) - 1;
    }
    default:
      return std::nullopt;
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  std::map<std::uint64_t, std::vector<Row>> blocks;  // By first entry.
  std::vector<Row> every_block;
  {
    const auto source = open(std::filesystem::path(argv[1]) / "db", false);
    std::vector<std::pair<Column, Row>> rows;
    auto heights = source->cursor(Column::blocks, {});
    for (heights.seek_first(); heights.valid(); heights.next()) {
      blocks[storage::RowReader(heights.value()).u64()];
    }
    for (std::size_t i = 0; i < storage::column_count; ++i) {
      const auto column = static_cast<Column>(i);
      auto cursor = source->cursor(column, {});
      for (cursor.seek_first(); cursor.valid(); cursor.next()) {
        Row row{column,
                {cursor.key().begin(), cursor.key().end()},
                {cursor.value().begin(), cursor.value().end()}};
        const auto entry = entry_of(column, row.key, row.value);
        if (!entry) {
          every_block.push_back(std::move(row));
        } else if (auto block = blocks.upper_bound(*entry); block != blocks.begin()) {
          (--block)->second.push_back(std::move(row));
        }
      }
    }
  }
  // Members, funds and channels are written once, not by every block.
  std::erase_if(every_block, [](const Row& row) {
    return row.column == Column::registry || row.column == Column::account_keys;
  });
  std::filesystem::remove_all(argv[2]);
  const auto target = open(argv[2], true);
  std::uint64_t written = 0;
  std::uint64_t donations = 0;
  auto batch = target->batch();
  const auto start = bench::Clock::now();
  for (const auto& [first, rows] : blocks) {
    batch.clear();
    for (const Row& row : rows) {
      batch.put(row.column, row.key, row.value);
      donations += row.column == Column::refs ? 1 : 0;
    }
    for (const Row& row : every_block) batch.put(row.column, row.key, row.value);
    target->write(batch, true);
    written += rows.size() + every_block.size();
  }
  const double seconds = bench::seconds_since(start);
  fmt::print("{{\"donations\": {}, \"blocks\": {}, \"rows\": {}, \"per_second\": {:.0f}}}\n",
             donations, blocks.size(), written, static_cast<double>(donations) / seconds);
}
