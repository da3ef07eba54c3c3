#include "node/network/door.h"

#include <gtest/gtest.h>

#include "node/network/listener.h"

namespace centime::network {
namespace {

using namespace std::chrono_literals;

const Clock::time_point start{1h};

AddressKey address(std::uint32_t number) {
  AddressKey key{};
  for (int i = 0; i < 4; ++i) key[12 + i] = static_cast<std::uint8_t>(number >> (8 * i));
  return key;
}

Door::Options wide() {
  Door::Options options;
  options.strangers = options.known = options.per_address = 1'000'000;
  options.per_address_second = options.strangers_second = 1;
  options.per_address_burst = options.strangers_burst = 1'000'000;
  return options;
}

TEST(Door, LimitsHandshakesOfOneAddress) {
  auto options = wide();
  options.per_address = 2;
  Door door(options, 1, start);
  const auto first = door.enter(address(1), start);
  ASSERT_TRUE(first);
  EXPECT_TRUE(door.enter(address(1), start));
  EXPECT_EQ(door.enter(address(1), start).error(), LinkWord::too_many_handshakes);
  EXPECT_TRUE(door.enter(address(2), start));
  door.leave(*first);
  EXPECT_TRUE(door.enter(address(1), start));
}

TEST(Door, LimitsConnectionsASecondOfOneAddress) {
  auto options = wide();
  options.per_address_burst = 3;
  options.per_address_second = 10;
  Door door(options, 1, start);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(door.enter(address(1), start));
  EXPECT_EQ(door.enter(address(1), start).error(), LinkWord::rate_limited);
  EXPECT_TRUE(door.enter(address(1), start + 100ms));
  EXPECT_EQ(door.enter(address(1), start + 150ms).error(), LinkWord::rate_limited);
}

TEST(Door, StrangersTogetherTakeNoPlaceOfKnownAddresses) {
  auto options = wide();
  options.strangers = 64;
  options.known = 2;
  Door door(options, 1, start);
  door.set_known({address(7)});
  std::size_t entered = 0;
  for (std::uint32_t i = 100; i < 1100; ++i) entered += door.enter(address(i), start) ? 1 : 0;
  EXPECT_EQ(entered, 64U);
  EXPECT_EQ(door.pool_of(address(1)), Door::Pool::full);
  EXPECT_EQ(door.pool_of(address(7)), Door::Pool::free);
  EXPECT_TRUE(door.enter(address(7), start));
}

TEST(Door, StrangersTogetherAreLimitedASecond) {
  auto options = wide();
  options.strangers_burst = 5;
  options.strangers_second = 1;
  Door door(options, 1, start);
  door.set_known({address(7)});
  for (std::uint32_t i = 0; i < 5; ++i) EXPECT_TRUE(door.enter(address(100 + i), start));
  EXPECT_EQ(door.enter(address(200), start).error(), LinkWord::rate_limited);
  EXPECT_TRUE(door.enter(address(7), start));
}

TEST(Door, TicketStaysGoodWhenItsAddressBecomesKnown) {
  Door door(wide(), 1, start);
  const auto ticket = door.enter(address(1), start);
  ASSERT_TRUE(ticket);
  door.set_known({address(1)});
  door.leave(*ticket);
  EXPECT_EQ(door.inside(), 0U);
}

TEST(Door, CountsAnIpv6NetworkAsOneAddress) {
  using boost::asio::ip::make_address;
  EXPECT_EQ(address_key(make_address("2001:db8::1")), address_key(make_address("2001:db8::2")));
  EXPECT_NE(address_key(make_address("2001:db8::1")), address_key(make_address("2001:db8:0:1::1")));
}

TEST(Door, CountsIpv4AloneAndTheSameThroughIpv6) {
  using boost::asio::ip::make_address;
  EXPECT_NE(address_key(make_address("10.0.0.1")), address_key(make_address("10.0.0.2")));
  EXPECT_EQ(address_key(make_address("10.0.0.1")), address_key(make_address("::ffff:10.0.0.1")));
}

}  // namespace
}  // namespace centime::network
