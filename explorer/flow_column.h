// The layout of a flow diagram for narrow screens: money runs down, and words stand beside it.
//
// Each box is a bar as wide as its money, in a row of its own with room for its words at the right;
// below it, or above, the bars of its layer keep other columns, so no band runs over a bar. Pure
// and deterministic: whole numbers only.
#pragma once

#include <cstdint>
#include <vector>

#include "explorer/flow_graph.h"

namespace centime::explorer {

// Lengths are tenths of a CSS pixel.
struct ColumnOptions {
  std::int64_t money_width = 1'100;  // Of the fullest layer, with its gaps.
  std::int64_t gap = 30;             // Between bars of a layer.
  std::int64_t bar_height = 100;
  std::int64_t layer_gap = 400;  // Where bands turn.
};

struct ColumnBar {
  std::int64_t x = 0;
  std::int64_t y = 0;      // Of its upper edge.
  std::int64_t width = 0;  // May be 0 for very little money.
  std::int64_t row = 0;    // Upper edge of the row that its words have.
};

// A cut through a band, [left, right) at y.
struct ColumnCut {
  std::int64_t y = 0;
  std::int64_t left = 0;
  std::int64_t right = 0;
};

struct FlowColumn {
  std::int64_t height = 0;
  std::vector<ColumnBar> bars;                // By node.
  std::vector<std::vector<ColumnCut>> bands;  // By link, from the top down: straight between the
                                              // 1st and 2nd, 3rd and 4th…, turning between others.
};

// `row_heights` by node, each at least bar_height. Requires what lay_out requires.
FlowColumn lay_out_column(const FlowGraph& graph, const std::vector<std::int64_t>& row_heights,
                          const ColumnOptions& options = {});

}  // namespace centime::explorer
