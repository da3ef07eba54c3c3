#include "api/problem.h"

#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "api/response_head.h"

namespace centime::api {
namespace {

TEST(Problem, HasTheMembersOfRfc9457AndOurs) {
  boost::json::object more;
  more["records"] = boost::json::array{
      boost::json::object{{"index", 3}, {"code", "overspent"}, {"detail", "12 EUR are missing"}}};
  const auto response = problem(409, "overspent", "One record was refused.", std::move(more));
  ASSERT_TRUE(response.problem);
  response.problem->trace_id = "0123456789abcdef";
  const auto json = boost::json::parse(problem_json(*response.problem));
  EXPECT_EQ(json.at("type"), "/docs/errors#overspent");
  EXPECT_EQ(json.at("title"), "Overspent");
  EXPECT_EQ(json.at("status"), 409);
  EXPECT_EQ(json.at("detail"), "One record was refused.");
  EXPECT_EQ(json.at("code"), "overspent");
  EXPECT_EQ(json.at("trace_id"), "0123456789abcdef");
  EXPECT_EQ(json.at("records").at(0).at("index"), 3);
}

TEST(Problem, FurtherMembersCannotReplaceTheNamedOnes) {
  boost::json::object more;
  more["status"] = 200;
  more["code"] = "fine";
  more["trace_id"] = "forged";
  auto response = problem(500, "internal_error", "", std::move(more));
  response.problem->trace_id = "real";
  const auto json = boost::json::parse(problem_json(*response.problem));
  EXPECT_EQ(json.at("status"), 500);
  EXPECT_EQ(json.at("code"), "internal_error");
  EXPECT_EQ(json.at("trace_id"), "real");
}

TEST(Problem, TitlesAreTheCodesWords) {
  EXPECT_EQ(problem_title("method_not_allowed"), "Method not allowed");
  EXPECT_EQ(problem_title("busy"), "Busy");
  EXPECT_EQ(problem_title(""), "");
}

TEST(Problem, EscapesWhatTheClientSent) {
  const auto response = problem(400, "bad_limit", "\"limit\" is <x>\n\x01");
  const auto json = boost::json::parse(problem_json(*response.problem));
  EXPECT_EQ(json.at("detail"), "\"limit\" is <x>\n\x01");
}

Request request_for(Format format) {
  Request request;
  request.method = "GET";
  request.format = format;
  request.trace_id = "feedfeedfeedfeed";
  return request;
}

TEST(RenderProblem, MakesJsonThatNobodyKeeps) {
  auto response = problem(429, "rate_limited", "Slow down.").add("Retry-After", "1");
  const auto request = request_for(Format::json);
  render_problem(request, response, nullptr);
  complete_fields(request, response, true);
  EXPECT_EQ(response.status, 429u);
  EXPECT_EQ(response.content_type, "application/problem+json");
  EXPECT_EQ(find_field(response.headers, "cache-control"), "no-store");
  EXPECT_EQ(find_field(response.headers, "retry-after"), "1");
  EXPECT_EQ(boost::json::parse(response.body).at("trace_id"), "feedfeedfeedfeed");
}

TEST(RenderProblem, UsesThePageForHtmlOnlyAndKeepsStatusAndFields) {
  const ProblemPage page = [](const Request&, const Problem& what) -> std::optional<Response> {
    if (what.code == "no_page") return std::nullopt;
    return text_response("text/html", what.trace_id);
  };
  auto html = problem(409, "ambiguous_id", "").add("Allow", "GET");
  render_problem(request_for(Format::html), html, page);
  EXPECT_EQ(html.status, 409u);
  EXPECT_EQ(html.body, "feedfeedfeedfeed");
  EXPECT_EQ(find_field(html.headers, "allow"), "GET");

  auto json = problem(409, "ambiguous_id", "");
  render_problem(request_for(Format::csv), json, page);
  EXPECT_EQ(json.content_type, "application/problem+json");

  auto without = problem(409, "no_page", "");
  render_problem(request_for(Format::html), without, page);
  EXPECT_EQ(without.content_type, "application/problem+json");
}

}  // namespace
}  // namespace centime::api
