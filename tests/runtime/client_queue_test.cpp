#include "node/runtime/client_queue.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace centime::runtime {
namespace {

TEST(ClientQueue, OnesThousandDoNotKeepAnothersOneWaiting) {
  ClientQueue<int> queue;
  for (int i = 0; i < 1'000; ++i) ASSERT_TRUE(queue.push(int{i}, "greedy"));
  ASSERT_TRUE(queue.push(5'000, "modest"));
  EXPECT_EQ(queue.pop(), 0);
  EXPECT_EQ(queue.pop(), 5'000);
  for (int i = 1; i < 1'000; ++i) EXPECT_EQ(queue.pop(), i) << "in their order";
}

TEST(ClientQueue, GivesWhatIsThereOnceItIsClosedAndTakesNoMore) {
  ClientQueue<std::string> queue;
  ASSERT_TRUE(queue.push("one", "a"));
  queue.close();
  std::string late = "late";
  EXPECT_FALSE(queue.push(std::move(late), "a"));
  EXPECT_EQ(late, "late");
  EXPECT_EQ(queue.pop(), "one");
  EXPECT_EQ(queue.pop(), std::nullopt);
}

TEST(ClientQueue, WakesWhoWaits) {
  ClientQueue<int> queue;
  std::vector<int> popped;
  std::thread reader([&] {
    while (auto item = queue.pop()) popped.push_back(*item);
  });
  queue.push(1, "a");
  queue.push(2, "a");
  queue.close();
  reader.join();
  EXPECT_EQ(popped, (std::vector{1, 2}));
}

}  // namespace
}  // namespace centime::runtime
