#include "explorer/qr_code.h"

#include <algorithm>
#include <array>
#include <bit>
#include <bitset>
#include <limits>

#include "explorer/qr_codewords.h"

namespace centime::explorer {
namespace {

constexpr std::size_t text_max = 400;
constexpr std::size_t masks = 8;
constexpr std::size_t size_max = 17 + 4 * qr_versions;

// A row or a column, with the quiet zone on both sides of it. In one word where it fits, as that of
// a donor's page does.
using Wide = std::bitset<size_max + 2 * qr_quiet_zone>;
using Word = std::uint64_t;

Wide module_of(const Wide&, std::size_t at) { return Wide().set(at + qr_quiet_zone); }
Word module_of(Word, std::size_t at) { return Word{1} << (at + qr_quiet_zone); }
bool any(const Wide& line) { return line.any(); }
bool any(Word line) { return line != 0; }
std::size_t count(const Wide& line) { return line.count(); }
[[gnu::always_inline]] inline std::size_t count(Word line) {
  return static_cast<std::size_t>(std::popcount(line));
}

struct Place {
  std::uint8_t x, y;
};

// Modules by row and by column, always the same.
template <class Line>
struct Grid {
  std::vector<Line> rows, columns;

  explicit Grid(std::size_t size) : rows(size), columns(size) {}
  void set(std::size_t x, std::size_t y) {
    rows[y] |= module_of(Line(), x);
    columns[x] |= module_of(Line(), y);
  }
  void unset(std::size_t x, std::size_t y) {
    rows[y] &= ~module_of(Line(), x);
    columns[x] &= ~module_of(Line(), y);
  }
};

Grid<Word> in_words(const Grid<Wide>& grid) {
  Grid<Word> words(grid.rows.size());
  for (std::size_t i = 0; i < grid.rows.size(); ++i) {
    words.rows[i] = grid.rows[i].to_ullong();
    words.columns[i] = grid.columns[i].to_ullong();
  }
  return words;
}

// What is drawn before the data is, and what each mask flips, its number in the format with it.
template <class Line>
struct Forms {
  Grid<Line> fixed;
  std::vector<Grid<Line>> masks;
  Line inside;  // Of a line: what is no quiet zone.
};

// 7.8.2, table 10.
bool flips(std::size_t mask, std::size_t x, std::size_t y) {
  switch (mask) {
    case 0:
      return (x + y) % 2 == 0;
    case 1:
      return y % 2 == 0;
    case 2:
      return x % 3 == 0;
    case 3:
      return (x + y) % 3 == 0;
    case 4:
      return (x / 3 + y / 2) % 2 == 0;
    case 5:
      return x * y % 2 + x * y % 3 == 0;
    case 6:
      return (x * y % 2 + x * y % 3) % 2 == 0;
    default:
      return ((x + y) % 2 + x * y % 3) % 2 == 0;
  }
}

// `value` with the remainder of its division by the generator behind it: the BCH codes of Annex C.
unsigned with_remainder(unsigned value, unsigned generator, unsigned bits) {
  unsigned rest = value << bits;
  for (unsigned top = 32; top-- > bits;)
    if ((rest >> top & 1) != 0) rest ^= generator << (top - bits);
  return value << bits | rest;
}

// What all codes of one version have in common.
class Layout {
 public:
  explicit Layout(unsigned version);

  std::size_t size() const { return size_; }
  const std::vector<Place>& places() const { return places_; }  // Of the codewords' bits, in order.
  const Forms<Wide>& wide() const { return wide_; }
  const std::optional<Forms<Word>>& in_words() const { return words_; }  // Where lines fit.

 private:
  void fix(std::size_t x, std::size_t y, bool dark);
  void fix_square(std::size_t x, std::size_t y, std::size_t radius);
  void fix_patterns(unsigned version);
  void fix_version(unsigned version);
  void find_places();

  std::size_t size_;
  Grid<Wide> taken_;
  std::vector<Place> places_;
  Forms<Wide> wide_;
  std::optional<Forms<Word>> words_;
};

void Layout::fix(std::size_t x, std::size_t y, bool dark) {
  if (dark)
    wide_.fixed.set(x, y);
  else
    wide_.fixed.unset(x, y);
  taken_.set(x, y);
}

// Rings around a centre, as far as they are on the code: dark but for those at distance 1 of the
// outermost, or 2 and 4 of a finder pattern.
void Layout::fix_square(std::size_t x, std::size_t y, std::size_t radius) {
  for (std::size_t v = y - std::min(y, radius); v <= std::min(y + radius, size_ - 1); ++v) {
    for (std::size_t u = x - std::min(x, radius); u <= std::min(x + radius, size_ - 1); ++u) {
      const auto distance = std::max(u > x ? u - x : x - u, v > y ? v - y : y - v);
      fix(u, v, radius == 2 ? distance != 1 : distance != 2 && distance != 4);
    }
  }
}

// 6.3: finder patterns with their separators, timing and alignment patterns.
void Layout::fix_patterns(unsigned version) {
  for (std::size_t i = 0; i < size_; ++i) {
    fix(i, 6, i % 2 == 0);
    fix(6, i, i % 2 == 0);
  }
  fix_square(3, 3, 4);
  fix_square(size_ - 4, 3, 4);
  fix_square(3, size_ - 4, 4);
  if (version == 1) return;
  // Annex E.
  const std::size_t between = version / 7 + 1;
  const std::size_t step = (size_ - 14 + 2 * between) / (2 * between) * 2;
  std::vector<std::size_t> centres{6};
  for (std::size_t i = between; i-- > 0;) centres.push_back(size_ - 7 - i * step);
  const auto last = centres.back();
  for (const auto y : centres) {
    for (const auto x : centres) {
      const bool finder = (x == 6 && y == 6) || (x == 6 && y == last) || (x == last && y == 6);
      if (!finder) fix_square(x, y, 2);
    }
  }
}

// 7.10.
void Layout::fix_version(unsigned version) {
  if (version < 7) return;
  const auto bits = with_remainder(version, 0x1f25, 12);
  for (std::size_t i = 0; i < 18; ++i) {
    const bool dark = (bits >> i & 1) != 0;
    fix(size_ - 11 + i % 3, i / 3, dark);
    fix(i / 3, size_ - 11 + i % 3, dark);
  }
}

// 7.7.3: up and down in strips of two columns, from the right, without the timing pattern's.
void Layout::find_places() {
  bool up = true;
  for (std::size_t right = size_ - 1; right != 0; right -= right == 8 ? 3 : 2, up = !up) {
    for (std::size_t i = 0; i < size_; ++i) {
      const auto y = up ? size_ - 1 - i : i;
      for (const auto x : {right, right - 1})
        if (!taken_.rows[y][x + qr_quiet_zone])
          places_.push_back({static_cast<std::uint8_t>(x), static_cast<std::uint8_t>(y)});
    }
    if (right == 1) break;
  }
}

// 7.9: around the finder patterns, twice, and one module that is always dark.
void set_format(Grid<Wide>& grid, std::size_t mask) {
  const auto size = grid.rows.size();
  const auto set = [&grid](std::size_t x, std::size_t y) { grid.set(x, y); };
  constexpr unsigned level_m = 0;
  const auto bits = with_remainder(level_m << 3 | static_cast<unsigned>(mask), 0x537, 10) ^ 0x5412;
  for (std::size_t i = 0; i < 15; ++i) {
    const bool dark = (bits >> i & 1) != 0;
    if (!dark) continue;
    set(8, i < 6 ? i : i < 8 ? i + 1 : size - 15 + i);
    set(i < 8 ? size - 1 - i : i < 9 ? 7 : 14 - i, 8);
  }
  set(8, size - 8);
}

Layout::Layout(unsigned version)
    : size_(17 + 4 * version), taken_(size_), wide_{Grid<Wide>(size_), {}, {}} {
  fix_patterns(version);
  fix_version(version);
  for (std::size_t i = 0; i < 9; ++i) {  // For the format.
    taken_.set(8, i);
    taken_.set(i, 8);
    if (i == 8) break;
    taken_.set(8, size_ - 1 - i);
    taken_.set(size_ - 1 - i, 8);
  }
  find_places();
  for (std::size_t mask = 0; mask < masks; ++mask) {
    auto& grid = wide_.masks.emplace_back(size_);
    for (const auto& place : places_)
      if (flips(mask, place.x, place.y)) grid.set(place.x, place.y);
    set_format(grid, mask);
  }
  for (std::size_t i = 0; i < size_; ++i) wide_.inside |= module_of(Wide(), i);
  if (size_ + 2 * qr_quiet_zone > 64) return;
  words_.emplace(explorer::in_words(wide_.fixed), std::vector<Grid<Word>>(),
                 wide_.inside.to_ullong());
  for (const auto& mask : wide_.masks) words_->masks.push_back(explorer::in_words(mask));
}

const Layout& layout_of(unsigned version) {
  static const auto all = [] {
    std::vector<Layout> layouts;
    for (unsigned i = 1; i <= qr_versions; ++i) layouts.emplace_back(i);
    return layouts;
  }();
  return all[version - 1];
}

// 7.8.3, rules 1 and 3 in one line, whose runs and finder-like patterns it costs.
template <class Line>
[[gnu::always_inline]] inline std::size_t penalty_of_line(const Line& dark, const Line& inside) {
  std::size_t penalty = 0;
  const Line light = ~dark;
  for (const Line& same : {dark, Line(light & inside)}) {
    // Where runs of five begin: a run of n has n - 4 of them, and costs 3 + (n - 5).
    const Line twos = same & same >> 1;
    const Line fives = twos & twos >> 2 & same >> 4;
    if (any(fives)) penalty += count(fives) + 2 * count(fives & ~(fives << 1));
  }
  const Line finder =
      dark & light >> 1 & dark >> 2 & dark >> 3 & dark >> 4 & light >> 5 & dark >> 6;
  const Line alone = finder & light << 1 & light >> 7;
  if (!any(alone)) return penalty;
  const Line before = light << 2 & light << 3 & light << 4;
  const Line behind = light >> 8 & light >> 9 & light >> 10;
  return penalty + 40 * count(alone & (before | behind));
}

// Rule 2 in two neighbouring lines: squares of two by two.
template <class Line>
[[gnu::always_inline]] inline std::size_t penalty_of_pair(const Line& line, const Line& next,
                                                          const Line& inside) {
  const Line dark = line & next, light = ~(line | next) & inside;
  return 3 * count((dark & dark >> 1) | (light & light >> 1));
}

// Rule 4: for each 5 % that the dark ones are away from a half.
std::size_t penalty_of_share(std::size_t dark, std::size_t modules) {
  const auto twentieths = 20 * dark, half = 10 * modules;
  return 10 * ((twentieths > half ? twentieths - half : half - twentieths) / modules);
}

// Of the grid under the mask: anything that is not less than `enough`, when it is not.
template <class Line>
[[gnu::always_inline]] inline std::size_t penalty_of(const Grid<Line>& grid, const Grid<Line>& mask,
                                                     const Line& inside, std::size_t enough) {
  const auto size = grid.rows.size();
  std::size_t penalty = 0, dark = 0;
  Line last{};
  for (std::size_t i = 0; i < size && penalty < enough; ++i) {
    const Line row = grid.rows[i] ^ mask.rows[i], column = grid.columns[i] ^ mask.columns[i];
    penalty += penalty_of_line(row, inside) + penalty_of_line(column, inside);
    if (i > 0) penalty += penalty_of_pair(last, row, inside);
    dark += count(row);
    last = row;
  }
  return penalty < enough ? penalty + penalty_of_share(dark, size * size) : penalty;
}

// The mask under which the code costs least.
template <class Line>
[[gnu::always_inline]] inline std::size_t best_mask(const Grid<Line>& grid,
                                                    const Forms<Line>& forms) {
  auto least = std::numeric_limits<std::size_t>::max();
  std::size_t best = 0;
  for (std::size_t mask = 0; mask < masks; ++mask) {
    const auto penalty = penalty_of(grid, forms.masks[mask], forms.inside, least);
    if (penalty >= least) continue;
    least = penalty;
    best = mask;
  }
  return best;
}

std::size_t choose_mask(const Grid<Wide>& grid, const Forms<Wide>& forms) {
  return best_mask(grid, forms);
}

#ifdef __x86_64__
// Counting bits takes one instruction on all processors since 2008, and a dozen on the oldest.
[[gnu::target("popcnt")]] std::size_t choose_mask_counting(const Grid<Word>& grid,
                                                           const Forms<Word>& forms) {
  return best_mask(grid, forms);
}
#endif

std::size_t choose_mask(const Grid<Word>& grid, const Forms<Word>& forms) {
#ifdef __x86_64__
  static const bool counts = __builtin_cpu_supports("popcnt") != 0;
  if (counts) return choose_mask_counting(grid, forms);
#endif
  return best_mask(grid, forms);
}

std::vector<QrRun> runs_of(const Wide& row, std::size_t size) {
  std::vector<QrRun> runs;
  std::size_t skip = 0;
  bool inside = false;
  for (std::size_t i = 0; i < size; ++i) {
    const bool dark = row[i + qr_quiet_zone];
    if (!dark) {
      ++skip;
    } else if (inside) {
      ++runs.back().width;
    } else {
      runs.push_back({skip, 1});
      skip = 0;
    }
    inside = dark;
  }
  return runs;
}

std::vector<QrRun> runs_of(Word row, std::size_t size) {
  std::vector<QrRun> runs;
  runs.reserve(size / 2 + 1);
  row >>= qr_quiet_zone;
  while (row != 0) {
    const auto skip = std::countr_zero(row);
    row >>= skip;
    const auto width = std::countr_one(row);
    row >>= width;
    runs.push_back({static_cast<std::size_t>(skip), static_cast<std::size_t>(width)});
  }
  return runs;
}

template <class Line>
QrCode drawn(const std::vector<std::uint8_t>& codewords, const Layout& layout,
             const Forms<Line>& forms) {
  auto grid = forms.fixed;
  const auto* place = layout.places().data();
  for (const auto codeword : codewords)
    for (unsigned bit = 8; bit-- > 0; ++place)
      if ((codeword >> bit & 1) != 0) grid.set(place->x, place->y);
  const auto& mask = forms.masks[choose_mask(grid, forms)];

  QrCode code;
  code.size = layout.size();
  code.lines.reserve(code.size);
  for (std::size_t i = 0; i < code.size; ++i)
    code.lines.push_back(runs_of(grid.rows[i] ^ mask.rows[i], code.size));
  return code;
}

}  // namespace

std::optional<QrCode> qr_code(const std::string& text) {
  if (text.empty() || text.size() > text_max || text.contains('\0')) return std::nullopt;
  const auto version = qr_version_for(text);
  const auto& layout = layout_of(version);
  const auto codewords = qr_codewords(text, version);
  const auto& words = layout.in_words();
  return words ? drawn(codewords, layout, *words) : drawn(codewords, layout, layout.wide());
}

std::string qr_path(const QrCode& code) {
  // Numbers are below 100: "m12 0h34" is the longest of a run, "M4 80.5" of a line.
  constexpr std::size_t run_bytes = 8, line_bytes = 7;
  std::size_t bytes = 0;
  for (const auto& runs : code.lines) bytes += line_bytes + run_bytes * runs.size();
  std::string path(bytes, '\0');
  char* end = path.data();
  const auto append = [&end](std::size_t number) {
    if (number >= 10) *end++ = static_cast<char>('0' + number / 10);
    *end++ = static_cast<char>('0' + number % 10);
  };
  for (std::size_t y = 0; y < code.size; ++y) {
    *end++ = 'M';
    append(qr_quiet_zone);
    *end++ = ' ';
    append(y + qr_quiet_zone);
    *end++ = '.';
    *end++ = '5';
    for (const auto& run : code.lines[y]) {
      *end++ = 'm';
      append(run.skip);
      *end++ = ' ';
      *end++ = '0';
      *end++ = 'h';
      append(run.width);
    }
  }
  path.resize(static_cast<std::size_t>(end - path.data()));
  return path;
}

}  // namespace centime::explorer
