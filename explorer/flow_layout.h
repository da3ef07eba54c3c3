// Where the boxes and bands of a flow diagram lie.
//
// Pure and deterministic: whole numbers only. One scale for the whole picture, so that equal money
// is equally high everywhere; a band that passes a layer without stopping keeps a lane of its own
// there, so it runs over no box.
#pragma once

#include <cstdint>
#include <vector>

#include "explorer/flow_graph.h"

namespace centime::explorer {

// Lengths are tenths of a CSS pixel.
struct LayoutOptions {
  std::int64_t box_width = 120;
  std::int64_t layer_step = 1920;    // From the left edge of one layer to that of the next.
  std::int64_t money_height = 2000;  // Of all the money of the fullest layer.
  std::int64_t label_height = 360;   // What a box has at least, for the words beside it.
  std::int64_t gap = 80;             // Between boxes of a layer.
};

struct FlowBox {
  std::int64_t x = 0;
  std::int64_t y = 0;       // Of its upper edge.
  std::int64_t height = 0;  // May be 0 for very little money.
};

// A cut through a band, [top, bottom) at x.
struct BandCut {
  std::int64_t x = 0;
  std::int64_t top = 0;
  std::int64_t bottom = 0;
};

struct FlowLayout {
  std::int64_t width = 0;
  std::int64_t height = 0;
  std::vector<FlowBox> boxes;               // By node.
  std::vector<std::vector<BandCut>> bands;  // By link: cuts from left to right, two at least.
};

// Requires a graph in which the amounts of each layer add up to less than 2^64.
FlowLayout lay_out(const FlowGraph& graph, const LayoutOptions& options = {});

}  // namespace centime::explorer
