#include "node/program/nearest_word.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace centime::program {
namespace {

// "nwe" and "new".
bool is_swap(std::string_view from, std::string_view to) {
  if (from.size() != to.size() || from == to) return false;
  const auto first = static_cast<std::size_t>(std::ranges::mismatch(from, to).in1 - from.begin());
  return first + 1 < from.size() && from[first] == to[first + 1] && from[first + 1] == to[first] &&
         from.substr(first + 2) == to.substr(first + 2);
}

}  // namespace

std::size_t edit_distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < to.size(); ++j) {
      const std::size_t replaced = diagonal + (from[i] == to[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

std::string_view nearest_word(std::string_view word, std::span<const std::string_view> known) {
  std::string_view nearest;
  std::size_t least = 0;
  for (const std::string_view candidate : known) {
    const std::size_t distance = is_swap(word, candidate) ? 1 : edit_distance(word, candidate);
    if (2 * distance > std::max(word.size(), candidate.size())) continue;
    if (nearest.empty() || distance < least) {
      nearest = candidate;
      least = distance;
    }
  }
  return nearest;
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> known) {
  const std::string_view nearest = nearest_word(word, known);
  return nearest.empty() ? std::string() : ": did you mean '" + std::string(nearest) + "'?";
}

}  // namespace centime::program
