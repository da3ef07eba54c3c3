// Reaching members whose addresses are host names.
#include <gtest/gtest.h>

#include "tests/network/name_service.h"
#include "tests/network/raw_peer.h"
#include "tests/network/test_node.h"
#include "tests/support/tcp_proxy.h"

namespace centime::network {
namespace {

using namespace testing;

class DiallingTest : public ::testing::Test {
 protected:
  static Peer at(const TestNode& node, const std::string& host) {
    auto peer = node.as_peer({});
    peer.addresses = {{host, 1}};
    return peer;
  }

  NameService names_;
  TestNode node_{1, [this](NetworkOptions& options) { options.look_up = names_.look_up(); }};
  TestNode member_{2};
};

TEST_F(DiallingTest, ReachesAMemberWhoseFirstAddressSwallowsConnections) {
  const BlackHole hole;
  names_.set("member.example", {{"127.0.0.1", hole.port()}, member_.address()});
  member_.network().set_peers({node_.as_peer({})});
  node_.network().set_peers({at(member_, "member.example")});
  EXPECT_TRUE(node_.wait_for<Connected>(member_.id()));
  EXPECT_EQ(node_.peer_words(member_.id(), LinkWord::connect_failed), 0U);
}

TEST_F(DiallingTest, GoesOnAtOnceWhenAnAddressRefuses) {
  std::vector<Address> addresses;
  for (int i = 0; i < 7; ++i) addresses.push_back({"127.0.0.1", RawListener().port()});
  addresses.push_back(member_.address());
  names_.set("member.example", addresses);
  // With a wait before each it is 1.75 s every time; a machine that stalls gets another try.
  bool at_once = false;
  for (int i = 0; i < 10 && !at_once; ++i) {
    TestNode node(4, [this](NetworkOptions& options) { options.look_up = names_.look_up(); });
    member_.network().set_peers({node.as_peer({})});
    node.network().set_peers({at(member_, "member.example")});
    at_once = node.wait_for<Connected>(member_.id(), 1500ms).has_value();
  }
  EXPECT_TRUE(at_once);
}

TEST_F(DiallingTest, PassesAnAddressWhereAnotherNodeAnswers) {
  TestNode other(3);
  names_.set("member.example", {other.address(), member_.address()});
  other.network().set_peers({node_.as_peer({})});
  member_.network().set_peers({node_.as_peer({})});
  node_.network().set_peers({at(member_, "member.example")});
  EXPECT_TRUE(node_.wait_for<Connected>(member_.id()));
  EXPECT_GT(node_.peer_words(member_.id(), LinkWord::wrong_key), 0U);
}

TEST_F(DiallingTest, EndsWhenEveryAddressSwallowsConnections) {
  TestNode hurried(4, [this](NetworkOptions& options) {
    options.look_up = names_.look_up();
    options.times.connect = 600ms;
  });
  const BlackHole hole, hole_too;
  names_.set("member.example", {{"127.0.0.1", hole.port()}, {"127.0.0.1", hole_too.port()}});
  hurried.network().set_peers({at(member_, "member.example")});
  EXPECT_TRUE(
      eventually([&] { return hurried.peer_words(member_.id(), LinkWord::connect_failed) > 1; }));
  const auto begun = Clock::now();
  hurried.network().stop();
  EXPECT_LT(Clock::now() - begun, patience);
}

TEST_F(DiallingTest, ASilentNameHoldsUpNeitherOtherMembersNorTheEnd) {
  TestNode hurried(4, [this](NetworkOptions& options) {
    options.look_up = names_.look_up();
    options.times.connect = 500ms;
  });
  TestNode other(3);
  names_.fall_silent("member.example");
  names_.set("other.example", {other.address()});
  other.network().set_peers({hurried.as_peer({})});
  hurried.network().set_peers({at(member_, "member.example"), at(other, "other.example")});
  EXPECT_TRUE(hurried.wait_for<Connected>(other.id()));
  EXPECT_TRUE(
      eventually([&] { return hurried.peer_words(member_.id(), LinkWord::unknown_host) > 1; }));
  EXPECT_EQ(hurried.peer_words(member_.id(), LinkWord::connect_failed), 0U);
  EXPECT_EQ(names_.lookups(), 2U);
  const auto begun = Clock::now();
  hurried.network().stop();
  EXPECT_LT(Clock::now() - begun, patience);
}

TEST_F(DiallingTest, DialsWhereANameLedLastWhileTheNameServiceIsSilent) {
  test::TcpProxy line(member_.port());
  names_.set("member.example", {{"127.0.0.1", line.port()}});
  member_.network().set_peers({node_.as_peer({})});
  node_.network().set_peers({at(member_, "member.example")});
  ASSERT_TRUE(node_.wait_for<Connected>(member_.id()));
  names_.fall_silent();
  line.cut();
  ASSERT_TRUE(node_.wait_for<Disconnected>(member_.id()));
  EXPECT_TRUE(node_.wait_for<Connected>(member_.id()));
  EXPECT_GT(node_.peer_words(member_.id(), LinkWord::unknown_host), 0U);
}

TEST_F(DiallingTest, FollowsANameThatLeadsElsewhere) {
  names_.set("member.example", {{"127.0.0.1", RawListener().port()}});
  member_.network().set_peers({node_.as_peer({})});
  node_.network().set_peers({at(member_, "member.example")});
  ASSERT_TRUE(
      eventually([&] { return node_.peer_words(member_.id(), LinkWord::connect_failed) > 0; }));
  names_.set("member.example", {member_.address()});
  EXPECT_TRUE(node_.wait_for<Connected>(member_.id()));
}

}  // namespace
}  // namespace centime::network
