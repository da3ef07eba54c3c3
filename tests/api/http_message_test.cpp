#include "api/http_message.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "crypto/encoding.h"

namespace centime::api {
namespace {

using Segments = std::vector<std::string>;

ParsedTarget parsed(std::string_view target) {
  auto result = parse_target(target);
  EXPECT_TRUE(result) << target;
  return result ? *result : ParsedTarget{};
}

TEST(ParseTarget, SplitsBeforeItDecodes) {
  const auto target = parsed("/a%2Fb/%C3%A9+/?q=a+b%26c&flag&=x&&e=%3D=");
  EXPECT_EQ(target.segments, (Segments{"a/b", "é+", ""}));
  EXPECT_EQ(target.path, "/a/b/é+/");
  EXPECT_EQ(target.query, (Fields{{"q", "a b&c"}, {"flag", ""}, {"", "x"}, {"e", "=="}}));
}

TEST(ParseTarget, TakesTheFormsOfRfc9112) {
  EXPECT_EQ(parsed("/").segments, Segments{""});
  EXPECT_EQ(parsed("*").path, "*");
  EXPECT_EQ(parsed("http://other.example:80/a?b=c"), parsed("/a?b=c"));
  EXPECT_EQ(parsed("HTTP://other.example"), parsed("/"));
  for (const std::string_view target : {"", "a", "?q", "http://", "http:///a", "http://a?b",
                                        "ftp://a/", "a:443", "/a#b", "//a#b"}) {
    ASSERT_FALSE(parse_target(target)) << target;
    EXPECT_EQ(parse_target(target).error(), TargetError::bad_target) << target;
  }
}

TEST(ParseTarget, RefusesWhatIsNotEncodedUtf8) {
  for (const std::string_view target :
       {"/%",    "/%a",       "/%g0",    "/%00",          "/?%00",
        "/%80",  "/%c3",      "/%c0%80", "/%f5%80%80%80", "/a b",
        "/a\tb", "/\xc3\xa9", "/%7f",    "/%1f",          "/%c2%91",
        "/.",    "/..",       "/a/../b", "/%2e%2E",       "/a/%2e"}) {
    ASSERT_FALSE(parse_target(target)) << target;
    EXPECT_EQ(parse_target(target).error(), TargetError::bad_encoding) << target;
  }
  EXPECT_TRUE(parse_target("/..."));
  EXPECT_TRUE(parse_target("/.well-known"));
  EXPECT_TRUE(parse_target("/?note=two%0Alines"));
}

TEST(ParseTarget, BoundsSegmentsAndParameters) {
  std::string path;
  for (std::size_t i = 0; i < segments_max; ++i) path += "/a";
  EXPECT_TRUE(parse_target(path));
  EXPECT_EQ(parse_target(path + "/").error(), TargetError::too_large);
  std::string query = "/?a";
  for (std::size_t i = 1; i < parameters_max; ++i) query += "&a";
  EXPECT_TRUE(parse_target(query));
  EXPECT_EQ(parse_target(query + "&a").error(), TargetError::too_large);
}

std::string encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    char escape[4];
    std::snprintf(escape, sizeof escape, "%%%02x", static_cast<unsigned char>(c));
    out += escape;
  }
  return out;
}

RC_GTEST_PROP(ParseTarget, GivesBackAnyTextThatWasEncoded, ()) {
  const auto text = *rc::gen::suchThat<std::string>(
      [](const std::string& s) { return crypto::is_utf8(s) && s.find('\0') == std::string::npos; });
  const auto target = parse_target("/x?" + encoded(text) + "=" + encoded(text));
  RC_ASSERT(target.has_value());
  RC_ASSERT(text.empty() || target->query == (Fields{{text, text}}));
}

RC_GTEST_PROP(ParseTarget, NeverGivesTextThatIsNotUtf8, ()) {
  const auto raw = *rc::gen::container<std::string>(
      rc::gen::elementOf(std::string("/%?&=+.ac3289fF0\x80\xff\n ")));
  const auto target = parse_target("/" + raw);
  if (!target) return;
  std::string all = target->path;
  for (const auto& [name, value] : target->query) all += name + value;
  RC_ASSERT(crypto::is_utf8(all));
  RC_ASSERT(all.find('\0') == std::string::npos);
  RC_ASSERT(target->segments.size() <= segments_max);
}

TEST(PreferredFormat, FollowsQualitiesThenOrder) {
  EXPECT_EQ(preferred_format("text/html,application/xhtml+xml,*/*;q=0.8"), Format::html);
  EXPECT_EQ(preferred_format("application/json"), Format::json);
  EXPECT_EQ(preferred_format("text/html;q=0.2, text/csv;q=0.9"), Format::csv);
  EXPECT_EQ(preferred_format("Text/HTML ; Q=0.5,application/json;q=0.4"), Format::html);
  EXPECT_EQ(preferred_format("application/json, text/html"), Format::json);
  EXPECT_EQ(preferred_format("text/html;level=1;q=0.1,text/csv;q=0.05"), Format::html);
}

TEST(PreferredFormat, HasNoneForWhatWeDoNotSpeak) {
  for (const std::string_view accept : {"", "*/*", "image/png", "text/html;q=0", "text/html;q=2",
                                        "text/html;q=x", "text/html;q=nan", ",,;", "text"})
    EXPECT_EQ(preferred_format(accept), std::nullopt) << accept;
}

TEST(Request, FindsFieldsWithoutRegardToCase) {
  Request request;
  request.headers = {{"accept", "a"}, {"accept", "b"}};
  request.query = {{"q", "1"}, {"Q", "2"}};
  EXPECT_EQ(request.header("Accept"), "a");
  EXPECT_EQ(request.header("host"), std::nullopt);
  EXPECT_EQ(request.parameter("Q"), "2");
}

}  // namespace
}  // namespace centime::api
