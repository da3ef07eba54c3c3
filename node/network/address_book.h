// Where the addresses of peers lead: an IP address to itself, a host name to what its last lookup
// found.
//
// A lookup cannot be interrupted and lasts for as long as the name service is silent. So each has a
// thread of its own that holds nothing but its promise, and that nobody waits for: neither other
// lookups nor the network's end. All else runs on the network's thread.
#pragma once

#include <cstddef>
#include <deque>
#include <future>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "node/network/asio_types.h"
#include "node/network/look_up.h"

namespace centime::network {

class AddressBook {
 public:
  using Endpoints = std::vector<Tcp::endpoint>;
  enum class Answer { pending, found, none };

  static constexpr std::size_t lookups_at_once = 8;  // More wait for their turn.
  static constexpr std::size_t endpoints_most = 8;   // Of one address.

  // How long an answer is waited for.
  struct Patience {
    milliseconds known;    // When it is known where the name led before.
    milliseconds unknown;  // When nothing is known.
  };

  AddressBook(LookUp look_up, Patience patience);

  // Looks a name up; to be asked again while `pending`. A next question begins a lookup anew:
  // addresses change. `none` if there is no such name or no answer in time; a late answer serves
  // the next question.
  Answer ask(const Address& address, Clock::time_point now);

  // Where it led last, and still when the answer is `none`; empty if nobody knows.
  Endpoints endpoints(const Address& address) const;

  // Forgets all others, once their lookups have ended.
  void keep(const std::set<Address>& addresses);

 private:
  struct Entry {
    std::optional<Clock::time_point> asked_at;  // While an answer is waited for.
    bool queued = false;                        // In queue_.
    std::future<std::vector<Address>> lookup;   // Valid until its answer is taken.
    Endpoints endpoints;
  };

  void begin_lookups();
  void begin(const Address& name, Entry& entry);
  static bool take_answer(Entry& entry);  // Whether it led anywhere.

  const LookUp look_up_;
  const Patience patience_;
  std::map<Address, Entry> entries_;  // Of names.
  std::deque<Address> queue_;         // Names that are in entries_ and wait for a thread.
};

}  // namespace centime::network
