// A name service that says what a test wants, or nothing.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "node/network/look_up.h"

namespace centime::network::testing {

class NameService {
 public:
  NameService() : parts_(std::make_shared<Parts>()) {}
  ~NameService() { speak(); }
  NameService(const NameService&) = delete;
  NameService& operator=(const NameService&) = delete;

  void set(const std::string& host, std::vector<Address> addresses) {
    const std::lock_guard lock(parts_->mutex);
    parts_->answers[host] = std::move(addresses);
  }

  // From now on lookups last until speak().
  void fall_silent() {
    const std::lock_guard lock(parts_->mutex);
    parts_->silent_for_all = true;
  }
  void fall_silent(const std::string& host) {
    const std::lock_guard lock(parts_->mutex);
    parts_->silent.insert(host);
  }
  void speak() {
    {
      const std::lock_guard lock(parts_->mutex);
      parts_->silent_for_all = false;
      parts_->silent.clear();
    }
    parts_->changed.notify_all();
  }

  std::size_t lookups() const {  // That were begun.
    const std::lock_guard lock(parts_->mutex);
    return parts_->lookups;
  }

  // Goes on when the service is gone.
  LookUp look_up() const {
    return [parts = parts_](const Address& name) {
      std::unique_lock lock(parts->mutex);
      ++parts->lookups;
      parts->changed.wait(
          lock, [&] { return !parts->silent_for_all && !parts->silent.contains(name.host); });
      return parts->answers[name.host];
    };
  }

 private:
  struct Parts {
    std::mutex mutex;  // For all below.
    std::condition_variable changed;
    std::map<std::string, std::vector<Address>> answers;
    std::set<std::string> silent;
    bool silent_for_all = false;
    std::size_t lookups = 0;
  };
  std::shared_ptr<Parts> parts_;
};

}  // namespace centime::network::testing
