#include "explorer/flow_column.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>

namespace centime::explorer {
namespace {

constexpr ColumnOptions options;

// A gift that two hands pass on: some of it past the second of them.
FlowGraph small() {
  FlowGraph graph;
  graph.nodes = {{0, FlowKind::source, "gift"},
                 {1, FlowKind::hand, "a"},
                 {2, FlowKind::hand, "b"},
                 {3, FlowKind::spent, "tents"},
                 {3, FlowKind::held, "held"}};
  graph.links = {{0, 1, 5'000}, {1, 2, 4'000}, {1, 4, 1'000}, {2, 3, 3'500}, {2, 4, 500}};
  return graph;
}

std::vector<std::int64_t> rows(const FlowGraph& graph, std::int64_t height = 450) {
  return std::vector<std::int64_t>(graph.nodes.size(), height);
}

// Layers of hands with money that takes any way down.
FlowGraph random_graph() {
  FlowGraph graph;
  const auto layers = *rc::gen::inRange<std::size_t>(2, 7);
  for (std::size_t layer = 0; layer < layers; ++layer) {
    const auto count = *rc::gen::inRange<std::size_t>(1, 12);
    for (std::size_t i = 0; i < count; ++i)
      graph.nodes.push_back({.layer = layer, .kind = FlowKind::hand, .label = "x"});
  }
  std::map<std::pair<std::size_t, std::size_t>, std::uint64_t> links;
  const auto count = *rc::gen::inRange<std::size_t>(1, 40);
  for (std::size_t i = 0; i < count; ++i) {
    const auto from = *rc::gen::inRange<std::size_t>(0, graph.nodes.size());
    const auto to = *rc::gen::inRange<std::size_t>(0, graph.nodes.size());
    if (graph.nodes[from].layer < graph.nodes[to].layer)
      links[{from, to}] += *rc::gen::inRange<std::uint64_t>(1, 1'000'000'000);
  }
  for (const auto& [ends, amount] : links) graph.links.push_back({ends.first, ends.second, amount});
  return graph;
}

TEST(FlowColumn, PutsEachBarInARowBelowTheOneBefore) {
  const auto graph = small();
  const auto column = lay_out_column(graph, rows(graph));
  EXPECT_EQ(column.height, 5 * 450 + 3 * options.layer_gap);
  EXPECT_EQ(column.bars[0].width, column.bars[1].width) << "equal money is equally wide";
  EXPECT_GT(column.bars[3].width, column.bars[4].width);
  ASSERT_EQ(column.bands[0].size(), 4U);
  EXPECT_EQ(column.bands[0].front().y, column.bars[0].y + options.bar_height);
  EXPECT_EQ(column.bands[0].back().y, column.bars[1].y);
  EXPECT_EQ(column.bands[2].size(), 6U) << "it passes a layer";
}

TEST(FlowColumn, OfNothingIsEmpty) { EXPECT_EQ(lay_out_column({}, {}).height, 0); }

RC_GTEST_PROP(FlowColumn, StaysInsideItsWidthAndGivesEachRowItsRoom, ()) {
  const auto graph = random_graph();
  std::vector<std::int64_t> heights;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i)
    heights.push_back(*rc::gen::inRange<std::int64_t>(options.bar_height, 600));
  const auto column = lay_out_column(graph, heights);
  std::vector<std::pair<std::int64_t, std::int64_t>> used;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const auto& bar = column.bars[i];
    RC_ASSERT(bar.x >= 0 && bar.width >= 0 && bar.x + bar.width <= options.money_width);
    RC_ASSERT(bar.row <= bar.y && bar.y + options.bar_height <= bar.row + heights[i]);
    used.emplace_back(bar.row, bar.row + heights[i]);
  }
  std::ranges::sort(used);
  for (std::size_t i = 1; i < used.size(); ++i) RC_ASSERT(used[i - 1].second <= used[i].first);
  RC_ASSERT(used.back().second == column.height);
}

RC_GTEST_PROP(FlowColumn, NoBandRunsOverTheBarOfAnother, ()) {
  const auto graph = random_graph();
  const auto column = lay_out_column(graph, rows(graph));
  for (std::size_t i = 0; i < graph.links.size(); ++i) {
    const auto& [from, to, amount] = graph.links[i];
    const auto& band = column.bands[i];
    RC_ASSERT(band.size() % 2 == 0U);
    for (std::size_t k = 0; k + 1 < band.size(); ++k) RC_ASSERT(band[k].y <= band[k + 1].y);
    for (std::size_t k = 0; k < band.size(); k += 2) {
      RC_ASSERT(band[k].left == band[k + 1].left && band[k].right == band[k + 1].right);
      for (std::size_t node = 0; node < column.bars.size(); ++node) {
        if (node == from || node == to) continue;
        const auto& bar = column.bars[node];
        const bool beside = bar.x + bar.width <= band[k].left || band[k].right <= bar.x;
        const bool apart = bar.y + options.bar_height <= band[k].y || band[k + 1].y <= bar.y;
        RC_ASSERT(beside || apart);
      }
    }
    const auto& source = column.bars[from];
    RC_ASSERT(source.x <= band.front().left && band.front().right <= source.x + source.width);
    const auto& target = column.bars[to];
    RC_ASSERT(target.x <= band.back().left && band.back().right <= target.x + target.width);
  }
}

}  // namespace
}  // namespace centime::explorer
