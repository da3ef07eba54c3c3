#include "node/ledger/ids.h"

#include <algorithm>

#include "crypto/encoding.h"

namespace centime::ledger {

bool is_slug(std::string_view text) {
  const auto alphanumeric = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  if (text.empty() || text.size() > 40 || !alphanumeric(text[0])) return false;
  return std::ranges::all_of(text, [&](char c) { return alphanumeric(c) || c == '-'; });
}

bool Reference::valid(std::string_view text) {
  if (text.empty() || text.size() > max_size) return false;
  if (text.front() == ' ' || text.back() == ' ') return false;
  return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c <= 0x7E; });
}

std::string RecordId::hex() const { return crypto::to_hex(bytes); }

Interval intersection(const Interval& left, const Interval& right) {
  const Position lo = std::max(left.lo, right.lo);
  return {lo, std::max(lo, std::min(left.hi, right.hi))};
}

}  // namespace centime::ledger
