#include <fmt/format.h>

#include <vector>

#include "crypto/canonical.h"
#include "crypto/encoding.h"
#include "node/program/commands.h"
#include "node/program/json_text.h"
#include "node/program/ledger_place.h"
#include "node/program/node_client.h"
#include "node/runtime/introduction.h"

namespace centime::program {
namespace {

constexpr std::size_t ends_max = 100'000;  // More than any network has had.

// How each epoch ended, from the first on, as the node tells it.
Expected<std::vector<proof::EpochLink>> fetch_ends(NodeClient& node) {
  std::vector<proof::EpochLink> ends;
  std::string cursor;
  do {
    const auto page = node.get_json("/v1/epochs?limit=200&cursor=" + cursor);
    if (!page) return std::unexpected(page.error());
    const auto* items = page->if_contains("items");
    if (items == nullptr || !items->is_array()) return fail("bad_answer", "no list of epochs");
    if (items->get_array().empty()) break;
    for (const auto& item : items->get_array()) {
      const auto* text = item.is_object() ? item.get_object().if_contains("end") : nullptr;
      if (text == nullptr) return ends;  // It goes on.
      const auto bytes = text->is_string()
                             ? crypto::from_base64(std::string_view(text->get_string()))
                             : std::nullopt;
      auto end = crypto::decode<proof::EpochLink>(bytes.value_or(crypto::Bytes{}));
      if (!end)
        return fail("bad_answer", fmt::format("the end of epoch {} can't be read", ends.size()));
      ends.push_back(std::move(*end));
    }
    cursor = text_at(*page, "next");
  } while (!cursor.empty() && ends.size() < ends_max);
  return ends;
}

Expected<std::uint64_t> ledger_epoch(const std::filesystem::path& data) {
  const auto store = open_for_reading(data);
  if (!store) return std::unexpected(store.error());
  return (*store)->snapshot()->governance()->epoch.epoch;
}

// Who votes after these ends. They are kept where they lead further than the node's own ledger.
std::expected<ledger::EpochRecord, std::string> learn(const PeersLearnOptions& options,
                                                      const ledger::Genesis& genesis,
                                                      const std::vector<proof::EpochLink>& ends,
                                                      std::uint64_t own_epoch) {
  auto epoch = runtime::introduced(genesis, ends);
  if (!epoch || epoch->epoch == own_epoch) return epoch;
  if (epoch->epoch < own_epoch) {
    return std::unexpected(
        fmt::format("older_epochs: {} knows of {} changes of validators, and this node's own "
                    "ledger of {}; ask a node that is further",
                    options.node, epoch->epoch, own_epoch));
  }
  return runtime::keep_introduction(options.data, genesis, ends);
}

}  // namespace

Outcome peers_learn(const PeersLearnOptions& options) {
  const auto genesis = genesis_at({.node = {}, .data = options.data});
  if (!genesis) return std::unexpected(genesis.error());
  const auto own_epoch = ledger_epoch(options.data);
  if (!own_epoch) return std::unexpected(own_epoch.error());
  NodeClient node(options.node);
  const auto theirs = node.genesis();
  if (!theirs) return std::unexpected(theirs.error());
  if (ledger::network_id(*theirs) != ledger::network_id(*genesis)) {
    return fail("wrong_network", fmt::format("{} is a node of another network than {}",
                                             options.node, options.data.string()));
  }
  const auto ends = fetch_ends(node);
  if (!ends) return std::unexpected(ends.error());
  const auto epoch = learn(options, *genesis, *ends, *own_epoch);
  if (!epoch) return std::unexpected(failure_from(epoch.error()));
  const bool knows = epoch->epoch == *own_epoch;
  boost::json::array validators;
  std::string lines;
  for (const ledger::EpochValidator& each : epoch->validators.items) {
    const std::string key = crypto::to_hex(each.key.bytes);
    validators.push_back(boost::json::object{{"member", each.member.value}, {"public_key", key}});
    lines += fmt::format("  {:<16} {}\n", each.member.value, key);
  }
  return Report{
      fmt::format("Epoch {}, proven by {} changes of validators since the genesis:\n{}{}\n",
                  epoch->epoch, ends->size(), lines,
                  knows ? "This node's own ledger has them already: nothing was to be kept."
                        : "The node dials them with these keys from its next start on."),
      {{"epoch", epoch->epoch}, {"changes", ends->size()}, {"validators", std::move(validators)}}};
}

}  // namespace centime::program
