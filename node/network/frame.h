// Frames: what members send each other over a link, and the parser that a stranger's bytes meet.
//
//   frame   length u32 ‖ kind u8 ‖ bytes (as many as length says)
//
// The caller says which kinds there are and how long each may be; the layer does not look into the
// bytes. Kind 0 is the link's own first frame. Pure: no socket, no clock; the parser holds at most
// one frame, and of that only what has arrived, whatever length was announced.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string_view>

#include "crypto/bytes.h"
#include "node/network/link_word.h"

namespace centime::network {

inline constexpr std::size_t frame_header_size = 5;
inline constexpr std::uint32_t frame_bytes_max = 32U << 20;  // What a rule may allow at most.
inline constexpr std::uint8_t hello_kind = 0;

// What becomes of a frame that waits while its link is slow.
enum class SendClass : std::uint8_t {
  urgent,  // Goes first. When its lane is full the oldest is dropped: the newest vote counts most.
  newest,  // One waits per kind: a new one takes the place of the last.
  bulk,    // Goes when nothing urgent waits. Refused when its lane is full.
  large,   // Goes before bulk. One waits per kind, as of the newest: it would hold up all the rest.
};

struct FrameRule {
  std::uint8_t kind;        // From 1.
  std::string_view name;    // For logs; lives as long as the program.
  std::uint32_t bytes_max;  // [0, frame_bytes_max], the header not counted.
  SendClass send_class;
  // Frames of fewer bytes are urgent, whatever the class of their kind.
  std::uint32_t urgent_below = 0;

  SendClass class_of(std::size_t bytes) const {
    return bytes < urgent_below ? SendClass::urgent : send_class;
  }
};

// The kinds of frame that a network knows.
class FrameTable {
 public:
  // Requires kinds from 1 without repetition, and limits within frame_bytes_max.
  explicit FrameTable(std::span<const FrameRule> rules);

  // The table of a link that has not heard the other side's first frame.
  static FrameTable for_hello(std::uint32_t bytes_max);

  const FrameRule* find(std::uint8_t kind) const;  // Null for an unknown kind.

 private:
  FrameTable() = default;

  std::array<std::optional<FrameRule>, 256> rules_;  // By kind.
};

struct Frame {
  std::uint8_t kind = 0;
  crypto::Bytes bytes;

  bool operator==(const Frame&) const = default;
};

// Appends the frame's bytes to `out`. Requires at most frame_bytes_max bytes.
void append_frame(std::uint8_t kind, crypto::BytesView bytes, crypto::Bytes& out);

// Makes frames of the bytes of one link, in whatever pieces they come.
class FrameParser {
 public:
  explicit FrameParser(const FrameTable& table) : table_(&table) {}  // The table outlives it.

  // Takes bytes up to the end of the frame under way and says how many it took; at least one of a
  // non-empty input. After an error the parser is spent. Errors: unknown_kind, oversized_frame.
  // Requires that no complete frame waits for take().
  std::expected<std::size_t, LinkWord> feed(crypto::BytesView bytes);

  // The frame that the last feed() completed.
  std::optional<Frame> take();

  // True while a frame has begun and not ended.
  bool in_frame() const { return header_filled_ > 0 && !complete_; }

  // Bytes that the frame under way is announced to have, its header included.
  std::size_t announced() const { return frame_header_size + length_; }

 private:
  std::optional<LinkWord> read_header();

  const FrameTable* table_;
  std::array<std::uint8_t, frame_header_size> header_{};
  std::size_t header_filled_ = 0;
  std::uint32_t length_ = 0;  // Of the frame's bytes; 0 until the header is whole.
  Frame frame_;
  bool complete_ = false;
};

}  // namespace centime::network
