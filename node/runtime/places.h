// How many submissions may wait for their answers in this node at once, whose they are, and how
// many bytes they may have.
//
// Clients, of whom anybody is one, take three quarters at most, and each of them a quarter of that:
// the rest is kept for what the node signs itself. A client without a name stands for several and
// has all the clients' places. Any thread; the lock is held for a few loads and stores.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <string>

#include "node/runtime/sender.h"

namespace centime::runtime {

class Places {
 public:
  struct Limits {
    std::size_t submissions = 0;
    std::size_t bytes = 0;  // A single submission may pass it.
  };

  explicit Places(Limits limits);

  // False when there is none; nothing is taken then. Requires a way that leads to this node alone.
  bool take(const Way& way, std::size_t bytes);
  void give_back(const Way& way, std::size_t bytes);

  std::size_t taken() const;

 private:
  struct Part {
    std::size_t submissions = 0;
    std::size_t bytes = 0;

    bool has_room(Limits limits, std::size_t more) const {
      return submissions < limits.submissions && (bytes == 0 || bytes + more <= limits.bytes);
    }
  };

  const Limits limits_;
  const Limits of_clients_max_;
  const Limits of_one_max_;
  mutable std::mutex mutex_;  // For all below.
  Part all_;
  Part of_clients_;
  std::map<std::string, Part> of_one_;  // Of each client with any; none without a name.
};

}  // namespace centime::runtime
