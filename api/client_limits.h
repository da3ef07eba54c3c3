// How much one client may ask: requests per second (a token bucket) and connections at once.
//
// A client is an IPv4 address or an IPv6 /64, the least that one customer of a provider gets. What
// it remembers is bounded: when the table is full, strangers share one bucket until others are
// forgotten. May be called from any thread; the lock is held for a few loads and stores, never
// across an await.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

namespace centime::api {

// The client that an address ("192.0.2.7", "2001:db8::1") belongs to; one that is no address is a
// client by itself.
std::string client_of(const std::string& address);
// The same for shares of what is made in turns: empty, which has no share, for loopback. A proxy
// comes from there, for everybody.
std::string sharer_of(const std::string& address);

class ClientLimits {
 public:
  using Clock = std::chrono::steady_clock;

  struct Options {
    double requests_per_second = 0;  // 0 = no limit.
    double burst = 0;
    std::size_t connections = 0;  // Per client.
    std::size_t clients = 0;      // Remembered.
  };

 private:
  struct Client {
    double tokens = 0;
    Clock::time_point filled{};
    std::size_t connections = 0;
    std::atomic<std::size_t> answer_bytes = 0;
    std::atomic<std::size_t> body_bytes = 0;
  };

 public:
  // One connection's place in the count, given back when it is destroyed.
  class Lease {
   public:
    Lease(Lease&& other) noexcept
        : limits_(std::exchange(other.limits_, nullptr)), client_(other.client_) {}
    Lease& operator=(Lease&&) = delete;
    ~Lease();

    // Takes one request's token; false when there is none left.
    bool take(Clock::time_point now);

    // Of large answers that are being sent to the client.
    std::atomic<std::size_t>& answer_bytes() { return client_->answer_bytes; }
    // Of the client's requests that are being received or answered.
    std::atomic<std::size_t>& body_bytes() { return client_->body_bytes; }

   private:
    friend class ClientLimits;
    Lease(ClientLimits* limits, Client* client) : limits_(limits), client_(client) {}

    ClientLimits* limits_;
    Client* client_;
  };

  explicit ClientLimits(Options options);  // Must outlive its leases.

  // Nothing when the client has all the connections it may have.
  std::optional<Lease> connect(const std::string& client, Clock::time_point now);

 private:
  Client* find_or_add(const std::string& client, Clock::time_point now);
  void forget_idle(Clock::time_point now);
  void refill(Client& client, Clock::time_point now) const;

  const Options options_;
  std::mutex mutex_;  // For all below.
  std::unordered_map<std::string, Client> clients_;
  Client strangers_;
  Clock::time_point swept_{};
};

}  // namespace centime::api
