#include "api/worker.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <latch>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace centime::api {
namespace {

TEST(Worker, RunsJobsOneAfterTheOther) {
  std::vector<int> order;
  std::promise<void> done;
  Worker worker(8);
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(worker.take([&order, i] { order.push_back(i); }));
  ASSERT_TRUE(worker.take([&] { done.set_value(); }));
  done.get_future().wait();
  EXPECT_EQ(order, (std::vector{0, 1, 2, 3, 4}));
}

TEST(Worker, RefusesMoreThanMayWaitAndLeavesTheJobAlone) {
  std::promise<void> begun, go_on;
  auto wait = go_on.get_future().share();
  Worker worker(2);
  ASSERT_TRUE(worker.take([&, wait] {
    begun.set_value();
    wait.wait();
  }));
  begun.get_future().wait();  // It runs, so it no longer waits.
  ASSERT_TRUE(worker.take([] {}));
  ASSERT_TRUE(worker.take([] {}));
  int runs = 0;
  Worker::Job surplus = [&runs] { ++runs; };
  EXPECT_FALSE(worker.take(std::move(surplus)));
  ASSERT_TRUE(surplus);
  surplus();
  EXPECT_EQ(runs, 1);
  go_on.set_value();
}

TEST(Worker, DropsJobsThatHaveNotBegunWhenItEnds) {
  std::promise<void> queued;
  std::atomic<bool> ran = false;
  const auto held = std::make_shared<int>();
  auto worker = std::make_unique<Worker>(2);
  ASSERT_TRUE(worker->take([&] {
    queued.get_future().wait();
    // Until the one behind it has been dropped.
    while (held.use_count() > 1) std::this_thread::yield();
  }));
  ASSERT_TRUE(worker->take([held, &ran] { ran = true; }));
  queued.set_value();
  worker.reset();
  EXPECT_FALSE(ran);
  EXPECT_EQ(held.use_count(), 1);
}

TEST(Worker, LetsClientsTakeTurnsAndBoundsEach) {
  std::vector<std::string> done;
  std::latch begun(1);
  std::latch may_go_on(1);
  std::latch all(5);
  Worker worker(5, 3);
  const auto note = [&](const std::string& name) -> Worker::Job {
    return [&done, &all, name] {
      done.push_back(name);
      all.count_down();
    };
  };
  ASSERT_TRUE(worker.take(
      [&] {
        begun.count_down();
        may_go_on.wait();
      },
      "a"));
  begun.wait();
  EXPECT_TRUE(worker.take(note("a1"), "a"));
  EXPECT_TRUE(worker.take(note("a2"), "a"));
  EXPECT_TRUE(worker.take(note("a3"), "a"));
  EXPECT_FALSE(worker.take(note("a4"), "a")) << "one client's share";
  EXPECT_TRUE(worker.take(note("b1"), "b"));
  EXPECT_TRUE(worker.take(note("c1"), "c"));
  EXPECT_FALSE(worker.take(note("d1"), "d")) << "all that may wait";
  may_go_on.count_down();
  all.wait();
  EXPECT_EQ(done, (std::vector<std::string>{"a1", "b1", "c1", "a2", "a3"}));
}

}  // namespace
}  // namespace centime::api
