// What whoever submits is told where the node does not answer.
#include "node/program/submission_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace centime::program::testing {
namespace {

using ::testing::HasSubstr;

// As a node of a network that can't make a block final: it takes the request, and is silent.
TEST(SubmissionClient, SaysThatWhatWasNotAnsweredInTimeMayYetBeRecorded) {
  boost::asio::io_context context;
  const boost::asio::ip::tcp::endpoint any(boost::asio::ip::address_v4::loopback(), 0);
  const boost::asio::ip::tcp::acceptor silent(context, any);
  NodeClient node("http://127.0.0.1:" + std::to_string(silent.local_endpoint().port()),
                  {.timeout = std::chrono::milliseconds(300)});
  const auto answer = SubmissionClient(node).submit({});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().word, "timeout");
  EXPECT_THAT(answer.error().detail, HasSubstr("may yet be recorded"));
  EXPECT_THAT(answer.error().detail, HasSubstr("the same again is safe"));
}

}  // namespace
}  // namespace centime::program::testing
