#include "node/program/genesis_file.h"

#include <fmt/format.h>

#include "crypto/json_archive.h"
#include "node/program/files.h"

namespace centime::program {
namespace {

std::unexpected<Failure> bad_genesis(const std::filesystem::path& path, std::string_view why) {
  return fail("bad_genesis",
              fmt::format("{} is not the genesis of a network: {}", path.string(), why));
}

Expected<ledger::Genesis> decode_genesis(const std::filesystem::path& path,
                                         std::string_view content) {
  if (content.starts_with('{')) {
    auto json = crypto::parse_json(content);
    if (!json) return bad_genesis(path, json.error().detail);
    auto genesis = crypto::from_json<ledger::Genesis>(*json);
    if (!genesis) {
      return bad_genesis(path, fmt::format("{}: {}", genesis.error().path, genesis.error().detail));
    }
    return *std::move(genesis);
  }
  auto entry = crypto::decode<ledger::Entry>(crypto::as_bytes(content));
  if (!entry) return bad_genesis(path, "it is neither a genesis.bin nor a genesis.json");
  auto* genesis = std::get_if<ledger::Genesis>(&*entry);
  if (genesis == nullptr) return bad_genesis(path, "it is another kind of entry");
  return std::move(*genesis);
}

}  // namespace

Expected<ledger::Genesis> read_genesis_file(const std::filesystem::path& path) {
  // What `network new` has made.
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return read_genesis_file(path / "genesis.bin");
  auto content = read_file(path, std::size_t{1} << 20);
  if (!content) return std::unexpected(content.error());
  auto genesis = decode_genesis(path, *content);
  if (!genesis) return genesis;
  if (const auto wrong = ledger::fault_of(*genesis)) return bad_genesis(path, *wrong);
  return genesis;
}

}  // namespace centime::program
