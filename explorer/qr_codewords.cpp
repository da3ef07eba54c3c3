#include "explorer/qr_codewords.h"

#include <algorithm>
#include <array>
#include <span>

#include "crypto/check.h"

namespace centime::explorer {
namespace {

using Bytes = std::vector<std::uint8_t>;

// Table 9, level M: blocks of `data` bytes, then blocks of one more, each with `correction` bytes.
struct Blocks {
  std::uint8_t correction, count, data, longer;
};
constexpr std::array<Blocks, qr_versions> blocks_of_version{{{10, 1, 16, 0},
                                                             {16, 1, 28, 0},
                                                             {26, 1, 44, 0},
                                                             {18, 2, 32, 0},
                                                             {24, 2, 43, 0},
                                                             {16, 4, 27, 0},
                                                             {18, 4, 31, 0},
                                                             {22, 2, 38, 2},
                                                             {22, 3, 36, 2},
                                                             {26, 4, 43, 1},
                                                             {30, 1, 50, 4},
                                                             {22, 6, 36, 2},
                                                             {22, 8, 37, 1},
                                                             {24, 4, 40, 5},
                                                             {24, 5, 41, 5}}};

std::size_t data_bytes(unsigned version) {
  const auto& blocks = blocks_of_version.at(version - 1);
  return std::size_t{blocks.count} * blocks.data + blocks.longer * (blocks.data + 1U);
}

// Mode, length and text, by version.
std::size_t needed_bits(std::string_view text, unsigned version) {
  return 4 + (version < 10 ? 8 : 16) + 8 * text.size();
}

void append_bits(Bytes& bytes, std::size_t& used, unsigned value, unsigned count) {
  for (unsigned i = count; i-- > 0; ++used) {
    if (used % 8 == 0) bytes.push_back(0);
    if ((value >> i & 1) != 0) bytes.back() |= static_cast<std::uint8_t>(0x80 >> used % 8);
  }
}

Bytes data_of(std::string_view text, unsigned version) {
  constexpr unsigned byte_mode = 4;
  const auto size = data_bytes(version);
  Bytes bytes;
  bytes.reserve(size);
  std::size_t used = 0;
  append_bits(bytes, used, byte_mode, 4);
  append_bits(bytes, used, static_cast<unsigned>(text.size()), version < 10 ? 8 : 16);
  for (const char c : text) append_bits(bytes, used, static_cast<unsigned char>(c), 8);
  append_bits(bytes, used, 0, static_cast<unsigned>(std::min<std::size_t>(4, 8 * size - used)));
  for (std::uint8_t filler = 0xec; bytes.size() < size; filler ^= 0xec ^ 0x11)
    bytes.push_back(filler);
  return bytes;
}

// GF(256) with x^8 + x^4 + x^3 + x^2 + 1, by powers of 2.
struct Field {
  std::array<std::uint8_t, 510> power{};
  std::array<std::uint8_t, 256> log{};
};
constexpr Field make_field() {
  Field field;
  unsigned value = 1;
  for (unsigned i = 0; i < 255; ++i) {
    field.power[i] = field.power[i + 255] = static_cast<std::uint8_t>(value);
    field.log[value] = static_cast<std::uint8_t>(i);
    value = value << 1 ^ (value & 0x80 ? 0x11d : 0);
  }
  return field;
}
constexpr Field field = make_field();

// The product of (x - 2^i) for i < degree without its leading 1, as logarithms, highest first.
Bytes generator_logs(std::size_t degree) {
  Bytes factors(degree, 0);
  factors.back() = 1;
  for (std::size_t i = 0; i < degree; ++i) {
    for (std::size_t j = 0; j < degree; ++j) {
      if (factors[j] != 0) factors[j] = field.power[field.log[factors[j]] + i];
      if (j + 1 < degree) factors[j] ^= factors[j + 1];
    }
  }
  for (auto& factor : factors) factor = field.log[factor];
  return factors;
}

const Bytes& generator_of(std::size_t degree) {
  static const auto all = [] {
    std::vector<Bytes> generators;
    for (std::size_t i = 1; i <= 30; ++i) generators.push_back(generator_logs(i));
    return generators;
  }();
  return all.at(degree - 1);
}

// The remainder of the data, as a polynomial, by the generator.
Bytes correction_of(std::span<const std::uint8_t> data, const Bytes& generator) {
  Bytes rest(generator.size(), 0);
  for (const auto byte : data) {
    const std::uint8_t first = byte ^ rest.front();
    std::shift_left(rest.begin(), rest.end(), 1);
    rest.back() = 0;
    if (first == 0) continue;
    for (std::size_t i = 0; i < rest.size(); ++i)
      rest[i] ^= field.power[std::size_t{field.log[first]} + generator[i]];
  }
  return rest;
}

}  // namespace

unsigned qr_version_for(std::string_view text) {
  for (unsigned version = 1; version <= qr_versions; ++version)
    if (needed_bits(text, version) <= 8 * data_bytes(version)) return version;
  return 0;
}

std::vector<std::uint8_t> qr_codewords(std::string_view text, unsigned version) {
  crypto::check(needed_bits(text, version) <= 8 * data_bytes(version), "a text that fits");
  const auto& form = blocks_of_version.at(version - 1);
  const auto data = data_of(text, version);
  const auto& generator = generator_of(form.correction);
  std::vector<std::span<const std::uint8_t>> blocks;
  std::vector<Bytes> corrections;
  for (std::size_t begin = 0; begin < data.size(); begin += blocks.back().size()) {
    const std::size_t size = form.data + (blocks.size() < form.count ? 0U : 1U);
    blocks.push_back(std::span(data).subspan(begin, size));
    corrections.push_back(correction_of(blocks.back(), generator));
  }
  // By turns from each block, so that a stain does not fall on one of them alone.
  Bytes drawn;
  drawn.reserve(data.size() + blocks.size() * form.correction);
  for (std::size_t i = 0; i <= form.data; ++i)
    for (const auto& block : blocks)
      if (i < block.size()) drawn.push_back(block[i]);
  for (std::size_t i = 0; i < form.correction; ++i)
    for (const auto& correction : corrections) drawn.push_back(correction[i]);
  return drawn;
}

}  // namespace centime::explorer
