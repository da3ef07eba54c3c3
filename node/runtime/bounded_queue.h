// A queue between threads that refuses more than it may hold, by number and by weight.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace centime::runtime {

template <class Item>
class BoundedQueue {
 public:
  struct Limits {
    std::size_t items;
    std::size_t weight;  // Of all items together; a single item may pass it.
  };

  explicit BoundedQueue(Limits limits) : limits_(limits) {}

  // False when full or closed; the item is then untouched.
  bool push(Item&& item, std::size_t weight) {
    {
      const std::lock_guard lock(mutex_);
      const bool full =
          items_.size() >= limits_.items || (!items_.empty() && weight_ + weight > limits_.weight);
      if (closed_ || full) return false;
      items_.emplace_back(std::move(item), weight);
      weight_ += weight;
    }
    changed_.notify_one();
    return true;
  }

  // Waits for an item. Nothing once the queue is closed and empty.
  std::optional<Item> pop() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return closed_ || !items_.empty(); });
    return take();
  }

  // pop(), but looks again and again for so long before it sleeps: to be woken takes a thread
  // longer than what it is woken for may take.
  std::optional<Item> pop_soon(std::chrono::nanoseconds patience) {
    const auto until = std::chrono::steady_clock::now() + patience;
    do {
      if (auto item = try_pop()) return item;
      std::this_thread::yield();
    } while (std::chrono::steady_clock::now() < until);
    return pop();
  }

  // An item that is there now.
  std::optional<Item> try_pop() {
    const std::lock_guard lock(mutex_);
    return take();
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
  std::optional<Item> take() {
    if (items_.empty()) return std::nullopt;
    std::optional<Item> item(std::move(items_.front().first));
    weight_ -= items_.front().second;
    items_.pop_front();
    return item;
  }

  const Limits limits_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::pair<Item, std::size_t>> items_;
  std::size_t weight_ = 0;
  bool closed_ = false;
};

}  // namespace centime::runtime
