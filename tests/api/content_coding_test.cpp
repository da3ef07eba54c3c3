#include "api/content_coding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "api/etag.h"
#include "tests/api/gunzip.h"

namespace centime::api {
namespace {

using testing::Contains;
using testing::Not;
using testing::Pair;

TEST(AcceptedCodings, AreThoseThatTheHeaderNames) {
  const AcceptedCodings none{}, gzip{.gzip = true}, both{.gzip = true, .brotli = true};
  EXPECT_EQ(accepted_codings(""), none);
  EXPECT_EQ(accepted_codings("gzip"), gzip);
  EXPECT_EQ(accepted_codings("GZip"), gzip);
  EXPECT_EQ(accepted_codings("x-gzip"), gzip);
  EXPECT_EQ(accepted_codings("gzip, deflate, br, zstd"), both);
  EXPECT_EQ(accepted_codings(" deflate ,\tgzip ; q=0.1 "), gzip);
  EXPECT_EQ(accepted_codings("gzip;q=0"), none);
  EXPECT_EQ(accepted_codings("gzip;q=0.000, br;q=0.001"), AcceptedCodings{.brotli = true});
  EXPECT_EQ(accepted_codings("identity"), none);
  EXPECT_EQ(accepted_codings("gzipped, brotli, xgzip"), none);
}

TEST(AcceptedCodings, TheStarStandsForGzipAlone) {
  const AcceptedCodings none{}, gzip{.gzip = true};
  EXPECT_EQ(accepted_codings("*"), gzip);
  EXPECT_EQ(accepted_codings("*;q=0"), none);
  EXPECT_EQ(accepted_codings("gzip;q=0, *"), none);
  EXPECT_EQ(accepted_codings("*;q=0, gzip"), gzip);
}

TEST(AcceptedCodings, AMalformedWeightRefuses) {
  for (const char* header : {"gzip;q=", "gzip;q=2", "gzip;q=-1", "gzip;q=x", "gzip;q=0x1",
                             "gzip;q=nan", "gzip;q=1e0", ";q=1", ",,;,", "gzip gzip"})
    EXPECT_EQ(accepted_codings(header), AcceptedCodings{}) << header;
}

Request asking(std::string codings) {
  Request request;
  request.method = "GET";
  request.headers = {{"accept-encoding", std::move(codings)}};
  return request;
}

const std::string& long_text() {
  static const std::string text = [] {
    std::string made;
    while (made.size() < 5000) made += "row " + std::to_string(made.size()) + "\n";
    return made;
  }();
  return text;
}

Response page(std::string body) {
  auto response = text_response("text/html; charset=utf-8", std::move(body));
  response.etag = strong_etag("abc");
  return response;
}

TEST(ContentCoding, CompressesForWhoTakesIt) {
  auto response = page(long_text());
  choose_coding(asking("gzip"), response);
  EXPECT_EQ(response.body, long_text()) << "chosen, and not done yet";
  EXPECT_EQ(response.coding, "gzip");
  EXPECT_EQ(response.etag, "\"abc-gzip\"");
  EXPECT_THAT(response.headers, Contains(Pair("Vary", "Accept-Encoding")));
  encode_body(response);
  EXPECT_LT(response.body.size(), long_text().size() / 2);
  EXPECT_EQ(gunzip(response.body), long_text());
}

TEST(ContentCoding, OthersGetTheBodyAsItIsAndAreToldThatItVaries) {
  for (const char* header : {"", "identity", "br", "deflate", "gzip;q=0"}) {
    auto response = page(long_text());
    choose_coding(asking(header), response);
    encode_body(response);
    EXPECT_EQ(response.coding, "") << header;
    EXPECT_EQ(response.body, long_text());
    EXPECT_EQ(response.etag, "\"abc\"");
    EXPECT_THAT(response.headers, Contains(Pair("Vary", "Accept-Encoding")));
  }
}

TEST(ContentCoding, WhatIsShortOrNoTextHasOneForm) {
  auto small = page(std::string(compressed_bytes_min - 1, 'a'));
  auto binary = page(long_text());
  binary.content_type = "application/octet-stream";
  auto streamed = page("");
  streamed.stream = []() -> std::optional<std::string> { return std::nullopt; };
  auto live = page(long_text());
  live.content_type = "text/event-stream";
  live.live = [](NextChunk) {};
  for (auto* response : {&small, &binary, &streamed, &live}) {
    const auto body = response->body;
    choose_coding(asking("gzip, br"), *response);
    encode_body(*response);
    EXPECT_EQ(response->coding, "");
    EXPECT_EQ(response->body, body);
    EXPECT_EQ(response->etag, "\"abc\"");
    EXPECT_THAT(response->headers, Not(Contains(Pair("Vary", "Accept-Encoding"))));
  }
  auto just_enough = page(std::string(compressed_bytes_min, 'a'));
  choose_coding(asking("gzip"), just_enough);
  EXPECT_EQ(just_enough.coding, "gzip");
}

TEST(ContentCoding, AnAnswerToCredentialsIsNotCompressed) {
  for (const char* field : {"authorization", "cookie"}) {
    auto request = asking("gzip");
    request.headers.emplace_back(field, "secret");
    auto response = page(long_text());
    choose_coding(request, response);
    encode_body(response);
    EXPECT_EQ(response.coding, "") << field;
    EXPECT_EQ(response.body, long_text());
  }
}

TEST(ContentCoding, WhatWasMadeBeforehandIsTaken) {
  const std::string made = gzip("short");
  const auto answer = [&](const char* header) {
    auto response = page("short");
    response.body_gzip = made;
    response.body_brotli = "in brotli";
    choose_coding(asking(header), response);
    encode_body(response);
    return response;
  };
  EXPECT_EQ(answer("gzip").body, made);
  EXPECT_EQ(answer("gzip").etag, "\"abc-gzip\"");
  EXPECT_EQ(answer("br, gzip").body, "in brotli");
  EXPECT_EQ(answer("br, gzip").coding, "br");
  EXPECT_EQ(answer("br, gzip").etag, "\"abc-br\"");
  EXPECT_EQ(answer("").body, "short");
}

TEST(ContentCoding, TheSameBytesAreCompressedTheSame) {
  EXPECT_EQ(gzip(long_text()), gzip(long_text()));
  EXPECT_EQ(gunzip(gzip("")), "");
  const std::string bytes("\0\xff\x80\r\n", 5);
  EXPECT_EQ(gunzip(gzip(bytes)), bytes);
}

}  // namespace
}  // namespace centime::api
