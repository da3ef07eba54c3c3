// A server on a free port of 127.0.0.1 with limits that a test can wait for.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "api/server.h"
#include "tests/api/raw_client.h"

namespace centime::api {

class ServerTest : public testing::Test {
 protected:
  ServerTest() {
    options.hooks.on_error = [this](std::string_view trace_id, std::string_view what) {
      const std::lock_guard lock(errors_mutex_);
      errors_.push_back(std::string(trace_id) + " " + std::string(what));
    };
    router.get("/hello", [](const Request&, PathParams, Reply reply) {
      reply(text_response("text/plain", "hello"));
    });
    router.post("/echo", [](const Request& request, PathParams, Reply reply) {
      reply(text_response("text/plain", request.body));
    });
  }

  ~ServerTest() override {
    server.reset();
    for (auto& thread : threads) thread.join();
  }

  void start() {
    server = std::make_unique<Server>(router, options);
    const auto started = server->start();
    ASSERT_TRUE(started) << started.error();
  }

  std::uint16_t port() const { return server->port(); }

  std::vector<std::string> errors() {
    const std::lock_guard lock(errors_mutex_);
    return errors_;
  }

  template <typename Condition>
  static bool soon(Condition condition) {
    for (int i = 0; i < 3000; ++i) {
      if (condition()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }

  Router router;
  ServerOptions options;
  std::unique_ptr<Server> server;
  std::vector<std::thread> threads;  // Of handlers that answer late.

 private:
  std::mutex errors_mutex_;
  std::vector<std::string> errors_;
};

}  // namespace centime::api
