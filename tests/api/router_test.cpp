#include "api/router.h"

#include <gtest/gtest.h>

namespace centime::api {
namespace {

Handler named(std::string name) {
  return [name = std::move(name)](const Request&, PathParams, Reply reply) {
    reply(text_response("text/plain", name));
  };
}

class RouterTest : public testing::Test {
 protected:
  Router::Match find(std::string_view method, std::string_view path) {
    const auto target = parse_target(path);
    EXPECT_TRUE(target);
    return router.find(method, target->segments);
  }

  // The name of the handler that answers; "" when none does.
  std::string answers(std::string_view method, std::string_view path) {
    const auto match = find(method, path);
    if (match.route == nullptr) return "";
    std::string body;
    match.route->handler({}, match.params, [&](Response response) { body = response.body; });
    return body;
  }

  Router router;
};

TEST_F(RouterTest, PrefersLiteralsThenParametersThenRests) {
  router.get("/{any...}", named("rest"));
  router.get("/v1/{what}/{id}", named("two parameters"));
  router.get("/v1/records/{id}", named("record"));
  router.get("/v1/records/search", named("search"));
  router.get("/v1/{what}", named("what"));
  EXPECT_EQ(answers("GET", "/v1/records/search"), "search");
  EXPECT_EQ(answers("GET", "/v1/records/abc"), "record");
  EXPECT_EQ(answers("GET", "/v1/funds/abc"), "two parameters");
  EXPECT_EQ(answers("GET", "/v1/funds"), "what");
  EXPECT_EQ(answers("GET", "/v1/a/b/c"), "rest");
}

TEST_F(RouterTest, FindsTheRoot) {
  router.get("/", named("home"));
  EXPECT_EQ(answers("GET", "/"), "home");
  EXPECT_EQ(answers("GET", "/?q=1"), "home");
  EXPECT_EQ(answers("GET", "/x"), "");
}

TEST_F(RouterTest, BindsParametersDecoded) {
  router.get("/accounts/{fund}/{holder}/{currency}", named("account"));
  const auto match = find("GET", "/accounts/clean%20water/a%2Fb/EUR");
  ASSERT_NE(match.route, nullptr);
  EXPECT_EQ(match.params["fund"], "clean water");
  EXPECT_EQ(match.params["holder"], "a/b");  // An escaped slash parts nothing.
  EXPECT_EQ(match.params["currency"], "EUR");
}

TEST_F(RouterTest, ParametersAreNeverEmpty) {
  router.get("/d/{id}", named("donation"));
  EXPECT_EQ(answers("GET", "/d/"), "");
  EXPECT_EQ(answers("GET", "/d"), "");
  EXPECT_EQ(answers("GET", "/d/x/"), "");
  EXPECT_EQ(answers("GET", "//d/x"), "");
}

TEST_F(RouterTest, ARestTakesAllThatFollows) {
  router.get("/tile/{path...}", named("tile"));
  EXPECT_EQ(find("GET", "/tile/0/x001/x234/067.p/8").params["path"], "0/x001/x234/067.p/8");
  EXPECT_EQ(find("GET", "/tile/a.json").params["path"], "a.json");
  EXPECT_FALSE(find("GET", "/tile/a.json").format);
  EXPECT_EQ(answers("GET", "/tile"), "");
}

TEST_F(RouterTest, TakesTheFormatOffTheLastSegment) {
  router.get("/v1/records/{id}", named("record"));
  const auto csv = find("GET", "/v1/records/abc.csv");
  EXPECT_EQ(csv.params["id"], "abc");
  EXPECT_EQ(csv.format, Format::csv);
  EXPECT_EQ(find("GET", "/v1/records/abc.json").format, Format::json);
  const auto twice = find("GET", "/v1/records/abc.json.json");
  EXPECT_EQ(twice.params["id"], "abc.json");
  const auto other = find("GET", "/v1/records/abc.xml");
  EXPECT_EQ(other.params["id"], "abc.xml");
  EXPECT_FALSE(other.format);
  EXPECT_EQ(find("GET", "/v1/records/.csv").params["id"], ".csv");
}

TEST_F(RouterTest, ALiteralWithAFormatIsFoundAsItStands) {
  router.get("/v1/openapi.json", named("openapi"));
  router.get("/v1/{what}", named("what"));
  router.get("/v1/status", named("status"));
  EXPECT_EQ(answers("GET", "/v1/openapi.json"), "openapi");
  EXPECT_FALSE(find("GET", "/v1/openapi.json").format);
  EXPECT_EQ(answers("GET", "/v1/status.json"), "status");
  EXPECT_EQ(answers("GET", "/v1/other.json"), "what");
}

TEST_F(RouterTest, TellsWhichMethodsAnAddressTakes) {
  router.get("/v1/records/{id}", named("read"));
  router.post("/v1/records/{id}", named("write"));
  router.post("/v1/records", named("append"));
  EXPECT_EQ(answers("POST", "/v1/records/a"), "write");
  EXPECT_EQ(answers("HEAD", "/v1/records/a"), "read");
  EXPECT_EQ(find("DELETE", "/v1/records/a").methods,
            (std::vector<std::string>{"GET", "HEAD", "OPTIONS", "POST"}));
  EXPECT_EQ(find("GET", "/v1/records").methods, (std::vector<std::string>{"OPTIONS", "POST"}));
  EXPECT_TRUE(find("GET", "/v1/nothing").methods.empty());
}

TEST_F(RouterTest, FallsBackToALessSpecificPatternThatHasTheMethod) {
  router.post("/v1/records/search", named("search"));
  router.get("/v1/records/{id}", named("record"));
  EXPECT_EQ(answers("GET", "/v1/records/search"), "record");
  EXPECT_EQ(answers("POST", "/v1/records/search"), "search");
}

TEST_F(RouterTest, LetsOtherSitesReadButNotWriteUnlessTold) {
  router.get("/read", named("read"));
  router.post("/write", named("write"));
  router.post("/open", named("open"), {.cross_origin = true});
  router.get("/closed", named("closed"), {.cross_origin = false});
  EXPECT_TRUE(find("GET", "/read").cross_origin);
  EXPECT_FALSE(find("POST", "/write").cross_origin);
  EXPECT_TRUE(find("POST", "/open").cross_origin);
  EXPECT_FALSE(find("GET", "/closed").cross_origin);
  EXPECT_EQ(find("OPTIONS", "/open").cross_origin_methods, (std::vector<std::string>{"POST"}));
}

TEST(RouterDeathTest, RefusesPatternsThatCannotWork) {
  Router router;
  router.get("/a/{x}", named("a"));
  EXPECT_DEATH(router.get("/a/{x}", named("b")), "one handler");
  EXPECT_DEATH(router.get("a", named("b")), "slash");
  EXPECT_DEATH(router.get("/{rest...}/more", named("b")), "rest");
  EXPECT_DEATH(router.get("/a{x}", named("b")), "whole segment");
  EXPECT_DEATH(router.get("/{}", named("b")), "name");
  EXPECT_DEATH(router.add("HEAD", "/b", named("b")), "HEAD");
}

}  // namespace
}  // namespace centime::api
