#include "node/network/door.h"

#include <algorithm>
#include <utility>

#include "crypto/check.h"

namespace centime::network {
namespace {

// The finaliser of splitmix64: every bit of the input moves every bit of the output.
std::uint64_t mix(std::uint64_t value) {
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
  return value ^ (value >> 31);
}

}  // namespace

Door::Door(const Options& options, std::uint64_t secret, Clock::time_point now)
    : options_(options), secret_(secret), all_strangers_{options.strangers_burst, now} {
  crypto::check(options.rows > 0, "the table of addresses has rows");
  for (auto& rows : rows_) rows.assign(options.rows, {{options.per_address_burst, now}, 0});
}

std::size_t Door::row_of(const AddressKey& address) const {
  std::uint64_t hash = secret_;
  for (const std::uint8_t byte : address) hash = mix(hash + byte + 0x9e3779b97f4a7c15ULL);
  return hash % options_.rows;
}

bool Door::take(Bucket& bucket, double per_second, double burst, Clock::time_point now) {
  const std::chrono::duration<double> passed = now - bucket.filled;
  if (passed.count() > 0) {
    bucket.tokens = std::min(burst, bucket.tokens + passed.count() * per_second);
    bucket.filled = now;
  }
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}

Door::Pool Door::pool_of(const AddressKey& address) const {
  const bool known = is_known(address);
  return inside_[known] >= (known ? options_.known : options_.strangers) ? Pool::full : Pool::free;
}

std::expected<Door::Ticket, LinkWord> Door::enter(const AddressKey& address,
                                                  Clock::time_point now) {
  const Ticket ticket{is_known(address), row_of(address)};
  Row& row = rows_[ticket.known][ticket.row];
  if (!take(row.bucket, options_.per_address_second, options_.per_address_burst, now))
    return std::unexpected(LinkWord::rate_limited);
  if (row.inside >= options_.per_address || pool_of(address) == Pool::full)
    return std::unexpected(LinkWord::too_many_handshakes);
  if (!ticket.known &&
      !take(all_strangers_, options_.strangers_second, options_.strangers_burst, now))
    return std::unexpected(LinkWord::rate_limited);
  ++row.inside;
  ++inside_[ticket.known];
  return ticket;
}

void Door::leave(const Ticket& ticket) {
  Row& row = rows_[ticket.known][ticket.row];
  crypto::check(row.inside > 0 && inside_[ticket.known] > 0, "a place is given back once");
  --row.inside;
  --inside_[ticket.known];
}

}  // namespace centime::network
