// What a flow diagram and the table beside it show, and how they get onto a page.
//
// The picture leaves out what is small; the table has all of it, and both say the same sums.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "explorer/flow_graph.h"
#include "explorer/page.h"
#include "node/ledger/money.h"

namespace centime::explorer {

enum class FlowGroup : std::uint8_t { in, between, out };
constexpr auto enum_words(FlowGroup) {
  return std::to_array<std::string_view>({"in", "between", "out"});
}

struct FlowRow {
  FlowGroup group{};
  std::string from;
  std::string to;
  std::string note;  // Or empty.
  std::uint64_t amount = 0;
};

struct FlowDiagram {
  ledger::Currency currency;
  FlowGraph graph;
  std::vector<FlowRow> rows;  // Those that come in add up to those that go out or stay.
};

struct FlowPlace {
  std::string key;    // For the ids of its elements: letters and digits.
  std::string title;  // What the diagram is of.
  std::string json;   // Where rows beyond those of the table are.
};

// Fills template flow.html.
void fill_flow(Page& page, Section section, const FlowDiagram& diagram, const FlowPlace& place);

}  // namespace centime::explorer
