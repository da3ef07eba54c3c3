#include "node/ledger/exchange.h"

#include "crypto/check.h"

namespace centime::ledger {
namespace {

__extension__ using Wide = unsigned __int128;

std::uint64_t floor_of(std::uint64_t value, std::uint64_t times, std::uint64_t by) {
  return static_cast<std::uint64_t>(Wide{value} * times / by);
}

std::uint64_t ceiling_of(std::uint64_t value, std::uint64_t times, std::uint64_t by) {
  return static_cast<std::uint64_t>((Wide{value} * times + by - 1) / by);
}

}  // namespace

Offsets Rate::forwards(const Offsets& from) const {
  crypto::check(from.hi <= from_units, "offset inside the record");
  return {floor_of(from.lo, to_units, from_units), floor_of(from.hi, to_units, from_units)};
}

Offsets Rate::backwards(const Offsets& to) const {
  crypto::check(to.lo < to.hi && to.hi <= to_units, "offset inside the record");
  // f(o) <= u  <=>  o * m_to < (u + 1) * m_from  <=>  o <= ceil((u + 1) * m_from / m_to) - 1.
  const std::uint64_t lo = ceiling_of(to.lo + 1, from_units, to_units) - 1;
  // f(o) >= v  <=>  o * m_to >= v * m_from.
  return {lo, ceiling_of(to.hi, from_units, to_units)};
}

}  // namespace centime::ledger
