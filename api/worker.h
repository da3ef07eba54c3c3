// One thread for the answers that take long, so that the server's threads stay free for the rest.
//
// Takes a bounded number of jobs and refuses more; those of several clients take turns. Owned by
// the API's context; destroying it drops the jobs that have not begun, whose replies then answer
// for themselves.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace centime::api {

class Worker {
 public:
  using Job = std::move_only_function<void()>;  // Answers through a Reply; must not throw.

  // At most `waiting_max` jobs wait, `of_one_max` of them one client's.
  Worker(std::size_t waiting_max, std::size_t of_one_max)
      : waiting_max_(waiting_max), of_one_max_(of_one_max), thread_([this] { run(); }) {}
  explicit Worker(std::size_t waiting_max) : Worker(waiting_max, waiting_max) {}
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // False when too many wait; the job is then untouched. `client`: as sharer_of gives it.
  bool take(Job&& job, const std::string& client = {});

 private:
  void run();
  // Waits for the next job. Nothing once the worker ends.
  std::optional<Job> next();

  const std::size_t waiting_max_;
  const std::size_t of_one_max_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, std::deque<Job>> jobs_;  // Of each client with any.
  std::deque<std::string> turns_;                // These, in the order in which they come next.
  std::size_t waiting_ = 0;
  bool ends_ = false;
  std::thread thread_;
};

}  // namespace centime::api
