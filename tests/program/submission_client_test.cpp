// What whoever submits is told where the node does not answer.
#include "node/program/submission_client.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <thread>

namespace centime::program::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

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

// A node that takes one request after the other, and answers each with what comes next; with
// nothing, it closes the connection.
class Answers {
 public:
  explicit Answers(std::vector<std::string> answers)
      : acceptor_(context_, {boost::asio::ip::address_v4::loopback(), 0}),
        thread_([this, answers = std::move(answers)] {
          for (const std::string& answer : answers) {
            boost::asio::ip::tcp::socket client(context_);
            acceptor_.accept(client);
            std::string request;
            boost::asio::read_until(client, boost::asio::dynamic_buffer(request), "\r\n\r\n");
            boost::system::error_code gone;
            boost::asio::write(client, boost::asio::buffer(answer), gone);
          }
        }) {}
  ~Answers() { thread_.join(); }

  std::string url() const {
    return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
  }

 private:
  boost::asio::io_context context_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::thread thread_;
};

std::string answer(std::string_view status, std::string_view body) {
  return fmt::format(
      "HTTP/1.1 {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n"
      "Connection: close\r\n\r\n{}",
      status, body.size(), body);
}

TEST(SubmissionClient, SaysThatWhatWasSentBeforeTheLineBrokeMayBeRecorded) {
  Answers node({"", answer("502 Bad Gateway", "<html>"), ""});
  NodeClient client(node.url());
  for (const std::string_view word : {"unreachable", "bad_answer"}) {
    const auto told = SubmissionClient(client).submit({});
    ASSERT_FALSE(told);
    EXPECT_EQ(told.error().word, word);
    EXPECT_THAT(told.error().detail, HasSubstr("may yet be recorded"));
  }
  const auto proposed = SubmissionClient(client, "Look first").submit({});
  ASSERT_FALSE(proposed);
  EXPECT_THAT(proposed.error().detail, Not(HasSubstr("is safe")));
}

TEST(SubmissionClient, SaysNothingOfTheKindWhereNothingWasSent) {
  const auto told = [] {
    boost::asio::io_context context;
    const boost::asio::ip::tcp::acceptor closed(context,
                                                {boost::asio::ip::address_v4::loopback(), 0});
    return "http://127.0.0.1:" + std::to_string(closed.local_endpoint().port());
  }();
  NodeClient client(told);
  const auto refused = SubmissionClient(client).submit({});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().word, "unreachable");
  EXPECT_THAT(refused.error().detail, Not(HasSubstr("may yet be recorded")));
}

// By the node, or by the web server in front of it.
TEST(SubmissionClient, WaitsWhereTooManyRequestsCame) {
  Answers node({answer("429 Too Many Requests", R"({"code": "rate_limited", "detail": "Later."})"),
                answer("429 Too Many Requests", "<html>"),
                answer("201 Created", R"({"repeat": false, "height": 7, "ids": []})")});
  NodeClient client(node.url());
  const auto recorded = SubmissionClient(client).submit({});
  ASSERT_TRUE(recorded) << recorded.error().detail;
  EXPECT_EQ(recorded->height, 7U);
}

}  // namespace
}  // namespace centime::program::testing
