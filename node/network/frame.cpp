#include "node/network/frame.h"

#include <algorithm>
#include <utility>

#include "crypto/check.h"

namespace centime::network {
namespace {

// A long frame's memory grows by what came, not by what was announced.
constexpr std::size_t growth_step = 64U << 10;

}  // namespace

FrameTable::FrameTable(std::span<const FrameRule> rules) {
  for (const FrameRule& rule : rules) {
    crypto::check(rule.kind != hello_kind, "frame kinds begin with 1");
    crypto::check(rule.bytes_max <= frame_bytes_max, "a frame's limit is below frame_bytes_max");
    crypto::check(!rules_[rule.kind], "each frame kind has one rule");
    rules_[rule.kind] = rule;
  }
}

FrameTable FrameTable::for_hello(std::uint32_t bytes_max) {
  FrameTable table;
  table.rules_[hello_kind] = FrameRule{hello_kind, "hello", bytes_max, SendClass::urgent};
  return table;
}

const FrameRule* FrameTable::find(std::uint8_t kind) const {
  const auto& rule = rules_[kind];
  return rule ? &*rule : nullptr;
}

void append_frame(std::uint8_t kind, crypto::BytesView bytes, crypto::Bytes& out) {
  crypto::check(bytes.size() <= frame_bytes_max, "a frame is not longer than any rule allows");
  const auto length = static_cast<std::uint32_t>(bytes.size());
  for (const unsigned shift : {24U, 16U, 8U, 0U})
    out.push_back(static_cast<std::uint8_t>(length >> shift));
  out.push_back(kind);
  out.insert(out.end(), bytes.begin(), bytes.end());
}

std::expected<std::size_t, LinkWord> FrameParser::feed(crypto::BytesView bytes) {
  crypto::check(!complete_, "a complete frame is taken before the next bytes");
  std::size_t used = 0;
  if (header_filled_ < frame_header_size) {
    used = std::min(bytes.size(), frame_header_size - header_filled_);
    std::copy_n(bytes.begin(), used, header_.begin() + static_cast<std::ptrdiff_t>(header_filled_));
    header_filled_ += used;
    if (header_filled_ < frame_header_size) return used;
    if (const auto fault = read_header()) return std::unexpected(*fault);
  }
  const auto body = bytes.subspan(used);
  const std::size_t size = std::min<std::size_t>(body.size(), length_ - frame_.bytes.size());
  if (frame_.bytes.capacity() < frame_.bytes.size() + size) {
    const std::size_t grown = 2 * frame_.bytes.capacity() + std::max(size, growth_step);
    frame_.bytes.reserve(std::min<std::size_t>(length_, grown));
  }
  frame_.bytes.insert(frame_.bytes.end(), body.begin(),
                      body.begin() + static_cast<std::ptrdiff_t>(size));
  complete_ = frame_.bytes.size() == length_;
  return used + size;
}

std::optional<LinkWord> FrameParser::read_header() {
  std::uint32_t length = 0;
  for (std::size_t i = 0; i < 4; ++i) length = length << 8 | header_[i];
  const FrameRule* rule = table_->find(header_[4]);
  if (rule == nullptr) return LinkWord::unknown_kind;
  if (length > rule->bytes_max) return LinkWord::oversized_frame;
  frame_.kind = header_[4];
  length_ = length;
  return std::nullopt;
}

std::optional<Frame> FrameParser::take() {
  if (!complete_) return std::nullopt;
  complete_ = false;
  header_filled_ = 0;
  length_ = 0;
  return std::exchange(frame_, Frame{});
}

}  // namespace centime::network
