#include "explorer/flow_diagram.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include "explorer/flow_column.h"
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

// The column of narrow screens is as wide as a page of 320 px with its margins.
constexpr std::int64_t column_width = 2'880;
constexpr FlowLimits column_limits{.hand_layers = 4, .per_kind = 4};
constexpr std::int64_t row_space = 60;  // Between the words of two rows.

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
  std::array<char, 24> text{};
  auto* end = std::to_chars(text.begin(), text.end(), tenths / 10).ptr;
  if (const auto rest = tenths % 10; rest != 0) {
    *end++ = '.';
    end = std::to_chars(end, text.end(), rest).ptr;
  }
  return {text.begin(), end};
}

// What both forms of a diagram share: the graph that is drawn, and its words.
class Drawn {
 public:
  Drawn(const Catalogue& words, const FlowDiagram& diagram, const FlowLimits& limits)
      : words_(words),
        diagram_(diagram),
        graph_(simplified(diagram.graph, limits)),
        amounts_(graph_.amounts()) {}

  std::size_t layers() const { return graph_.layers(); }
  bool left_out() const {
    return std::ranges::any_of(graph_.nodes,
                               [](const FlowNode& node) { return node.merged != Merged::no; });
  }

 protected:
  std::string amount(std::uint64_t units) const { return words_.amount(units, diagram_.currency); }

  std::string label(std::size_t index) const {
    const auto& node = graph_.nodes[index];
    if (node.merged == Merged::no) return node.label;
    const auto key = node.merged == Merged::later ? "flow_later" : "flow_others";
    return words_.text(key, {{"count", words_.number(node.stands_for)}});
  }

  // The words of a box, the first base line three quarters of a line below `top`.
  void add_words(Section& box, std::size_t index, const std::vector<std::string>& lines,
                 std::int64_t left, std::int64_t top) const {
    auto y = top + line_height * 3 / 4;
    const auto x = pixels(left);
    if (std::ranges::any_of(lines, [](const auto& line) { return line.ends_with("…"); }))
      box.add("WHOLE").set("NAME", label(index));
    box.set("LABEL_X", x).set("AMOUNT", amount(amounts_[index]));
    for (const auto& line : lines) {
      box.add("LINE").set("LINE_X", x).set("LINE_Y", pixels(y)).set("LINE_TEXT", line);
      y += line_height;
    }
    box.set("AMOUNT_Y", pixels(y));
  }

  const Catalogue& words_;
  const FlowDiagram& diagram_;
  const FlowGraph graph_;
  const std::vector<std::uint64_t> amounts_;
};

// From left to right, where there is room.
class DiagramFiller : public Drawn {
 public:
  DiagramFiller(const Catalogue& words, Section& section, const FlowDiagram& diagram)
      : Drawn(words, diagram, {}), section_(section) {
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

 private:
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
    const auto letters =
        (options_.layer_step - options_.box_width - 2 * label_distance) / letter_width;
    const auto lines = label_lines(label(index), static_cast<std::size_t>(letters));
    const auto line_count = static_cast<std::int64_t>(lines.size()) + 1;
    add_words(box, index, lines, place.x + options_.box_width + label_distance,
              place.y + place.height / 2 - line_count * line_height / 2);
  }

  Section& section_;
  LayoutOptions options_;
  FlowLayout layout_;
};

// From the top down, for narrow screens.
class ColumnFiller : public Drawn {
 public:
  ColumnFiller(const Catalogue& words, Section& section, const FlowDiagram& diagram)
      : Drawn(words, diagram, column_limits), section_(section) {
    std::vector<std::int64_t> heights;
    constexpr auto room = column_width - label_left;
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      lines_.push_back(label_lines(label(i), static_cast<std::size_t>(room / letter_width)));
      heights.push_back(text_height(i) + row_space);
    }
    column_ = lay_out_column(graph_, heights, options_);
  }

  void fill() {
    section_.set("COLUMN_WIDTH", pixels(column_width));
    section_.set("COLUMN_HEIGHT", pixels(column_.height));
    for (std::size_t i = 0; i < graph_.links.size(); ++i)
      section_.add("COLUMN_BAND")
          .set("FILL", fill_of(graph_.nodes[graph_.links[i].to].kind))
          .set("PATH", path_of(column_.bands[i]));
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) add_bar(i);
  }

 private:
  static constexpr ColumnOptions options_;
  static constexpr std::int64_t label_left = options_.money_width + 160;

  std::int64_t text_height(std::size_t index) const {
    return (static_cast<std::int64_t>(lines_[index].size()) + 1) * line_height;
  }

  // Down one edge of the band and up the other.
  static std::string path_of(const std::vector<ColumnCut>& cuts) {
    std::string path = "M" + pixels(cuts.front().left) + " " + pixels(cuts.front().y);
    for (std::size_t i = 1; i < cuts.size(); ++i)
      path += step(cuts[i - 1].left, cuts[i - 1].y, cuts[i].left, cuts[i].y);
    path += "H" + pixels(cuts.back().right);
    for (std::size_t i = cuts.size(); i-- > 1;)
      path += step(cuts[i].right, cuts[i].y, cuts[i - 1].right, cuts[i - 1].y);
    return path + "Z";
  }

  static std::string step(std::int64_t from_x, std::int64_t from_y, std::int64_t to_x,
                          std::int64_t to_y) {
    if (from_x == to_x) return "V" + pixels(to_y);
    const auto middle = pixels((from_y + to_y) / 2);
    return "C" + pixels(from_x) + " " + middle + " " + pixels(to_x) + " " + middle + " " +
           pixels(to_x) + " " + pixels(to_y);
  }

  void add_bar(std::size_t index) {
    const auto& bar = column_.bars[index];
    auto box = section_.add("COLUMN_BAR");
    box.set("FILL", fill_of(graph_.nodes[index].kind));
    box.set("X", pixels(bar.x)).set("Y", pixels(bar.y));
    box.set("W", pixels(bar.width)).set("H", pixels(options_.bar_height));
    box.set("LEAD_X", pixels(bar.x + bar.width));
    box.set("LEAD_Y", pixels(bar.y + options_.bar_height / 2));
    box.set("LEAD_END", pixels(label_left - label_distance));
    add_words(box, index, lines_[index], label_left, bar.row + row_space / 2);
  }

  Section& section_;
  std::vector<std::vector<std::string>> lines_;  // By node.
  FlowColumn column_;
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
  const auto rows =
      static_cast<std::size_t>(std::ranges::count(diagram.rows, group, &FlowRow::group));
  // One more takes no more room than saying that it is left out.
  const std::size_t listed = rows == rows_per_group + 1 ? rows : rows_per_group;
  auto body = section.add("GROUP");
  const auto amount = [&](std::uint64_t units) { return words.amount(units, diagram.currency); };
  for (const auto& row : diagram.rows) {
    if (row.group != group) continue;
    sum += row.amount;
    if (++count <= listed)
      fill_row(body.add("ROW"), row.from, row.to, row.note, amount(row.amount));
    else
      unlisted += row.amount;
  }
  if (count > listed) {
    const auto rest = words.number(count - listed);
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
  page.set_zoom();
  DiagramFiller filler(words, section, diagram);
  filler.fill();
  ColumnFiller column(words, section, diagram);
  column.fill();
  std::uint64_t total = 0;
  for (const auto& row : diagram.rows)
    if (row.group == FlowGroup::in) total += row.amount;
  section.set("KEY", place.key).set("TITLE", place.title);
  section.set("DESCRIPTION",
              words.text("flow_description", {{"amount", words.amount(total, diagram.currency)},
                                              {"count", words.number(filler.layers())}}));
  section.set("DESCRIPTION_DOWN", words.text("flow_description_down",
                                             {{"amount", words.amount(total, diagram.currency)},
                                              {"count", words.number(column.layers())}}));
  if (filler.left_out()) section.show("LEFT_OUT");
  if (column.left_out() && !filler.left_out()) section.show("LEFT_OUT_NARROW");
  bool unlisted = false;
  for (const auto group : {FlowGroup::in, FlowGroup::between, FlowGroup::out}) {
    const auto rows = std::ranges::count(diagram.rows, group, &FlowRow::group);
    if (rows > 0) fill_group(words, section, diagram, group);
    unlisted = unlisted || static_cast<std::size_t>(rows) > rows_per_group + 1;
  }
  if (unlisted) section.add("JSON").set("URL", place.json);
}

}  // namespace centime::explorer
