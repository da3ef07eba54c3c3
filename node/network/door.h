// Who may begin a handshake: what strangers can cost, whatever their number.
//
// A connection is counted under the address it comes from, an IPv4 address or an IPv6 /64. The
// memory is a fixed table: addresses share a row when they collide under a secret hash. Addresses
// from which members are known to come have rows and places of their own, so that strangers from
// elsewhere take none of theirs. Pure: the caller brings time and secret. One thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <set>
#include <vector>

#include "node/network/backoff.h"
#include "node/network/link_word.h"

namespace centime::network {

// An IPv4 address as IPv4-mapped IPv6, or the first 64 bits of an IPv6 address and zeros.
using AddressKey = std::array<std::uint8_t, 16>;

class Door {
 public:
  struct Options {
    std::size_t strangers = 64;      // Handshakes at once from addresses of no member.
    std::size_t known = 128;         // The same from addresses of members.
    std::size_t per_address = 16;    // Handshakes at once from one address.
    double per_address_second = 20;  // Connections a second from one address,
    double per_address_burst = 60;   // and at once after a pause.
    double strangers_second = 200;   // Connections a second from all strangers together:
    double strangers_burst = 400;    // a handshake costs about 0.3 ms of the processor.
    std::size_t rows = 1024;         // Of the table, for strangers and for known each.
  };

  // A place taken; given back to leave().
  struct Ticket {
    bool known = false;
    std::size_t row = 0;
  };

  enum class Pool { free, full };

  Door(const Options& options, std::uint64_t secret, Clock::time_point now);

  void set_known(std::set<AddressKey> addresses) { known_ = std::move(addresses); }
  bool is_known(const AddressKey& address) const { return known_.contains(address); }

  // Whether a place is free for this address.
  Pool pool_of(const AddressKey& address) const;

  // Takes a place. Errors: rate_limited, too_many_handshakes.
  std::expected<Ticket, LinkWord> enter(const AddressKey& address, Clock::time_point now);

  void leave(const Ticket& ticket);

  std::size_t inside() const { return inside_[0] + inside_[1]; }

 private:
  struct Bucket {
    double tokens = 0;
    Clock::time_point filled{};
  };
  struct Row {
    Bucket bucket;
    std::size_t inside = 0;
  };

  std::size_t row_of(const AddressKey& address) const;
  static bool take(Bucket& bucket, double per_second, double burst, Clock::time_point now);

  const Options options_;
  const std::uint64_t secret_;
  std::set<AddressKey> known_;
  std::array<std::vector<Row>, 2> rows_;  // Of strangers, of known addresses.
  std::array<std::size_t, 2> inside_{};   // The same.
  Bucket all_strangers_;
};

}  // namespace centime::network
