#include "api/etag.h"

#include <gtest/gtest.h>

#include "api/response_head.h"

namespace centime::api {
namespace {

TEST(ContentEtag, IsAnotherForOtherBytes) {
  EXPECT_EQ(content_etag("a checkpoint"), content_etag("a checkpoint"));
  EXPECT_NE(content_etag("a checkpoint"), content_etag("a checkpoint, signed once more"));
  EXPECT_TRUE(etag_matches(content_etag("x"), content_etag("x")));
}

TEST(Etag, MatchesAnyOfTheList) {
  const auto tag = strong_etag("abc");
  EXPECT_EQ(tag, "\"abc\"");
  for (const std::string_view header : {"\"abc\"", "W/\"abc\"", "*", " \"x\" , \"abc\" ",
                                        "\"x\",W/\"abc\",\"y\"", "\"a,b\", \"abc\""})
    EXPECT_TRUE(etag_matches(header, tag)) << header;
  for (const std::string_view header : {"", "abc", "\"abc", "\"ab\"", "\"abcd\"", "\"x\" \"abc\"",
                                        "\"abc\" x", "\"abc\",", "w/\"abc\"", "'abc'"})
    EXPECT_FALSE(etag_matches(header, tag)) << header;
}

TEST(EtagDeathTest, IsMadeOfVisibleCharacters) {
  EXPECT_DEATH(strong_etag("a\"b"), "visible");
  EXPECT_DEATH(strong_etag("a\r\nb"), "visible");
}

Request conditional(std::string method) {
  Request request;
  request.method = std::move(method);
  request.headers = {{"if-none-match", "\"v1\""}};
  return request;
}

Response tagged(unsigned status) {
  auto response = text_response("text/plain", "body", status);
  response.etag = strong_etag("v1");
  return response;
}

TEST(HeedCondition, SaysNotModifiedToReadsOnly) {
  for (const std::string method : {"GET", "HEAD"}) {
    auto response = tagged(200);
    complete_fields(conditional(method), response, false);
    heed_condition(conditional(method), response);
    EXPECT_EQ(response.status, 304u);
    EXPECT_EQ(find_field(response.headers, "etag"), "\"v1\"");
    EXPECT_TRUE(response.body.empty());
  }
  auto write = tagged(200);
  heed_condition(conditional("POST"), write);
  EXPECT_EQ(write.status, 200u);
  auto missing = tagged(404);
  heed_condition(conditional("GET"), missing);
  EXPECT_EQ(missing.status, 404u);
}

TEST(CompleteFields, ChoosesHowLongAnAnswerIsKept) {
  const auto kept = [](Response response) {
    complete_fields({}, response, false);
    return std::string(find_field(response.headers, "cache-control").value_or(""));
  };
  EXPECT_EQ(kept(tagged(200)), cache_revalidate);
  EXPECT_EQ(kept(text_response("text/plain", "x")), cache_never);
  auto immutable = tagged(200);
  immutable.cache_control = cache_immutable;
  EXPECT_EQ(kept(immutable), cache_immutable);
  EXPECT_EQ(kept(text_response("text/plain", "x").add("Cache-Control", "max-age=5")), "max-age=5");
}

TEST(WellFormed, RefusesWhatWouldBreakTheHead) {
  const auto with = [](std::string name, std::string value) {
    return well_formed(Response{}.add(std::move(name), std::move(value)));
  };
  EXPECT_TRUE(with("Centime-Height", "7"));
  EXPECT_TRUE(with("X", "caf\xc3\xa9\tx"));
  EXPECT_FALSE(with("X", "a\r\nb"));
  EXPECT_FALSE(with("X", "a\nb"));
  EXPECT_FALSE(with("X", std::string("a\0b", 3)));
  EXPECT_FALSE(with("", "a"));
  EXPECT_FALSE(with("X Y", "a"));
  EXPECT_FALSE(with("X:", "a"));
  EXPECT_FALSE(with("content-length", "5"));
  EXPECT_FALSE(with("Transfer-Encoding", "chunked"));
  EXPECT_FALSE(well_formed(text_response("text/plain\r\nX: y", "")));
  EXPECT_FALSE(well_formed(text_response("text/plain", "", 99)));
  EXPECT_FALSE(well_formed(text_response("text/plain", "", 100)));
}

}  // namespace
}  // namespace centime::api
