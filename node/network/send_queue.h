// What waits to be sent to one member: bounded in bytes and in frames, whatever the caller does.
//
// Pure. Four lanes, by SendClass: one frame per kind of the newest, the urgent, one per kind of the
// large, the bulk. The bytes are shared, so that a broadcast is one copy for all members.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "crypto/bytes.h"
#include "node/network/frame.h"

namespace centime::network {

struct Outgoing {
  std::uint8_t kind = 0;
  std::shared_ptr<const crypto::Bytes> bytes;
};

enum class SendResult : std::uint8_t {
  queued,
  waits_already,   // As good as queued: bulk of which the same waits or is on its way.
  replaced,        // Queued in the place of an older one of its kind.
  dropped_oldest,  // Queued, and older urgent ones were dropped for it.
  queue_full,      // Refused: bulk beyond the bound.
  not_connected,   // Refused: there is no link now. Nothing is kept for later.
  no_such_peer,    // Refused: not in the peer set.
};

constexpr auto enum_words(SendResult) {
  return std::to_array<std::string_view>({"queued", "waits_already", "replaced", "dropped_oldest",
                                          "queue_full", "not_connected", "no_such_peer"});
}

constexpr bool was_queued(SendResult result) { return result <= SendResult::dropped_oldest; }

class SendQueue {
 public:
  struct Lane {
    std::size_t frames;
    std::size_t bytes;  // A single frame may pass it.
  };
  struct Limits {
    Lane urgent{4096, 8U << 20};
    Lane bulk{64, 16U << 20};
  };

  explicit SendQueue(Limits limits) : limits_(limits) {}

  // Of what is pushed from now on.
  void set_limits(Limits limits) { limits_ = limits; }

  // The result, and in `dropped` how many frames went out unsent for it.
  struct Pushed {
    SendResult result;
    std::size_t dropped = 0;
  };
  Pushed push(SendClass send_class, Outgoing frame);

  // The frame to send next. Bulk gets every eighth turn while others wait, so that it moves.
  std::optional<Outgoing> pop();
  // What was popped so far has gone: who asks for it from now on gets it again.
  void written();

  void clear();
  std::size_t frames() const {
    return newest_.size() + urgent_.size() + large_.size() + bulk_.size();
  }
  // Of what waits, and of bulk until it is written.
  std::size_t bytes() const {
    return newest_bytes_ + urgent_bytes_ + large_bytes_ + bulk_bytes_ + under_way_bytes_;
  }

 private:
  using Waiting = std::deque<Outgoing>;
  struct SameBytes {
    std::size_t operator()(const Outgoing& frame) const;
    bool operator()(const Outgoing& a, const Outgoing& b) const;
  };

  static Pushed push_newest(Outgoing frame, Waiting& lane, std::size_t& bytes);
  Pushed push_urgent(Outgoing frame);
  Pushed push_bulk(Outgoing frame);
  Outgoing pop_bulk();

  Limits limits_;
  Waiting newest_, urgent_, large_, bulk_;  // newest_ and large_ hold each kind at most once.
  std::size_t newest_bytes_ = 0, urgent_bytes_ = 0, large_bytes_ = 0, bulk_bytes_ = 0,
              under_way_bytes_ = 0;
  std::vector<Outgoing> under_way_;  // Bulk.
  // What is in these two: who asks on and on over a slow line gets it once.
  std::unordered_set<Outgoing, SameBytes, SameBytes> in_bulk_;
  unsigned turn_ = 0;
};

}  // namespace centime::network
