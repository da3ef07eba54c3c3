// A reply that several may try to give.
#pragma once

#include <mutex>
#include <utility>

#include "api/http_message.h"

namespace centime::api {

// Answers the first time it is asked to, and then no more. Thread-safe.
class FirstAnswer {
 public:
  explicit FirstAnswer(Reply reply) : reply_(std::move(reply)) {}

  void give(Response response) {
    {
      const std::lock_guard lock(mutex_);
      if (std::exchange(given_, true)) return;
    }
    reply_(std::move(response));
  }

 private:
  std::mutex mutex_;
  bool given_ = false;
  Reply reply_;
};

}  // namespace centime::api
