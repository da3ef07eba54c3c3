#include "node/runtime/salvaged_store.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "consensus/durable.h"
#include "crypto/canonical.h"
#include "node/storage/storage_failure.h"

namespace centime::runtime {
namespace {

// Nothing where that can't be read: whoever needs it says so.
std::optional<consensus::Finalized> final_of(const storage::Store& store) try {
  for (const auto& [key, value] : store.votes()) {
    if (key != consensus::final_key()) continue;
    if (const auto row = crypto::decode<consensus::FinalRow>(value)) return row->fin;
  }
  return std::nullopt;
} catch (const storage::StorageFailure&) {
  return std::nullopt;
}

}  // namespace

std::expected<std::unique_ptr<storage::Store>, std::string> open_salvaged(
    const std::filesystem::path& directory, std::function<void(const std::string&)> on_warning) {
  storage::StoreOptions options;
  options.on_warning = std::move(on_warning);
  options.directory = directory / "db";
  options.read_only = true;
  options.salvage = true;
  options.on_failure = storage::throw_failure;
  auto store = storage::Store::open(std::move(options));
  if (!store) return store;
  const auto snapshot = (*store)->snapshot();
  const auto known = final_of(**store);
  const std::uint64_t height = snapshot->head().height.value;
  if (!known || known->height.value < height || known->block == snapshot->head().hash) return store;
  return std::unexpected(fmt::format(
      "store_incomplete: this node knows of the final block {}, and the entries of its store end "
      "with {}block {}; what followed is gone, so restore it from a copy",
      known->height.value, known->height.value == height ? "another " : "", height));
}

}  // namespace centime::runtime
