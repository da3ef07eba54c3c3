#include "api/problem.h"

#include <boost/json/serialize.hpp>
#include <memory>
#include <utility>

namespace centime::api {

std::string make_trace_id(std::uint64_t number) {
  // The finaliser of splitmix64, which maps one to one.
  number = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9;
  number = (number ^ (number >> 27)) * 0x94d049bb133111eb;
  number ^= number >> 31;
  std::string text(16, '0');
  for (char& digit : text) {
    digit = "0123456789abcdef"[number & 15];
    number >>= 4;
  }
  return text;
}

std::string problem_title(std::string_view code) {
  std::string title(code);
  for (char& c : title)
    if (c == '_') c = ' ';
  if (!title.empty() && title[0] >= 'a' && title[0] <= 'z')
    title[0] = static_cast<char>(title[0] - ('a' - 'A'));
  return title;
}

Response problem(unsigned status, std::string code, std::string detail, boost::json::object more) {
  auto what = std::make_shared<Problem>();
  what->status = status;
  what->title = problem_title(code);
  what->code = std::move(code);
  what->detail = std::move(detail);
  what->more = std::move(more);
  Response response;
  response.status = status;
  response.problem = std::move(what);
  return response;
}

Response internal_error(std::string cause) {
  Response response =
      problem(500, "internal_error",
              "Something went wrong on this node. Its operator finds the cause by the trace id.");
  response.cause = std::move(cause);
  return response;
}

std::string problem_json(const Problem& problem) {
  boost::json::object members;
  members["type"] = "/docs/errors#" + problem.code;
  members["title"] = problem.title;
  members["status"] = problem.status;
  members["detail"] = problem.detail;
  members["code"] = problem.code;
  for (const auto& member : problem.more) members.emplace(member.key(), member.value());
  if (!problem.trace_id.empty()) members["trace_id"] = problem.trace_id;
  return boost::json::serialize(members);
}

}  // namespace centime::api
