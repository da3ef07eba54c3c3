#include "explorer/flow_labels.h"

#include <algorithm>

namespace centime::explorer {
namespace {

struct Letter {
  std::string_view bytes;
  std::size_t width = 1;
};

std::vector<Letter> letters_of(std::string_view text) {
  // From Hangul on: in UTF-8 three bytes from e1 84 80.
  constexpr std::string_view first_wide = "\u1100";
  std::vector<Letter> letters;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at + 1;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) ++end;
    const auto bytes = text.substr(at, end - at);
    // General punctuation, bars and marks among it, is as narrow as ours.
    const bool wide = bytes >= first_wide && !bytes.starts_with("\xe2");
    letters.push_back({bytes, wide ? 2U : 1U});
    at = end;
  }
  return letters;
}

using Letters = std::vector<Letter>;

std::string join(const Letters& letters, std::size_t first, std::size_t last) {
  std::string out;
  for (auto i = first; i < last; ++i) out += letters[i].bytes;
  return out;
}

// How far one line reaches from `first`: one past its last letter.
std::size_t reach(const Letters& letters, std::size_t first, std::size_t room) {
  std::size_t width = 0;
  auto at = first;
  while (at < letters.size() && width + letters[at].width <= room) width += letters[at++].width;
  return at;
}

}  // namespace

std::vector<std::string> label_lines(std::string_view text, std::size_t room) {
  const auto letters = letters_of(text);
  const auto whole = reach(letters, 0, room);
  if (whole == letters.size()) return {std::string(text)};
  auto stop = whole;
  while (stop > 0 && letters[stop].bytes != " ") --stop;
  const bool broken = stop == 0;
  if (broken) stop = whole;
  const auto next = broken ? stop : stop + 1;
  const auto end = reach(letters, next, room);
  auto second = end == letters.size() ? join(letters, next, end)
                                      : join(letters, next, reach(letters, next, room - 1)) + "…";
  return {join(letters, 0, stop), std::move(second)};
}

}  // namespace centime::explorer
