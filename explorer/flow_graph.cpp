#include "explorer/flow_graph.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>

namespace centime::explorer {
namespace {

// A new graph in which each old node has become `target` of it.
struct Regrouping {
  std::vector<FlowNode> nodes;
  std::vector<std::size_t> target;  // By old node.
};

FlowGraph regrouped(const FlowGraph& graph, Regrouping grouping) {
  std::map<std::pair<std::size_t, std::size_t>, std::uint64_t> sums;
  for (const auto& link : graph.links) {
    const auto from = grouping.target[link.from], to = grouping.target[link.to];
    if (from != to) sums[{from, to}] += link.amount;
  }
  FlowGraph out;
  out.nodes = std::move(grouping.nodes);
  for (const auto& [ends, amount] : sums) out.links.push_back({ends.first, ends.second, amount});
  return out;
}

// Hands beyond `hand_layers` become one node, which passes on to the ends.
FlowGraph without_deep_hands(const FlowGraph& graph, std::size_t hand_layers) {
  const auto layers = graph.layers();
  if (layers <= hand_layers + 2) return graph;
  Regrouping grouping;
  std::size_t later = graph.nodes.size();
  for (const auto& node : graph.nodes) {
    const bool deep = node.layer >= hand_layers && node.layer + 1 < layers;
    if (deep && later < graph.nodes.size()) {
      auto& merged = grouping.nodes[later];
      merged.stands_for += node.stands_for;
      merged.merged = Merged::later;
      merged.label.clear();
      grouping.target.push_back(later);
      continue;
    }
    grouping.target.push_back(grouping.nodes.size());
    grouping.nodes.push_back(node);
    auto& kept = grouping.nodes.back();
    if (deep) {
      later = grouping.target.back();
      kept.layer = hand_layers;
    } else if (node.layer + 1 == layers) {
      kept.layer = hand_layers + 1;
    }
  }
  return regrouped(graph, std::move(grouping));
}

constexpr auto kept = static_cast<std::size_t>(-1);

// Those that stay first, the largest of them on top; of those that are merged, what they become
// comes first.
std::vector<std::size_t> in_order(const FlowGraph& graph, const std::vector<std::uint64_t>& amounts,
                                  const std::vector<std::size_t>& merged_into) {
  std::vector<std::size_t> order(graph.nodes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) {
    const bool merged = merged_into[i] != kept;
    return std::tuple(graph.nodes[i].layer, merged, merged ? 0 : ~amounts[i], i);
  });
  return order;
}

FlowGraph without_small_ones(const FlowGraph& graph, std::size_t per_kind) {
  const auto amounts = graph.amounts();
  std::map<std::pair<std::size_t, FlowKind>, std::vector<std::size_t>> groups;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i)
    groups[{graph.nodes[i].layer, graph.nodes[i].kind}].push_back(i);
  std::vector<std::size_t> merged_into(graph.nodes.size(), kept);
  for (auto& [group, members] : groups) {
    // A node for one other would say less than that one itself.
    if (members.size() <= per_kind + 1) continue;
    std::ranges::sort(members, [&](std::size_t left, std::size_t right) {
      return std::pair(amounts[right], left) < std::pair(amounts[left], right);
    });
    const auto first =
        *std::min_element(members.begin() + static_cast<std::ptrdiff_t>(per_kind), members.end());
    for (std::size_t i = per_kind; i < members.size(); ++i) merged_into[members[i]] = first;
  }
  Regrouping grouping;
  grouping.target.resize(graph.nodes.size());
  for (const auto i : in_order(graph, amounts, merged_into)) {
    const auto& node = graph.nodes[i];
    const auto into = merged_into[i];
    if (into != kept && into != i) {
      grouping.target[i] = grouping.target[into];
      grouping.nodes[grouping.target[i]].stands_for += node.stands_for;
      continue;
    }
    grouping.target[i] = grouping.nodes.size();
    grouping.nodes.push_back(node);
    if (into == i) {
      grouping.nodes.back().merged = Merged::rest;
      grouping.nodes.back().label.clear();
    }
  }
  return regrouped(graph, std::move(grouping));
}

}  // namespace

std::size_t FlowGraph::layers() const {
  std::size_t count = 0;
  for (const auto& node : nodes) count = std::max(count, node.layer + 1);
  return count;
}

std::vector<std::uint64_t> FlowGraph::amounts() const {
  std::vector<std::uint64_t> in(nodes.size()), out(nodes.size());
  for (const auto& link : links) {
    out[link.from] += link.amount;
    in[link.to] += link.amount;
  }
  for (std::size_t i = 0; i < in.size(); ++i) in[i] = std::max(in[i], out[i]);
  return in;
}

FlowGraph simplified(const FlowGraph& graph, const FlowLimits& limits) {
  return without_small_ones(without_deep_hands(graph, limits.hand_layers), limits.per_kind);
}

}  // namespace centime::explorer
