#include "node/runtime/bounded_queue.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>

namespace centime::runtime {
namespace {

using namespace std::chrono_literals;
using Queue = BoundedQueue<std::unique_ptr<int>>;

TEST(BoundedQueue, RefusesMoreThanItsItemsAndLeavesTheItemAlone) {
  Queue queue({.items = 1, .weight = 100});
  ASSERT_TRUE(queue.push(std::make_unique<int>(1), 1));
  auto second = std::make_unique<int>(2);
  EXPECT_FALSE(queue.push(std::move(second), 1));
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(*second, 2);
}

TEST(BoundedQueue, LetsOnlyALoneItemPassItsWeight) {
  Queue queue({.items = 10, .weight = 100});
  ASSERT_TRUE(queue.push(std::make_unique<int>(1), 1'000));
  EXPECT_FALSE(queue.push(std::make_unique<int>(2), 1));
  ASSERT_TRUE(queue.try_pop());
  EXPECT_TRUE(queue.push(std::make_unique<int>(3), 60));
  EXPECT_FALSE(queue.push(std::make_unique<int>(4), 60));
}

TEST(BoundedQueue, GivesItsItemsInOrderAlsoAfterItIsClosed) {
  Queue queue({.items = 10, .weight = 100});
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(queue.push(std::make_unique<int>(i), 1));
  queue.close();
  EXPECT_FALSE(queue.push(std::make_unique<int>(3), 1));
  for (int i = 0; i < 3; ++i) {
    const auto item = i % 2 ? queue.pop() : queue.pop_soon(1ms);
    ASSERT_TRUE(item);
    EXPECT_EQ(**item, i);
  }
  EXPECT_FALSE(queue.pop());
  EXPECT_FALSE(queue.pop_soon(1ms));
}

TEST(BoundedQueue, WakesWhoeverSleptPastItsPatience) {
  Queue queue({.items = 1, .weight = 100});
  std::thread producer([&] {
    std::this_thread::sleep_for(20ms);
    EXPECT_TRUE(queue.push(std::make_unique<int>(7), 1));
  });
  const auto item = queue.pop_soon(1us);
  producer.join();
  ASSERT_TRUE(item);
  EXPECT_EQ(**item, 7);
}

TEST(BoundedQueue, ClosingWakesWhoeverWaits) {
  Queue queue({.items = 1, .weight = 100});
  std::thread closer([&] {
    std::this_thread::sleep_for(20ms);
    queue.close();
  });
  EXPECT_FALSE(queue.pop_soon(1us));
  closer.join();
}

}  // namespace
}  // namespace centime::runtime
