#include "api/worker.h"

#include <utility>

#include "api/reader_thread.h"

namespace centime::api {

Worker::~Worker() {
  std::map<std::string, std::deque<Job>> dropped;
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
    dropped.swap(jobs_);
  }
  dropped.clear();
  changed_.notify_one();
  thread_.join();
}

bool Worker::take(Job&& job, const std::string& client) {
  {
    const std::lock_guard lock(mutex_);
    const auto own = jobs_.find(client);
    const std::size_t waits = own == jobs_.end() ? 0 : own->second.size();
    const bool share_taken = !client.empty() && waits >= of_one_max_;
    if (ends_ || waiting_ >= waiting_max_ || share_taken) return false;
    if (waits == 0) turns_.push_back(client);
    jobs_[client].push_back(std::move(job));
    ++waiting_;
  }
  changed_.notify_one();
  return true;
}

std::optional<Worker::Job> Worker::next() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return ends_ || waiting_ > 0; });
  if (ends_) return std::nullopt;
  std::string client = std::move(turns_.front());
  turns_.pop_front();
  const auto own = jobs_.find(client);
  std::optional<Job> job(std::move(own->second.front()));
  own->second.pop_front();
  --waiting_;
  if (own->second.empty()) {
    jobs_.erase(own);
  } else {
    turns_.push_back(std::move(client));
  }
  return job;
}

void Worker::run() {
  yield_to_the_ledger();
  while (auto job = next()) (*job)();
}

}  // namespace centime::api
