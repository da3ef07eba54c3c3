// Money as it passes from hand to hand: nodes in layers, links from a layer to a later one.
//
// Pure data and pure functions, deterministic: amounts are minor units of one currency, and what is
// taken together adds up to what it stands for.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/wire_types.h"

namespace centime::explorer {

enum class FlowKind : std::uint8_t {
  source,  // Where the money comes from: the gift, donors, another currency.
  hand,    // A member that had it and passed it on.
  spent,   // The rest are ends, where the money is now or left the fund.
  fees,
  held,
  underway,
  disputed,
  refunded,
  exchanged,
  rounded,
  circle,  // Back to a hand further left.
};
constexpr auto enum_words(FlowKind) {
  return std::to_array<std::string_view>({"source", "hand", "spent", "fees", "held", "underway",
                                          "disputed", "refunded", "exchanged", "rounded",
                                          "circle"});
}

enum class Merged : std::uint8_t {
  no,
  rest,   // The small ones of a layer.
  later,  // Hands beyond the layers that are drawn.
};

struct FlowNode {
  std::size_t layer = 0;
  FlowKind kind{};
  std::string label;  // Empty if it is merged.
  Merged merged = Merged::no;
  std::size_t stands_for = 1;  // Nodes of the graph it was made from.
};

// Requires that `from` is in an earlier layer than `to`.
struct FlowLink {
  std::size_t from = 0;
  std::size_t to = 0;
  std::uint64_t amount = 0;
};

struct FlowGraph {
  std::vector<FlowNode> nodes;
  std::vector<FlowLink> links;  // At most one between two nodes.

  std::size_t layers() const;
  // What comes into the node or what leaves it, whichever is more; the same but at the borders.
  std::vector<std::uint64_t> amounts() const;
};

struct FlowLimits {
  std::size_t hand_layers = 4;  // Of members; what lies beyond becomes one node.
  std::size_t per_kind = 6;     // Nodes of one kind in one layer, the merged one not counted.
};

// The same flows with fewer nodes. Every end is in the last layer before and after; a link inside
// merged nodes is left out, and all others keep their amounts, added up.
FlowGraph simplified(const FlowGraph& graph, const FlowLimits& limits);

}  // namespace centime::explorer
