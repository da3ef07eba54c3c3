// Asks a router without a server, to see on which thread it makes an answer.
#pragma once

#include <gtest/gtest.h>

#include <future>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "api/request_parser.h"
#include "api/routing.h"

namespace centime::api {

struct MadeAnswer {
  Response response;
  bool at_once = false;  // On the thread that asked: in a node, one of the server's.
};

// `head` is a request's, with its final empty line. Throws when no answer comes of it.
inline MadeAnswer make_answer(const Router& router, std::string_view head, std::string body = {}) {
  Request request;
  RequestParser parser;
  Router::Match match;
  EXPECT_TRUE(parser.read_head(head, 100, request)) << head;
  EXPECT_FALSE(route_request(router, request, match)) << head;
  request.body = std::move(body);
  std::promise<MadeAnswer> made;
  auto answer = made.get_future();
  match.route->handler(
      request, std::move(match.params),
      [made = std::move(made), asking = std::this_thread::get_id()](Response response) mutable {
        made.set_value({std::move(response), std::this_thread::get_id() == asking});
      });
  return answer.get();
}

}  // namespace centime::api
