#include "explorer/qr_code.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <limits>

#include "explorer/qr_codewords.h"

namespace centime::explorer {
namespace {

constexpr std::size_t text_max = 400;
constexpr std::size_t masks = 8;
constexpr std::size_t size_max = 17 + 4 * qr_versions;

// A row or a column, with the quiet zone on both sides of it.
using Line = std::bitset<size_max + 2 * qr_quiet_zone>;
using Lines = std::vector<Line>;

struct Place {
  std::uint8_t x, y;
};

// Modules by row and by column, always the same.
struct Grid {
  Lines rows, columns;

  explicit Grid(std::size_t size) : rows(size), columns(size) {}
  void set(std::size_t x, std::size_t y, bool dark) {
    rows[y][x + qr_quiet_zone] = dark;
    columns[x][y + qr_quiet_zone] = dark;
  }
  void flip_all(const Grid& other) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      rows[i] ^= other.rows[i];
      columns[i] ^= other.columns[i];
    }
  }
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
  const Grid& fixed() const { return fixed_; }
  const std::vector<Place>& places() const { return places_; }  // Of the codewords' bits, in order.
  const Grid& mask(std::size_t i) const { return masks_[i]; }
  const Line& inside() const { return inside_; }  // Of a line: what is no quiet zone.

 private:
  void fix(std::size_t x, std::size_t y, bool dark);
  void fix_square(std::size_t x, std::size_t y, std::size_t radius);
  void fix_patterns(unsigned version);
  void fix_version(unsigned version);
  void find_places();

  std::size_t size_;
  Grid fixed_, taken_;
  std::vector<Place> places_;
  std::vector<Grid> masks_;
  Line inside_;
};

void Layout::fix(std::size_t x, std::size_t y, bool dark) {
  fixed_.set(x, y, dark);
  taken_.set(x, y, true);
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
void set_format(Grid& grid, std::size_t mask) {
  const auto size = grid.rows.size();
  constexpr unsigned level_m = 0;
  const auto bits = with_remainder(level_m << 3 | static_cast<unsigned>(mask), 0x537, 10) ^ 0x5412;
  for (std::size_t i = 0; i < 15; ++i) {
    const bool dark = (bits >> i & 1) != 0;
    grid.set(8, i < 6 ? i : i < 8 ? i + 1 : size - 15 + i, dark);
    grid.set(i < 8 ? size - 1 - i : i < 9 ? 7 : 14 - i, 8, dark);
  }
  grid.set(8, size - 8, true);
}

Layout::Layout(unsigned version) : size_(17 + 4 * version), fixed_(size_), taken_(size_) {
  fix_patterns(version);
  fix_version(version);
  for (std::size_t i = 0; i < 9; ++i) {  // For the format.
    taken_.set(8, i, true);
    taken_.set(i, 8, true);
    if (i == 8) break;
    taken_.set(8, size_ - 1 - i, true);
    taken_.set(size_ - 1 - i, 8, true);
  }
  find_places();
  for (std::size_t mask = 0; mask < masks; ++mask) {
    Grid& grid = masks_.emplace_back(size_);
    for (const auto& place : places_)
      if (flips(mask, place.x, place.y)) grid.set(place.x, place.y, true);
  }
  for (std::size_t i = 0; i < size_; ++i) inside_.set(i + qr_quiet_zone);
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
template <std::size_t width>
std::size_t penalty_of_line(const std::bitset<width>& dark, const std::bitset<width>& inside) {
  std::size_t penalty = 0;
  const auto light = ~dark;
  for (const auto& same : {dark, light & inside}) {
    // Where runs of five begin: a run of n has n - 4 of them, and costs 3 + (n - 5).
    const auto twos = same & same >> 1;
    const auto fives = twos & twos >> 2 & same >> 4;
    if (fives.any()) penalty += fives.count() + 2 * (fives & ~(fives << 1)).count();
  }
  const auto finder =
      dark & light >> 1 & dark >> 2 & dark >> 3 & dark >> 4 & light >> 5 & dark >> 6;
  const auto alone = finder & light << 1 & light >> 7;
  if (alone.none()) return penalty;
  const auto before = light << 2 & light << 3 & light << 4;
  const auto behind = light >> 8 & light >> 9 & light >> 10;
  return penalty + 40 * (alone & (before | behind)).count();
}

// Rule 2 in two neighbouring lines: squares of two by two.
template <std::size_t width>
std::size_t penalty_of_pair(const std::bitset<width>& line, const std::bitset<width>& next,
                            const std::bitset<width>& inside) {
  const auto dark = line & next, light = ~(line | next) & inside;
  return 3 * ((dark & dark >> 1) | (light & light >> 1)).count();
}

// Rule 4: for each 5 % that the dark ones are away from a half.
std::size_t penalty_of_share(std::size_t dark, std::size_t modules) {
  const auto twentieths = 20 * dark, half = 10 * modules;
  return 10 * ((twentieths > half ? twentieths - half : half - twentieths) / modules);
}

// Anything that is not less than `enough`, when it is not. Requires lines that fit into `width`.
template <std::size_t width>
std::size_t penalty_of(const Grid& grid, const Line& inside, std::size_t enough) {
  const auto narrow = [](const Line& line) {
    if constexpr (width == Line{}.size())
      return line;
    else
      return std::bitset<width>(line.to_ullong());
  };
  const auto size = grid.rows.size();
  const auto bounds = narrow(inside);
  std::size_t penalty = 0, dark = 0;
  std::bitset<width> last;
  for (std::size_t i = 0; i < size && penalty < enough; ++i) {
    const auto row = narrow(grid.rows[i]);
    penalty += penalty_of_line(row, bounds) + penalty_of_line(narrow(grid.columns[i]), bounds);
    if (i > 0) penalty += penalty_of_pair(last, row, bounds);
    dark += row.count();
    last = row;
  }
  return penalty < enough ? penalty + penalty_of_share(dark, size * size) : penalty;
}

void put_mask(Grid& grid, const Layout& layout, std::size_t mask) {
  grid.flip_all(layout.mask(mask));
  set_format(grid, mask);
}

// The code under the mask that costs least. `grid` has none.
void mask_best(Grid& grid, const Layout& layout) {
  const bool fits_a_word = layout.size() + 2 * qr_quiet_zone <= 64;  // As a donor's page has it.
  auto least = std::numeric_limits<std::size_t>::max();
  std::size_t best = 0;
  for (std::size_t mask = 0; mask < masks; ++mask) {
    put_mask(grid, layout, mask);
    const auto penalty = fits_a_word ? penalty_of<64>(grid, layout.inside(), least)
                                     : penalty_of<Line{}.size()>(grid, layout.inside(), least);
    grid.flip_all(layout.mask(mask));
    if (penalty >= least) continue;
    least = penalty;
    best = mask;
  }
  put_mask(grid, layout, best);
}

std::vector<QrRun> runs_of(const Line& row, std::size_t size) {
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

}  // namespace

std::optional<QrCode> qr_code(const std::string& text) {
  if (text.empty() || text.size() > text_max || text.contains('\0')) return std::nullopt;
  const auto version = qr_version_for(text);
  const auto& layout = layout_of(version);
  Grid grid = layout.fixed();
  const auto codewords = qr_codewords(text, version);
  for (std::size_t i = 0; i < 8 * codewords.size(); ++i)
    if ((codewords[i / 8] >> (7 - i % 8) & 1) != 0)
      grid.set(layout.places()[i].x, layout.places()[i].y, true);
  mask_best(grid, layout);

  QrCode code;
  code.size = layout.size();
  for (const auto& row : grid.rows) code.lines.push_back(runs_of(row, code.size));
  return code;
}

std::string qr_path(const QrCode& code) {
  std::string path;
  path.reserve(code.size * code.size * 2);
  // A few hundred numbers below 100.
  const auto append = [&path](std::size_t number) {
    if (number >= 10) path += static_cast<char>('0' + number / 10);
    path += static_cast<char>('0' + number % 10);
  };
  for (std::size_t y = 0; y < code.size; ++y) {
    path += 'M';
    append(qr_quiet_zone);
    path += ' ';
    append(y + qr_quiet_zone);
    path += ".5";
    for (const auto& run : code.lines[y]) {
      path += 'm';
      append(run.skip);
      path += " 0h";
      append(run.width);
    }
  }
  return path;
}

}  // namespace centime::explorer
