#include "node/network/send_queue.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace centime::network {
namespace {

Outgoing frame(std::uint8_t kind, std::size_t size) {
  return {kind, std::make_shared<const crypto::Bytes>(size)};
}

constexpr SendQueue::Limits small{{3, 100}, {2, 50}};

TEST(SendQueue, NewestTakesThePlaceOfTheLastOfItsKind) {
  SendQueue queue(small);
  EXPECT_EQ(queue.push(SendClass::newest, frame(1, 10)).result, SendResult::queued);
  EXPECT_EQ(queue.push(SendClass::newest, frame(2, 10)).result, SendResult::queued);
  EXPECT_EQ(queue.push(SendClass::newest, frame(1, 30)).result, SendResult::replaced);
  EXPECT_EQ(queue.frames(), 2U);
  EXPECT_EQ(queue.bytes(), 40U);
  EXPECT_EQ(queue.pop()->bytes->size(), 30U);
}

TEST(SendQueue, UrgentDropsTheOldestByNumber) {
  SendQueue queue(small);
  for (std::uint8_t kind = 1; kind <= 3; ++kind) queue.push(SendClass::urgent, frame(kind, 1));
  const auto pushed = queue.push(SendClass::urgent, frame(4, 1));
  EXPECT_EQ(pushed.result, SendResult::dropped_oldest);
  EXPECT_EQ(pushed.dropped, 1U);
  EXPECT_EQ(queue.pop()->kind, 2);
}

TEST(SendQueue, UrgentDropsAsManyAsItsBytesNeed) {
  SendQueue queue(small);
  for (std::uint8_t kind = 1; kind <= 3; ++kind) queue.push(SendClass::urgent, frame(kind, 33));
  EXPECT_EQ(queue.push(SendClass::urgent, frame(4, 60)).dropped, 2U);
  EXPECT_EQ(queue.bytes(), 93U);
}

TEST(SendQueue, BulkIsRefusedBeyondItsBounds) {
  SendQueue queue(small);
  EXPECT_EQ(queue.push(SendClass::bulk, frame(1, 40)).result, SendResult::queued);
  EXPECT_EQ(queue.push(SendClass::bulk, frame(1, 11)).result, SendResult::queue_full);
  EXPECT_EQ(queue.push(SendClass::bulk, frame(1, 10)).result, SendResult::queued);
  EXPECT_EQ(queue.push(SendClass::bulk, frame(1, 0)).result, SendResult::queue_full);
}

TEST(SendQueue, OneFrameMayPassTheBoundAlone) {
  SendQueue queue(small);
  EXPECT_EQ(queue.push(SendClass::bulk, frame(1, 1000)).result, SendResult::queued);
  EXPECT_EQ(queue.push(SendClass::urgent, frame(1, 1000)).result, SendResult::queued);
}

TEST(SendQueue, UrgentGoesBeforeBulkWhichMovesNevertheless) {
  SendQueue queue({{100, 1000}, {100, 1000}});
  for (int i = 0; i < 20; ++i) queue.push(SendClass::bulk, frame(9, 1));
  for (int i = 0; i < 20; ++i) queue.push(SendClass::urgent, frame(1, 1));
  int bulk_of_first_ten = 0;
  for (int i = 0; i < 10; ++i) bulk_of_first_ten += queue.pop()->kind == 9 ? 1 : 0;
  EXPECT_EQ(bulk_of_first_ten, 1);
}

RC_GTEST_PROP(SendQueue, StaysWithinItsBoundsAndCountsItsBytes, ()) {
  SendQueue queue(small);
  const auto steps = *rc::gen::container<std::vector<std::pair<int, std::size_t>>>(
      rc::gen::pair(rc::gen::inRange(0, 4), rc::gen::inRange<std::size_t>(0, 50)));
  for (const auto& [what, size] : steps) {
    if (what == 3) {
      queue.pop();
    } else {
      queue.push(static_cast<SendClass>(what), frame(static_cast<std::uint8_t>(size % 3), size));
    }
    RC_ASSERT(queue.frames() <= 3 + 2 + 3);
    RC_ASSERT(queue.bytes() <= 100 + 50 + 3 * 50);
  }
  while (queue.pop()) {
  }
  RC_ASSERT(queue.bytes() == 0U);
}

}  // namespace
}  // namespace centime::network
