#include "explorer/flow_layout.h"

#include <algorithm>
#include <tuple>

#include "crypto/check.h"

namespace centime::explorer {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr int sweeps = 4;

// A node, or the lane of a link in a layer that it passes.
struct Cell {
  std::size_t layer = 0;
  std::uint64_t amount = 0;
  bool lane = false;
  std::vector<std::size_t> in{};  // Segments.
  std::vector<std::size_t> out{};
  std::size_t rank = 0;  // Within its layer, from the top.
  std::int64_t top = 0;
};

// Part of a link between neighbouring layers.
struct Segment {
  std::size_t from = 0;  // Cells.
  std::size_t to = 0;
  std::uint64_t amount = 0;
  std::size_t link = 0;
};

class Drawing {
 public:
  Drawing(const FlowGraph& graph, const LayoutOptions& options) : options_(options) {
    const auto amounts = graph.amounts();
    for (std::size_t i = 0; i < graph.nodes.size(); ++i)
      cells_.push_back({.layer = graph.nodes[i].layer, .amount = amounts[i]});
    for (std::size_t i = 0; i < graph.links.size(); ++i) add_link(graph, i);
    layers_.resize(graph.layers());
    for (std::size_t i = 0; i < cells_.size(); ++i) layers_[cells_[i].layer].push_back(i);
    for (const auto& layer : layers_) fullest_ = std::max(fullest_, money_in(layer));
  }

  FlowLayout make(std::size_t nodes, std::size_t links) {
    set_ranks();
    for (int i = 0; i < sweeps; ++i) {
      for (std::size_t layer = 1; layer < layers_.size(); ++layer) sort_layer(layer, true);
      for (std::size_t layer = layers_.size(); layer-- > 1;) sort_layer(layer - 1, false);
    }
    FlowLayout layout;
    place_cells(layout);
    for (std::size_t i = 0; i < nodes; ++i)
      layout.boxes.push_back({x_of(cells_[i].layer), cells_[i].top, scaled(cells_[i].amount)});
    layout.bands.resize(links);
    place_bands(layout);
    return layout;
  }

 private:
  void add_link(const FlowGraph& graph, std::size_t index) {
    const auto& link = graph.links[index];
    const auto first = graph.nodes[link.from].layer, last = graph.nodes[link.to].layer;
    crypto::check(first < last, "a link goes to a later layer");
    std::size_t from = link.from;
    for (auto layer = first + 1; layer <= last; ++layer) {
      auto to = link.to;
      if (layer < last) {
        to = cells_.size();
        cells_.push_back({.layer = layer, .amount = link.amount, .lane = true});
      }
      cells_[from].out.push_back(segments_.size());
      cells_[to].in.push_back(segments_.size());
      segments_.push_back({from, to, link.amount, index});
      from = to;
    }
  }

  std::uint64_t money_in(const std::vector<std::size_t>& layer) const {
    std::uint64_t sum = 0;
    for (const auto cell : layer) sum += cells_[cell].amount;
    return sum;
  }

  std::int64_t scaled(std::uint64_t amount) const {
    if (fullest_ == 0) return 0;
    const auto height = static_cast<Wide>(options_.money_height);
    return static_cast<std::int64_t>(height * amount / fullest_);
  }

  std::int64_t x_of(std::size_t layer) const {
    return static_cast<std::int64_t>(layer) * options_.layer_step;
  }

  void set_ranks() {
    for (const auto& layer : layers_)
      for (std::size_t i = 0; i < layer.size(); ++i) cells_[layer[i]].rank = i;
  }

  // The mean rank of the neighbours on one side, weighed by money, in thousandths; its own rank for
  // a cell that has none there.
  std::uint64_t wish(std::size_t index, bool by_sources) const {
    const auto& cell = cells_[index];
    Wide sum = 0, weight = 0;
    for (const auto i : by_sources ? cell.in : cell.out) {
      const auto& segment = segments_[i];
      const auto& neighbour = cells_[by_sources ? segment.from : segment.to];
      sum += static_cast<Wide>(segment.amount) * neighbour.rank * 1000;
      weight += segment.amount;
    }
    return weight == 0 ? cell.rank * 1000 : static_cast<std::uint64_t>(sum / weight);
  }

  void sort_layer(std::size_t layer, bool by_sources) {
    auto& cells = layers_[layer];
    std::vector<std::tuple<std::uint64_t, std::size_t, std::size_t>> wishes;
    for (const auto cell : cells)
      wishes.emplace_back(wish(cell, by_sources), cells_[cell].rank, cell);
    std::ranges::sort(wishes);
    for (std::size_t i = 0; i < cells.size(); ++i) {
      cells[i] = std::get<2>(wishes[i]);
      cells_[cells[i]].rank = i;
    }
  }

  std::int64_t slot_of(const Cell& cell) const {
    const auto height = scaled(cell.amount);
    return cell.lane ? height : std::max(height, options_.label_height);
  }

  void place_cells(FlowLayout& layout) {
    std::vector<std::int64_t> heights;
    for (const auto& layer : layers_) {
      std::int64_t height = layer.empty() ? 0 : -options_.gap;
      for (const auto cell : layer) height += slot_of(cells_[cell]) + options_.gap;
      heights.push_back(height);
      layout.height = std::max(layout.height, height);
    }
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      auto y = (layout.height - heights[i]) / 2;
      for (const auto index : layers_[i]) {
        auto& cell = cells_[index];
        cell.top = y + (slot_of(cell) - scaled(cell.amount)) / 2;
        y += slot_of(cell) + options_.gap;
      }
    }
    layout.width = x_of(layers_.size());
  }

  // The segments of one side of a cell, from the top down.
  void cut(const Cell& cell, bool incoming, std::vector<BandCut>& by_segment) const {
    auto ends = incoming ? cell.in : cell.out;
    // Of two links between the same boxes there is only one, so no two ranks are equal.
    std::ranges::sort(ends, {}, [&](std::size_t i) {
      return cells_[incoming ? segments_[i].from : segments_[i].to].rank;
    });
    const auto x = x_of(cell.layer) + (incoming ? 0 : options_.box_width);
    std::uint64_t above = 0;
    for (const auto i : ends) {
      const auto top = cell.top + scaled(above);
      above += segments_[i].amount;
      by_segment[i] = {x, top, cell.top + scaled(above)};
    }
  }

  void place_bands(FlowLayout& layout) const {
    std::vector<BandCut> leaving(segments_.size()), arriving(segments_.size());
    for (const auto& cell : cells_) {
      cut(cell, true, arriving);
      cut(cell, false, leaving);
    }
    // A link's segments stand in order.
    for (std::size_t i = 0; i < segments_.size(); ++i) {
      auto& band = layout.bands[segments_[i].link];
      band.push_back(leaving[i]);
      band.push_back(arriving[i]);
    }
  }

  const LayoutOptions& options_;
  std::vector<Cell> cells_;  // The graph's nodes first.
  std::vector<Segment> segments_;
  std::vector<std::vector<std::size_t>> layers_;  // Cells from the top down.
  std::uint64_t fullest_ = 0;
};

}  // namespace

FlowLayout lay_out(const FlowGraph& graph, const LayoutOptions& options) {
  return Drawing(graph, options).make(graph.nodes.size(), graph.links.size());
}

}  // namespace centime::explorer
