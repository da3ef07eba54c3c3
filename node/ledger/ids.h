// Names and numbers of the ledger, each a type of its own so that none passes for another.
#pragma once

#include <array>
#include <cereal/cereal.hpp>
#include <compare>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "crypto/digest.h"
#include "crypto/wire_types.h"

namespace centime::ledger {

// [a-z0-9][a-z0-9-]{0,39}
bool is_slug(std::string_view text);

template <class Tag>
struct Slug {
  static constexpr std::size_t max_size = 40;
  static constexpr std::string_view format = "slug ([a-z0-9][a-z0-9-]{0,39})";
  static bool valid(std::string_view text) { return is_slug(text); }

  std::string value;
  auto operator<=>(const Slug&) const = default;
};

using MemberId = Slug<struct MemberTag>;
using FundId = Slug<struct FundTag>;
using ChannelId = Slug<struct ChannelTag>;

// An author's own name for a record, unique per author for ever: 1 to 64 printable ASCII characters
// without spaces at either end.
struct Reference {
  static constexpr std::size_t max_size = 64;
  static constexpr std::string_view format = "reference (1 to 64 printable ASCII characters)";
  static bool valid(std::string_view text);

  std::string value;
  auto operator<=>(const Reference&) const = default;
};

// SHA-256("centime/record/v1\n" || canonical authored record).
struct RecordId {
  std::array<std::uint8_t, 32> bytes{};
  auto operator<=>(const RecordId&) const = default;

  static RecordId from(const crypto::Digest& digest) { return {digest.bytes}; }
  std::string hex() const;
};

inline std::size_t hash_value(const RecordId& id) {
  return crypto::hash_value(crypto::Digest{id.bytes});
}

// SHA-256 of the genesis entry: which network a statement belongs to.
struct NetworkId {
  std::array<std::uint8_t, 32> bytes{};
  auto operator<=>(const NetworkId&) const = default;
};

// A counting number of one kind. Differences are plain integers.
template <class Tag, std::unsigned_integral Integer = std::uint64_t>
struct Ordinal {
  using integer_type = Integer;

  Integer value = 0;
  auto operator<=>(const Ordinal&) const = default;

  friend Ordinal operator+(Ordinal left, Integer count) {
    return {static_cast<Integer>(left.value + count)};
  }
  friend Integer operator-(Ordinal left, Ordinal right) {
    return static_cast<Integer>(left.value - right.value);
  }
};

using EntryIndex = Ordinal<struct EntryTag>;                     // Leaf of the log, from 0.
using Height = Ordinal<struct HeightTag>;                        // Block, from 0 (genesis).
using AccountIndex = Ordinal<struct AccountTag, std::uint32_t>;  // In order of creation, from 0.
using Position = Ordinal<struct PositionTag>;  // Minor unit of an account, from 0.

// Positions [lo, hi) of one account.
struct Interval {
  Position lo;
  Position hi;
  auto operator<=>(const Interval&) const = default;

  std::uint64_t size() const { return hi - lo; }
  bool empty() const { return !(lo < hi); }

  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::make_nvp("lo", lo), cereal::make_nvp("hi", hi));
  }
};

// The part that both have; empty (lo == hi) when there is none.
Interval intersection(const Interval& left, const Interval& right);

}  // namespace centime::ledger
