#include "explorer/origin.h"

#include <gtest/gtest.h>

namespace centime::explorer {
namespace {

api::Request asked_at(std::string host) {
  api::Request request;
  request.headers = {{"host", std::move(host)}};
  return request;
}

TEST(Origin, IsThePublicUrlWhateverTheRequestSays) {
  EXPECT_EQ(origin_of(asked_at("evil.example"), "https://ledger.example.org"),
            "https://ledger.example.org");
}

TEST(Origin, IsElseTheHostOfTheRequest) {
  EXPECT_EQ(origin_of(asked_at("127.0.0.1:8080"), ""), "http://127.0.0.1:8080");
  EXPECT_EQ(origin_of(asked_at("[::1]:8080"), ""), "http://[::1]:8080");
}

TEST(Origin, IsEmptyForWhatIsNoHost) {
  EXPECT_EQ(origin_of({}, ""), "");
  for (const auto* host : {"", "a b", "a/b", "a\"b", "a<script>", "user@host", "h\u00f6st"})
    EXPECT_EQ(origin_of(asked_at(host), ""), "") << host;
  EXPECT_EQ(origin_of(asked_at(std::string(262, 'a')), ""), "");
}

}  // namespace
}  // namespace centime::explorer
