#include "explorer/flow_layout.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>

namespace centime::explorer {
namespace {

// Money that flows from one source through some layers of hands to ends; nothing is lost on the
// way.
FlowGraph conserving_graph() {
  const auto hand_layers = *rc::gen::inRange<std::size_t>(1, 8);
  FlowGraph graph;
  graph.nodes.push_back({.layer = 0, .kind = FlowKind::source, .label = "gift"});
  for (std::size_t layer = 1; layer <= hand_layers + 1; ++layer) {
    const bool last = layer == hand_layers + 1;
    const auto count = *rc::gen::inRange<std::size_t>(1, last ? 20 : 12);
    for (std::size_t i = 0; i < count; ++i) {
      const auto kind = !last ? FlowKind::hand : i % 3 == 0 ? FlowKind::held : FlowKind::spent;
      graph.nodes.push_back({.layer = layer, .kind = kind, .label = std::to_string(i)});
    }
  }
  std::vector<std::uint64_t> arrived(graph.nodes.size());
  arrived[0] = *rc::gen::inRange<std::uint64_t>(1, 1'000'000'000'000);
  std::map<std::pair<std::size_t, std::size_t>, std::uint64_t> links;
  for (std::size_t from = 0; from < graph.nodes.size(); ++from) {
    const auto first_later = static_cast<std::size_t>(
        std::ranges::find_if(
            graph.nodes, [&](const auto& node) { return node.layer > graph.nodes[from].layer; }) -
        graph.nodes.begin());
    if (first_later == graph.nodes.size()) break;
    while (arrived[from] > 0) {
      const auto to = *rc::gen::inRange<std::size_t>(first_later, graph.nodes.size());
      const auto some = *rc::gen::inRange<std::uint64_t>(0, arrived[from]);
      const auto amount = some < 100 || some * 8 < arrived[from] ? arrived[from] : some;
      links[{from, to}] += amount;
      arrived[to] += amount;
      arrived[from] -= amount;
    }
  }
  // What no money reached is not drawn.
  std::vector<bool> used(graph.nodes.size());
  for (const auto& [ends, amount] : links) used[ends.first] = used[ends.second] = true;
  std::vector<std::size_t> place(graph.nodes.size());
  FlowGraph out;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    place[i] = out.nodes.size();
    if (used[i]) out.nodes.push_back(graph.nodes[i]);
  }
  for (const auto& [ends, amount] : links)
    out.links.push_back({place[ends.first], place[ends.second], amount});
  return out;
}

std::uint64_t into_ends(const FlowGraph& graph, FlowKind kind) {
  std::uint64_t sum = 0;
  for (const auto& link : graph.links)
    if (graph.nodes[link.to].kind == kind) sum += link.amount;
  return sum;
}

// In equals out at every hand.
bool balanced(const FlowGraph& graph) {
  std::vector<std::uint64_t> in(graph.nodes.size()), out(graph.nodes.size());
  for (const auto& link : graph.links) {
    out[link.from] += link.amount;
    in[link.to] += link.amount;
  }
  for (std::size_t i = 0; i < in.size(); ++i)
    if (graph.nodes[i].kind == FlowKind::hand && in[i] != out[i]) return false;
  return true;
}

constexpr LayoutOptions sizes;

// All cuts through money between two layers, at the left edge of a layer or at its right one.
std::map<std::int64_t, std::vector<std::pair<std::int64_t, std::int64_t>>> cuts_by_x(
    const FlowLayout& layout) {
  std::map<std::int64_t, std::vector<std::pair<std::int64_t, std::int64_t>>> cuts;
  for (const auto& band : layout.bands)
    for (const auto& cut : band) cuts[cut.x].emplace_back(cut.top, cut.bottom);
  return cuts;
}

bool overlap(std::vector<std::pair<std::int64_t, std::int64_t>> spans) {
  std::ranges::sort(spans);
  for (std::size_t i = 1; i < spans.size(); ++i)
    if (spans[i].first < spans[i - 1].second) return true;
  return false;
}

RC_GTEST_PROP(FlowGraph, SimplifyingKeepsEverySumAndTheLimits, ()) {
  const auto graph = conserving_graph();
  const FlowLimits limits;
  const auto simple = simplified(graph, limits);
  RC_ASSERT(balanced(graph) && balanced(simple));
  RC_ASSERT(simple.layers() <= limits.hand_layers + 2);
  std::map<std::pair<std::size_t, FlowKind>, std::size_t> counts;
  std::size_t stands_for = 0;
  for (const auto& node : simple.nodes) {
    ++counts[{node.layer, node.kind}];
    stands_for += node.stands_for;
    RC_ASSERT((node.merged == Merged::no) == (node.stands_for == 1));
  }
  RC_ASSERT(stands_for == graph.nodes.size());
  for (const auto& [group, count] : counts) RC_ASSERT(count <= limits.per_kind + 1);
  for (const auto kind : {FlowKind::held, FlowKind::spent})
    RC_ASSERT(into_ends(graph, kind) == into_ends(simple, kind));
  for (const auto& link : simple.links)
    RC_ASSERT(simple.nodes[link.from].layer < simple.nodes[link.to].layer);
}

RC_GTEST_PROP(FlowLayout, WidthsAreProportionalToTheMoney, ()) {
  const auto graph = simplified(conserving_graph(), {});
  const auto layout = lay_out(graph);
  const auto amounts = graph.amounts();
  // All money comes from one source, so the fullest layer is the whole of it.
  const auto whole = static_cast<long double>(amounts[0]);
  const auto exact = [&](std::uint64_t amount) {
    return static_cast<long double>(sizes.money_height) * static_cast<long double>(amount) / whole;
  };
  for (std::size_t i = 0; i < graph.nodes.size(); ++i)
    RC_ASSERT(std::abs(static_cast<long double>(layout.boxes[i].height) - exact(amounts[i])) <= 1);
  for (std::size_t i = 0; i < graph.links.size(); ++i)
    for (const auto& cut : layout.bands[i])
      RC_ASSERT(std::abs(static_cast<long double>(cut.bottom - cut.top) -
                         exact(graph.links[i].amount)) <= 1);
}

RC_GTEST_PROP(FlowLayout, EveryLayerCarriesAllOfTheMoney, ()) {
  const auto graph = simplified(conserving_graph(), {});
  const auto layout = lay_out(graph);
  for (const auto& [x, cuts] : cuts_by_x(layout)) {
    std::int64_t sum = 0;
    for (const auto& [top, bottom] : cuts) sum += bottom - top;
    RC_ASSERT(sum <= sizes.money_height);
    RC_ASSERT(sum >= sizes.money_height -
                         static_cast<std::int64_t>(graph.nodes.size() + graph.links.size()));
  }
}

RC_GTEST_PROP(FlowLayout, NothingOverlapsAndAllLiesInside, ()) {
  const auto graph = simplified(conserving_graph(), {});
  const auto layout = lay_out(graph);
  RC_ASSERT(layout.width == static_cast<std::int64_t>(graph.layers()) * sizes.layer_step);
  std::map<std::int64_t, std::vector<std::pair<std::int64_t, std::int64_t>>> labels;
  for (const auto& box : layout.boxes) {
    const auto half = std::max(box.height, sizes.label_height) / 2;
    const auto middle = box.y + box.height / 2;
    RC_ASSERT(box.y >= 0 && box.y + box.height <= layout.height);
    RC_ASSERT(middle - half >= -1 && middle + half <= layout.height + 1);
    labels[box.x].emplace_back(middle - half, middle + half);
  }
  for (auto& [x, spans] : labels) RC_ASSERT(!overlap(spans));
  // Boxes and the lanes of bands that pass them.
  for (auto& [x, spans] : cuts_by_x(layout)) RC_ASSERT(!overlap(spans));
  for (std::size_t i = 0; i < graph.links.size(); ++i) {
    const auto& from = layout.boxes[graph.links[i].from];
    const auto& to = layout.boxes[graph.links[i].to];
    const auto& first = layout.bands[i].front();
    const auto& last = layout.bands[i].back();
    RC_ASSERT(first.x == from.x + sizes.box_width && last.x == to.x);
    RC_ASSERT(first.top >= from.y && first.bottom <= from.y + from.height);
    RC_ASSERT(last.top >= to.y && last.bottom <= to.y + to.height);
  }
}

RC_GTEST_PROP(FlowLayout, IsTheSameEachTime, ()) {
  const auto graph = conserving_graph();
  const auto one = lay_out(simplified(graph, {})), two = lay_out(simplified(graph, {}));
  RC_ASSERT(one.height == two.height);
  for (std::size_t i = 0; i < one.bands.size(); ++i)
    for (std::size_t j = 0; j < one.bands[i].size(); ++j)
      RC_ASSERT(one.bands[i][j].top == two.bands[i][j].top &&
                one.bands[i][j].bottom == two.bands[i][j].bottom);
}

TEST(FlowLayout, ABandThatPassesALayerHasALaneBesideItsBoxes) {
  FlowGraph graph;
  graph.nodes = {{.layer = 0, .kind = FlowKind::source, .label = "gift"},
                 {.layer = 1, .kind = FlowKind::hand, .label = "partner"},
                 {.layer = 2, .kind = FlowKind::held, .label = "held"}};
  graph.links = {{0, 1, 75}, {1, 2, 75}, {0, 2, 25}};
  const auto layout = lay_out(graph);
  ASSERT_EQ(layout.bands[2].size(), 4U) << "one lane between two ends";
  const auto& lane = layout.bands[2][1];
  const auto& box = layout.boxes[1];
  EXPECT_TRUE(lane.bottom <= box.y || lane.top >= box.y + box.height);
  EXPECT_EQ(box.height, sizes.money_height * 3 / 4);
}

TEST(FlowLayout, ScalesTheLargestAmountsWithoutOverflow) {
  FlowGraph graph;
  graph.nodes = {{.layer = 0, .kind = FlowKind::source, .label = "all"},
                 {.layer = 1, .kind = FlowKind::held, .label = "held"}};
  graph.links = {{0, 1, 0xffff'ffff'ffff'ffffU}};
  EXPECT_EQ(lay_out(graph).boxes[1].height, sizes.money_height);
}

TEST(FlowLayout, OfNothingIsEmpty) {
  const auto layout = lay_out({});
  EXPECT_EQ(layout.height, 0);
  EXPECT_TRUE(layout.boxes.empty());
}

}  // namespace
}  // namespace centime::explorer
