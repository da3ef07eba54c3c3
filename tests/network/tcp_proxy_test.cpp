#include "tests/support/tcp_proxy.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <chrono>
#include <thread>

#include "tests/network/raw_peer.h"
#include "tests/network/test_node.h"

namespace centime::test {
namespace {

using namespace std::chrono_literals;
using network::testing::eventually;
using network::testing::RawListener;
using network::testing::RawSocket;
using Clock = std::chrono::steady_clock;

class TcpProxyTest : public ::testing::Test {
 protected:
  // What arrives within the time, at most 4 kB.
  static std::string read(RawSocket& socket, std::chrono::milliseconds time = 3s) {
    const timeval limit{time.count() / 1000, (time.count() % 1000) * 1000};
    ::setsockopt(socket.descriptor(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    char buffer[4096];
    const auto size = ::recv(socket.descriptor(), buffer, sizeof buffer, 0);
    return size > 0 ? std::string(buffer, static_cast<std::size_t>(size)) : "";
  }
  static void write(RawSocket& socket, std::string_view text) {
    socket.write(crypto::as_bytes(text));
  }

  RawListener listener_;
  TcpProxy proxy_{listener_.port()};
  RawSocket client_ = RawSocket::connect(proxy_.port());
  RawSocket server_ = listener_.accept();
};

TEST_F(TcpProxyTest, PassesBytesBothWays) {
  write(client_, "there");
  EXPECT_EQ(read(server_), "there");
  write(server_, "and back");
  EXPECT_EQ(read(client_), "and back");
  EXPECT_EQ(proxy_.accepted(), 1U);
}

TEST_F(TcpProxyTest, PassesMuchInOrder) {
  std::string sent;
  for (int i = 0; i < 200'000; ++i) sent += std::to_string(i);
  std::thread writer([&] {
    for (std::size_t at = 0; at < sent.size(); at += 50'000)
      write(client_, std::string_view(sent).substr(at, 50'000));
  });
  std::string received;
  while (received.size() < sent.size()) {
    const auto piece = read(server_);
    if (piece.empty()) break;
    received += piece;
  }
  writer.join();
  EXPECT_TRUE(received == sent);
}

TEST_F(TcpProxyTest, DelaysEachWay) {
  proxy_.set_delay(150ms);
  const auto begun = Clock::now();
  write(client_, "there");
  EXPECT_EQ(read(server_), "there");
  EXPECT_GE(Clock::now() - begun, 150ms);
  write(server_, "back");
  EXPECT_EQ(read(client_), "back");
  EXPECT_GE(Clock::now() - begun, 300ms);
}

TEST_F(TcpProxyTest, DelayIsNoLimitOfThroughput) {
  proxy_.set_delay(200ms);
  const auto begun = Clock::now();
  for (int i = 0; i < 150; ++i) {
    write(client_, "x");
    std::this_thread::sleep_for(5ms);
  }
  std::string received;
  for (std::string some; received.size() < 150 && !(some = read(server_)).empty();)
    received += some;
  EXPECT_EQ(received.size(), 150U);
  EXPECT_LT(Clock::now() - begun, 15s);  // One after another would take thirty.
}

TEST_F(TcpProxyTest, HoldsOneDirectionAndGivesItBackWhole) {
  proxy_.hold(TcpProxy::Direction::to_target);
  write(client_, "held");
  EXPECT_EQ(read(server_, 200ms), "");
  write(server_, "passes");
  EXPECT_EQ(read(client_), "passes");
  proxy_.release();
  EXPECT_EQ(read(server_), "held");
}

TEST_F(TcpProxyTest, CutsAllConnections) {
  ASSERT_TRUE(eventually([&] { return proxy_.connections() == 1; }));
  proxy_.cut();
  EXPECT_TRUE(client_.ends());
  EXPECT_TRUE(server_.ends());
  EXPECT_TRUE(eventually([&] { return proxy_.connections() == 0; }));
}

TEST_F(TcpProxyTest, ClosesOneEndWhenTheOtherCloses) {
  {
    const RawSocket gone = std::move(server_);
  }
  EXPECT_TRUE(client_.ends());
}

TEST_F(TcpProxyTest, LeadsElsewhereFromThenOn) {
  RawListener other;
  proxy_.set_target(other.port());
  auto client = RawSocket::connect(proxy_.port());
  auto server = other.accept();
  write(client, "new");
  EXPECT_EQ(read(server), "new");
  write(client_, "old");
  EXPECT_EQ(read(server_), "old");
}

}  // namespace
}  // namespace centime::test
