#include "explorer/flow_diagram.h"

#include <algorithm>
#include <map>

#include "explorer/flow_labels.h"
#include "explorer/flow_layout.h"

namespace centime::explorer {
namespace {

constexpr std::size_t rows_per_group = 60;
constexpr std::int64_t page_width = 7'680;  // Of the text column, in tenths of a pixel.
constexpr std::int64_t least_step = 1'500;
constexpr std::int64_t line_height = 150;
constexpr std::int64_t label_distance = 60;
// Wide letters of 12 px; the label's place ends before the next layer.
constexpr std::int64_t letter_width = 68;

std::string_view fill_of(FlowKind kind) {
  switch (kind) {
    case FlowKind::source:
    case FlowKind::hand:
      return "hand";
    case FlowKind::exchanged:
    case FlowKind::rounded:
    case FlowKind::circle:
      return "rest";
    default:
      return crypto::word_of(kind);
  }
}

// "12.5" of 125 tenths.
std::string pixels(std::int64_t tenths) {
  const auto rest = tenths % 10;
  auto out = std::to_string(tenths / 10);
  if (rest != 0) out += "." + std::to_string(rest);
  return out;
}

class DiagramFiller {
 public:
  DiagramFiller(const Catalogue& words, Section& section, const FlowDiagram& diagram)
      : words_(words),
        section_(section),
        diagram_(diagram),
        graph_(simplified(diagram.graph, {})),
        amounts_(graph_.amounts()) {
    const auto layers = static_cast<std::int64_t>(std::max<std::size_t>(graph_.layers(), 1));
    options_.layer_step = std::max(least_step, page_width / layers);
    options_.label_height = 3 * line_height;
    layout_ = lay_out(graph_, options_);
  }

  void fill() {
    section_.set("WIDTH", pixels(layout_.width)).set("HEIGHT", pixels(layout_.height));
    for (std::size_t i = 0; i < graph_.links.size(); ++i) add_band(i);
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) add_box(i);
  }

  std::size_t layers() const { return graph_.layers(); }
  bool left_out() const {
    return std::ranges::any_of(graph_.nodes,
                               [](const FlowNode& node) { return node.merged != Merged::no; });
  }

 private:
  std::string amount(std::uint64_t units) const { return words_.amount(units, diagram_.currency); }

  std::string label(std::size_t index) const {
    const auto& node = graph_.nodes[index];
    if (node.merged == Merged::no) return node.label;
    const auto key = node.merged == Merged::later ? "flow_later" : "flow_others";
    return words_.text(key, {{"count", words_.number(node.stands_for)}});
  }

  void add_band(std::size_t index) {
    const auto& link = graph_.links[index];
    const auto& cuts = layout_.bands[index];
    auto band = section_.add("BAND");
    band.set("FILL", fill_of(graph_.nodes[link.to].kind));
    band.set("TEXT", words_.text("flow_band", {{"from", label(link.from)},
                                               {"to", label(link.to)},
                                               {"amount", amount(link.amount)}}));
    band.set("X", pixels(cuts.front().x)).set("TOP", pixels(cuts.front().top));
    for (std::size_t i = 1; i < cuts.size(); ++i)
      add_curve(band.add("UPPER"), cuts[i - 1], cuts[i], &BandCut::top);
    band.set("BOTTOM", pixels(cuts.back().bottom));
    for (std::size_t i = cuts.size(); i-- > 1;)
      add_curve(band.add("LOWER"), cuts[i], cuts[i - 1], &BandCut::bottom);
  }

  static void add_curve(Section curve, const BandCut& from, const BandCut& to,
                        std::int64_t BandCut::* edge) {
    curve.set("MIDDLE", pixels((from.x + to.x) / 2));
    curve.set("FROM_Y", pixels(from.*edge));
    curve.set("TO_X", pixels(to.x)).set("TO_Y", pixels(to.*edge));
  }

  void add_box(std::size_t index) {
    const auto& place = layout_.boxes[index];
    auto box = section_.add("BOX");
    box.set("FILL", fill_of(graph_.nodes[index].kind));
    box.set("X", pixels(place.x)).set("Y", pixels(place.y));
    box.set("W", pixels(options_.box_width)).set("H", pixels(place.height));
    const auto name = label(index);
    const auto letters =
        (options_.layer_step - options_.box_width - 2 * label_distance) / letter_width;
    const auto lines = label_lines(name, static_cast<std::size_t>(letters));
    const auto line_count = static_cast<std::int64_t>(lines.size()) + 1;
    // To the first base line; three quarters of a line lie above one.
    auto y = place.y + place.height / 2 - line_count * line_height / 2 + line_height * 3 / 4;
    const auto x = pixels(place.x + options_.box_width + label_distance);
    if (std::ranges::any_of(lines, [](const auto& line) { return line.ends_with("…"); }))
      box.add("WHOLE").set("NAME", name);
    box.set("LABEL_X", x).set("AMOUNT", amount(amounts_[index]));
    for (const auto& line : lines) {
      box.add("LINE").set("LINE_X", x).set("LINE_Y", pixels(y)).set("LINE_TEXT", line);
      y += line_height;
    }
    box.set("AMOUNT_Y", pixels(y));
  }

  const Catalogue& words_;
  Section& section_;
  const FlowDiagram& diagram_;
  FlowGraph graph_;
  std::vector<std::uint64_t> amounts_;
  LayoutOptions options_;
  FlowLayout layout_;
};

void fill_row(Section row, const std::string& from, const std::string& to, const std::string& note,
              const std::string& amount) {
  row.set("FROM", from).set("TO", to).set("AMOUNT", amount);
  if (!note.empty()) row.add("NOTE").set("NOTE_TEXT", note);
}

void fill_group(const Catalogue& words, Section& section, const FlowDiagram& diagram,
                FlowGroup group) {
  std::uint64_t sum = 0, unlisted = 0;
  std::size_t count = 0;
  auto body = section.add("GROUP");
  const auto amount = [&](std::uint64_t units) { return words.amount(units, diagram.currency); };
  for (const auto& row : diagram.rows) {
    if (row.group != group) continue;
    sum += row.amount;
    if (++count <= rows_per_group)
      fill_row(body.add("ROW"), row.from, row.to, row.note, amount(row.amount));
    else
      unlisted += row.amount;
  }
  if (count > rows_per_group) {
    const auto rest = words.number(count - rows_per_group);
    body.add("UNLISTED")
        .set("TEXT", words.text("flow_others", {{"count", rest}}))
        .set("AMOUNT", amount(unlisted));
  }
  const std::string word(crypto::word_of(group));
  body.set("GROUP_NAME", words.text("flow_group_" + word)).set("GROUP_KIND", word);
  // Between members the same money may pass more than once: a sum would say nothing.
  if (group != FlowGroup::between) body.add("SUM").set("AMOUNT", amount(sum));
}

}  // namespace

void fill_flow(Page& page, Section section, const FlowDiagram& diagram, const FlowPlace& place) {
  const auto& words = page.words();
  DiagramFiller filler(words, section, diagram);
  filler.fill();
  std::uint64_t total = 0;
  for (const auto& row : diagram.rows)
    if (row.group == FlowGroup::in) total += row.amount;
  section.set("KEY", place.key).set("TITLE", place.title);
  section.set("DESCRIPTION",
              words.text("flow_description", {{"amount", words.amount(total, diagram.currency)},
                                              {"count", words.number(filler.layers())}}));
  if (filler.left_out()) section.show("LEFT_OUT");
  bool unlisted = false;
  for (const auto group : {FlowGroup::in, FlowGroup::between, FlowGroup::out}) {
    const auto rows = std::ranges::count(diagram.rows, group, &FlowRow::group);
    if (rows > 0) fill_group(words, section, diagram, group);
    unlisted = unlisted || static_cast<std::size_t>(rows) > rows_per_group;
  }
  if (unlisted) section.add("JSON").set("URL", place.json);
}

}  // namespace centime::explorer
