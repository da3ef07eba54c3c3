#include "node/network/send_queue.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace centime::network {
namespace {

Outgoing frame(std::uint8_t kind, std::size_t size) {
  return {kind, std::make_shared<const crypto::Bytes>(size)};
}

// Of other bytes than all others.
Outgoing another(std::uint8_t kind, std::size_t size) {
  static std::uint32_t number = 0;
  crypto::Bytes bytes(size);
  ++number;
  for (std::size_t i = 0; i < std::min<std::size_t>(size, 4); ++i)
    bytes[i] = static_cast<std::uint8_t>(number >> (8 * i));
  return {kind, std::make_shared<const crypto::Bytes>(std::move(bytes))};
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
  for (int i = 0; i < 20; ++i) queue.push(SendClass::bulk, another(9, 1));
  for (int i = 0; i < 20; ++i) queue.push(SendClass::urgent, frame(1, 1));
  int bulk_of_first_ten = 0;
  for (int i = 0; i < 10; ++i) bulk_of_first_ten += queue.pop()->kind == 9 ? 1 : 0;
  EXPECT_EQ(bulk_of_first_ten, 1);
}

TEST(SendQueue, ALargeOneGoesAfterTheUrgentAndTakesThePlaceOfTheLastOfItsKind) {
  SendQueue queue({{100, 1000}, {100, 1000}});
  queue.push(SendClass::bulk, another(9, 10));
  EXPECT_EQ(queue.push(SendClass::large, frame(1, 5'000)).result, SendResult::queued);
  EXPECT_EQ(queue.push(SendClass::large, frame(1, 7'000)).result, SendResult::replaced);
  for (int i = 0; i < 3; ++i) queue.push(SendClass::urgent, frame(2, 1));
  EXPECT_EQ(queue.frames(), 5U);
  EXPECT_EQ(queue.bytes(), 7'013U);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(queue.pop()->kind, 2);
  EXPECT_EQ(queue.pop()->bytes->size(), 7'000U);
  EXPECT_EQ(queue.pop()->kind, 9);
  EXPECT_FALSE(queue.pop());
}

TEST(SendQueue, BulkThatWaitsAlreadyIsQueuedOnce) {
  SendQueue queue({{100, 1000}, {100, 1000}});
  const Outgoing first = another(9, 10);
  const Outgoing same{9, std::make_shared<const crypto::Bytes>(*first.bytes)};
  const Outgoing of_another_kind{8, first.bytes};
  EXPECT_EQ(queue.push(SendClass::bulk, first).result, SendResult::queued);
  EXPECT_EQ(queue.push(SendClass::bulk, same).result, SendResult::waits_already);
  EXPECT_TRUE(was_queued(SendResult::waits_already));
  EXPECT_EQ(queue.push(SendClass::bulk, of_another_kind).result, SendResult::queued);
  EXPECT_EQ(queue.bytes(), 20U);
  EXPECT_EQ(queue.pop()->kind, 9);
  EXPECT_EQ(queue.push(SendClass::bulk, same).result, SendResult::waits_already)
      << "the first is on its way";
  queue.written();
  EXPECT_EQ(queue.push(SendClass::bulk, same).result, SendResult::queued) << "it has gone";
  queue.clear();
  EXPECT_EQ(queue.push(SendClass::bulk, same).result, SendResult::queued);
}

TEST(SendQueue, CountsBulkUntilItIsWritten) {
  SendQueue queue(small);
  queue.push(SendClass::bulk, frame(1, 30));
  ASSERT_TRUE(queue.pop());
  EXPECT_EQ(queue.bytes(), 30U);
  queue.written();
  EXPECT_EQ(queue.bytes(), 0U);
}

RC_GTEST_PROP(SendQueue, StaysWithinItsBoundsAndCountsItsBytes, ()) {
  SendQueue queue(small);
  const auto steps = *rc::gen::container<std::vector<std::pair<int, std::size_t>>>(
      rc::gen::pair(rc::gen::inRange(0, 5), rc::gen::inRange<std::size_t>(0, 50)));
  for (const auto& [what, size] : steps) {
    if (what == 4) {
      queue.written();  // As a sender does: what it took before is gone.
      queue.pop();
    } else {
      queue.push(static_cast<SendClass>(what), frame(static_cast<std::uint8_t>(size % 3), size));
    }
    RC_ASSERT(queue.frames() <= 3 + 2 + 3 + 3);
    RC_ASSERT(queue.bytes() <= 100 + 50 + 2 * 3 * 50 + 50);
  }
  while (queue.pop()) {
  }
  queue.written();
  RC_ASSERT(queue.bytes() == 0U);
}

}  // namespace
}  // namespace centime::network
