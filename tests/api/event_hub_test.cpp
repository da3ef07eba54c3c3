#include "api/event_hub.h"

#include <gtest/gtest.h>

#include <future>

namespace centime::api {
namespace {

using namespace std::chrono_literals;

// A wait, and what came of it.
struct Waiting {
  std::promise<std::optional<std::string>> promise;
  std::future<std::optional<std::string>> woken = promise.get_future();

  NextChunk wake() {
    return [this](std::optional<std::string> chunk) { promise.set_value(std::move(chunk)); };
  }
};

TEST(EventHub, WakesWhoWaitsOnceTheLogIsLonger) {
  const auto hub = std::make_shared<EventHub>(EventLimits{.pace = 1ms}, 10);
  auto place = hub->enter("192.0.2.1");
  ASSERT_TRUE(place);
  Waiting waiting;
  (*place)->wait(10, waiting.wake());
  EXPECT_EQ(waiting.woken.wait_for(50ms), std::future_status::timeout);
  hub->ring(12);
  EXPECT_EQ(waiting.woken.get(), "");
}

TEST(EventHub, WakesWhoLookedBeforeTheLastBlock) {
  const auto hub = std::make_shared<EventHub>(EventLimits{.pace = 1ms}, 10);
  auto place = hub->enter("192.0.2.1");
  hub->ring(12);
  Waiting waiting;
  (*place)->wait(10, waiting.wake());
  EXPECT_EQ(waiting.woken.get(), "");
}

TEST(EventHub, ForgetsWhoLeft) {
  const auto hub = std::make_shared<EventHub>(EventLimits{.streams = 1, .pace = 1ms}, 10);
  bool called = false;
  for (int i = 0; i < 3; ++i) {
    auto place = hub->enter("192.0.2.1");
    ASSERT_TRUE(place);
    const auto alive = std::make_shared<int>();
    (*place)->wait(10, [&called, alive](const auto&) { called = true; });
    EXPECT_EQ(alive.use_count(), 2);
    place->reset();
    EXPECT_EQ(alive.use_count(), 1);
  }
  hub->ring(12);
  EXPECT_FALSE(called);
}

TEST(EventHub, WakesNoMoreOftenThanItsPace) {
  const auto hub = std::make_shared<EventHub>(EventLimits{.pace = 100ms}, 1);
  auto place = hub->enter("192.0.2.1");
  const auto begun = std::chrono::steady_clock::now();
  for (std::uint64_t size = 1; size < 4; ++size) {
    Waiting waiting;
    (*place)->wait(size, waiting.wake());
    hub->ring(size + 1);
    waiting.woken.get();
  }
  EXPECT_GE(std::chrono::steady_clock::now() - begun, 200ms);
}

TEST(EventHub, CountsAnIPv6NetworkAsOneClientAndLetsLoopbackPass) {
  const auto hub = std::make_shared<EventHub>(EventLimits{.streams_per_client = 1}, 1);
  const auto first = hub->enter("2001:db8::1");
  ASSERT_TRUE(first);
  const auto neighbour = hub->enter("2001:db8::2");
  ASSERT_FALSE(neighbour);
  EXPECT_EQ(neighbour.error(), EventHub::Refusal::streams_per_client);
  EXPECT_TRUE(hub->enter("2001:db8:0:1::1"));
  const auto proxy = hub->enter("127.0.0.1");
  EXPECT_TRUE(hub->enter("127.0.0.1"));
}

}  // namespace
}  // namespace centime::api
