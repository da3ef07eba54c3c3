#include "node/runtime/introduction.h"

#include <fstream>
#include <vector>

#include "crypto/canonical.h"
#include "crypto/encoding.h"
#include "node/proof/policy.h"
#include "node/runtime/durable_file.h"

namespace centime::runtime {
namespace {

constexpr std::string_view epochs_tag = "centime-epochs-v1";

std::unexpected<std::string> bad_epochs(const std::string& why) {
  return std::unexpected("bad_epochs: " + why);
}

std::filesystem::path file_in(const std::filesystem::path& directory) {
  return directory / "epochs";
}

}  // namespace

std::expected<ledger::EpochRecord, std::string> introduced(const ledger::Genesis& genesis,
                                                           std::span<const proof::EpochLink> ends) {
  // The genesis' own validators are whom this node was set up to trust, so every end is checked.
  auto followed = proof::follow_epochs(genesis, ends, proof::policy_of(genesis));
  if (!followed) return bad_epochs(followed.error().detail);
  return std::move(followed->epoch);
}

std::expected<ledger::EpochRecord, std::string> keep_introduction(
    const std::filesystem::path& directory, const ledger::Genesis& genesis,
    std::span<const proof::EpochLink> ends) {
  auto epoch = introduced(genesis, ends);
  if (!epoch) return epoch;
  // One that can't be read any more proves nothing.
  const auto kept = read_introduction(directory, genesis);
  if (kept && *kept && (*kept)->epoch > epoch->epoch) {
    return std::unexpected("older_epochs: the file `epochs` proves epoch " +
                           std::to_string((*kept)->epoch) +
                           " already, and these ends lead only to " + std::to_string(epoch->epoch));
  }
  std::string text = std::string(epochs_tag) + "\n";
  for (const proof::EpochLink& end : ends) text += crypto::to_base64(crypto::encode(end)) + "\n";
  if (auto written = write_durably(file_in(directory), text); !written)
    return std::unexpected(written.error());
  return epoch;
}

std::expected<std::optional<ledger::EpochRecord>, std::string> read_introduction(
    const std::filesystem::path& directory, const ledger::Genesis& genesis) {
  std::ifstream file(file_in(directory));
  if (!file) return std::nullopt;
  std::string line;
  if (!std::getline(file, line) || line != epochs_tag)
    return bad_epochs("the file `epochs` does not begin as it should");
  std::vector<proof::EpochLink> ends;
  while (std::getline(file, line)) {
    const auto bytes = crypto::from_base64(line);
    auto end = crypto::decode<proof::EpochLink>(bytes.value_or(crypto::Bytes{}));
    if (!end) return bad_epochs("a line of the file `epochs` can't be read");
    ends.push_back(std::move(*end));
  }
  auto epoch = introduced(genesis, ends);
  if (!epoch) return std::unexpected(std::move(epoch.error()));
  return std::move(*epoch);
}

}  // namespace centime::runtime
