// A queue between threads in which those of several clients take turns: one's thousand do not keep
// another's one waiting. A client's own stay in their order.
//
// Not bounded itself: whoever fills it bounds what waits (places.h).
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace centime::runtime {

template <class Item>
class ClientQueue {
 public:
  // False when closed; the item is then untouched.
  bool push(Item&& item, const std::string& client) {
    {
      const std::lock_guard lock(mutex_);
      if (closed_) return false;
      std::deque<Item>& own = items_[client];
      if (own.empty()) turns_.push_back(client);
      own.push_back(std::move(item));
    }
    changed_.notify_one();
    return true;
  }

  // Waits for an item. Nothing once the queue is closed and empty.
  std::optional<Item> pop() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return closed_ || !turns_.empty(); });
    if (turns_.empty()) return std::nullopt;
    std::string client = std::move(turns_.front());
    turns_.pop_front();
    const auto own = items_.find(client);
    std::optional<Item> item(std::move(own->second.front()));
    own->second.pop_front();
    if (own->second.empty()) {
      items_.erase(own);
    } else {
      turns_.push_back(std::move(client));
    }
    return item;
  }

  // Nothing more goes in; what is there still comes out.
  void close() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, std::deque<Item>> items_;  // Of each client with any.
  std::deque<std::string> turns_;                  // These, in the order in which they come next.
  bool closed_ = false;
};

}  // namespace centime::runtime
