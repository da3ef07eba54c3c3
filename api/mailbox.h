// Brings one answer from any thread back to the connection that waits for it.
//
// A Sender may outlive the connection and the server: what it sends is then dropped. The gate's
// lock is what lets it ask, held only while something is posted and never across an await.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace centime::api {

// The way to a thread's io_context while that is there.
class Gate {
 public:
  explicit Gate(boost::asio::io_context& context) : context_(&context) {}

  // Calls `work` on the gate's thread: at once when that is this one, else soon, or never once
  // the gate is closed.
  template <typename Work>
  void run(Work work) {
    {
      const std::lock_guard lock(mutex_);
      if (context_ == nullptr) return;
      if (!context_->get_executor().running_in_this_thread()) {
        boost::asio::post(*context_, std::move(work));
        return;
      }
    }
    work();
  }

  void close() {
    const std::lock_guard lock(mutex_);
    context_ = nullptr;
  }

 private:
  std::mutex mutex_;
  boost::asio::io_context* context_;
};

// Where the answer lands. Touched on the gate's thread only.
template <typename T>
struct Mailbox {
  std::optional<T> item;
  bool dropped = false;        // The sender went away without an answer.
  std::function<void()> wake;  // Called once something came; reset by whoever stops waiting.

  bool ready() const { return item.has_value() || dropped; }
};

template <typename T>
class Sender {
 public:
  Sender(std::shared_ptr<Gate> gate, std::shared_ptr<Mailbox<T>> box)
      : gate_(std::move(gate)), box_(std::move(box)) {}
  Sender(Sender&&) noexcept = default;
  Sender& operator=(Sender&&) = delete;
  ~Sender() { deliver(std::nullopt); }

  // Only the first call counts.
  void operator()(T value) { deliver(std::move(value)); }

 private:
  void deliver(std::optional<T> value) {
    if (!box_) return;
    gate_->run([box = std::move(box_), item = std::move(value)]() mutable {
      box->dropped = !item.has_value();
      box->item = std::move(item);
      if (box->wake) box->wake();
    });
    box_ = nullptr;
  }

  std::shared_ptr<Gate> gate_;
  std::shared_ptr<Mailbox<T>> box_;
};

}  // namespace centime::api
