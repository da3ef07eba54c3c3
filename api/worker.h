// One thread for the answers that take long, so that the server's threads stay free for the rest.
//
// Takes a bounded number of jobs and refuses more. Owned by the API's context; destroying it drops
// the jobs that have not begun, whose replies then answer for themselves.
#pragma once

#include <functional>
#include <thread>

#include "api/reader_thread.h"
#include "node/runtime/bounded_queue.h"

namespace centime::api {

class Worker {
 public:
  using Job = std::move_only_function<void()>;  // Answers through a Reply; must not throw.

  explicit Worker(std::size_t waiting_max)
      : jobs_({waiting_max, waiting_max}), thread_([this] { run(); }) {}
  ~Worker() {
    jobs_.close();
    while (jobs_.try_pop()) {
    }
    thread_.join();
  }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // False when too many wait; the job is then untouched.
  bool take(Job&& job) { return jobs_.push(std::move(job), 1); }

 private:
  void run() {
    yield_to_the_ledger();
    while (auto job = jobs_.pop()) (*job)();
  }

  runtime::BoundedQueue<Job> jobs_;
  std::thread thread_;
};

}  // namespace centime::api
