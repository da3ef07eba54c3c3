#include "explorer/flow_column.h"

#include <algorithm>

#include "crypto/check.h"
#include "explorer/flow_layout.h"

namespace centime::explorer {
namespace {

// The order and the widths are those of the wide picture, lying on its side.
FlowLayout on_its_side(const FlowGraph& graph, const ColumnOptions& options) {
  LayoutOptions side{
      .box_width = 0, .layer_step = 1, .money_height = 0, .label_height = 0, .gap = options.gap};
  auto gaps = lay_out(graph, side).height;
  // Of many bars the gaps shrink, so that half of the width at least is money.
  if (gaps > options.money_width / 2) {
    side.gap = side.gap * options.money_width / 2 / gaps;
    gaps = lay_out(graph, side).height;
  }
  side.money_height = options.money_width - gaps;
  return lay_out(graph, side);
}

struct Layer {
  std::int64_t top = 0;
  std::int64_t bottom = 0;
};

class Column {
 public:
  Column(const FlowGraph& graph, const std::vector<std::int64_t>& row_heights,
         const ColumnOptions& options)
      : graph_(graph), rows_(row_heights), options_(options), side_(on_its_side(graph, options)) {
    crypto::check(row_heights.size() == graph.nodes.size(), "a row for each node");
  }

  FlowColumn make() {
    place_bars();
    for (std::size_t i = 0; i < graph_.links.size(); ++i) place_band(i);
    return std::move(column_);
  }

 private:
  void place_bars() {
    column_.bars.resize(graph_.nodes.size());
    layers_.resize(graph_.layers());
    std::int64_t y = 0;
    for (std::size_t layer = 0; layer < layers_.size(); ++layer) {
      layers_[layer].top = y;
      for (const auto node : from_the_left(layer)) {
        auto& bar = column_.bars[node];
        bar.x = side_.boxes[node].y;
        bar.width = side_.boxes[node].height;
        bar.row = y;
        bar.y = y + (rows_[node] - options_.bar_height) / 2;
        y += rows_[node];
      }
      layers_[layer].bottom = y;
      if (layer + 1 < layers_.size()) y += options_.layer_gap;
    }
    column_.height = y;
  }

  std::vector<std::size_t> from_the_left(std::size_t layer) const {
    std::vector<std::size_t> nodes;
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i)
      if (graph_.nodes[i].layer == layer) nodes.push_back(i);
    std::ranges::sort(nodes, {}, [this](std::size_t i) { return std::pair(side_.boxes[i].y, i); });
    return nodes;
  }

  void place_band(std::size_t index) {
    const auto& link = graph_.links[index];
    const auto& cuts = side_.bands[index];
    auto& band = column_.bands.emplace_back();
    const auto add = [&](std::int64_t y, const BandCut& cut) {
      band.push_back({y, cut.top, cut.bottom});
    };
    auto layer = graph_.nodes[link.from].layer;
    // In pairs: leaving a layer, arriving at the next.
    add(column_.bars[link.from].y + options_.bar_height, cuts.front());
    for (std::size_t i = 0; i + 1 < cuts.size(); i += 2, ++layer) {
      add(layers_[layer].bottom, cuts[i]);
      add(layers_[layer + 1].top, cuts[i + 1]);
    }
    add(column_.bars[link.to].y, cuts.back());
  }

  const FlowGraph& graph_;
  const std::vector<std::int64_t>& rows_;
  const ColumnOptions& options_;
  const FlowLayout side_;
  std::vector<Layer> layers_;
  FlowColumn column_;
};

}  // namespace

FlowColumn lay_out_column(const FlowGraph& graph, const std::vector<std::int64_t>& row_heights,
                          const ColumnOptions& options) {
  return Column(graph, row_heights, options).make();
}

}  // namespace centime::explorer
