// Wakes the open event streams when the ledger has grown, and limits how many there are.
//
// Keeps no event: a stream reads the store by itself, at its reader's pace. The strand that commits
// only notes the log's size here; a thread of the hub's own wakes who waits, and not more often
// than `pace`, whatever the number of blocks. All methods may be called from any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <expected>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "api/client_limits.h"
#include "api/http_message.h"

namespace centime::api {

struct EventLimits {
  std::size_t streams = 256;
  std::size_t streams_per_client = 16;  // A client is an IPv4 address or an IPv6 /64.
  bool loopback_exempt = true;          // From the limit per client, as a proxy comes from there.
  std::chrono::milliseconds pace{100};
};

class EventHub : public std::enable_shared_from_this<EventHub> {
 public:
  enum class Refusal { streams, streams_per_client };

  // One open stream. Keeps the hub.
  class Place {
   public:
    Place(std::shared_ptr<EventHub> hub, std::uint64_t number,
          std::optional<ClientLimits::Lease> lease)
        : hub_(std::move(hub)), number_(number), lease_(std::move(lease)) {}
    ~Place();
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    // Sends an empty chunk through `wake` once the log is longer than `seen` entries. Instead of a
    // wait before, if there is one.
    void wait(std::uint64_t seen, NextChunk wake);

   private:
    std::shared_ptr<EventHub> hub_;
    std::uint64_t number_;
    std::optional<ClientLimits::Lease> lease_;  // Before the hub: its count is in there.
  };

  EventHub(const EventLimits& limits, std::uint64_t size);
  ~EventHub();  // Never on the hub's own thread: it keeps no Place.
  EventHub(const EventHub&) = delete;
  EventHub& operator=(const EventHub&) = delete;

  // A place for a client of this address, as in Request::peer.
  std::expected<std::unique_ptr<Place>, Refusal> enter(const std::string& peer);

  // The log has this many entries now.
  void ring(std::uint64_t size);

 private:
  void run();

  const EventLimits limits_;
  ClientLimits clients_;
  std::mutex mutex_;  // For all below; never held while a stream is woken.
  std::condition_variable changed_;
  std::map<std::uint64_t, NextChunk> waiting_;  // By the number of the place.
  std::uint64_t next_number_ = 0;
  std::size_t open_ = 0;
  std::uint64_t size_;
  bool due_ = false;  // Somebody waits for what is there already.
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace centime::api
