#include "api/server.h"

#include <gmock/gmock.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/json/value_to.hpp>

#include "api/etag.h"
#include "tests/api/gunzip.h"
#include "tests/api/server_fixture.h"

namespace centime::api {
namespace {

TEST_F(ServerTest, AnswersAGetWithLengthDateAndSafetyFields) {
  start();
  RawClient client(port());
  const auto response = client.get("/hello");
  EXPECT_EQ(response.status, 200u);
  EXPECT_EQ(response.body, "hello");
  EXPECT_EQ(response.header("content-type"), "text/plain");
  EXPECT_EQ(response.header("x-content-type-options"), "nosniff");
  EXPECT_EQ(response.header("referrer-policy"), "no-referrer");
  EXPECT_EQ(response.header("access-control-allow-origin"), "*");
  EXPECT_EQ(response.header("cache-control"), "no-store");
  EXPECT_EQ(response.header("date").size(), 29u);
}

TEST_F(ServerTest, KeepsTheConnectionForManyRequests) {
  start();
  RawClient client(port());
  for (int i = 0; i < 100; ++i) {
    const auto response = client.get("/hello");
    EXPECT_EQ(response.status, 200u);
  }
  EXPECT_EQ(server->counters().connections_accepted, 1u);
  EXPECT_EQ(server->counters().requests, 100u);
}

TEST_F(ServerTest, AnswersPipelinedRequestsInOrder) {
  router.get("/n/{n}", [](const Request&, PathParams params, Reply reply) {
    reply(text_response("text/plain", params["n"]));
  });
  start();
  RawClient client(port());
  std::string requests;
  for (int i = 0; i < 2000; ++i)
    requests += "GET /n/" + std::to_string(i) + " HTTP/1.1\r\nHost: test\r\n\r\n";
  std::thread sender([&] { client.send(requests); });
  for (int i = 0; i < 2000; ++i) {
    const auto response = client.read();
    if (!response || response->body != std::to_string(i)) {
      ADD_FAILURE() << "answer " << i;
      break;
    }
  }
  sender.join();
}

TEST_F(ServerTest, TakesPipelinedRequestsWithBodies) {
  start();
  RawClient client(port());
  const std::string post = "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\n\r\n";
  client.send(post + "one" + post + "two" +
              "POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n"
              "3;x=y\r\nthr\r\n2\r\nee\r\n0\r\nTrailer: ignored\r\n\r\n"
              "GET /hello HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_EQ(client.answer().body, "one");
  EXPECT_EQ(client.answer().body, "two");
  EXPECT_EQ(client.answer().body, "three");
  EXPECT_EQ(client.answer().body, "hello");
}

TEST_F(ServerTest, AnswersHeadLikeGetWithoutBody) {
  start();
  RawClient client(port());
  client.send("HEAD /hello HTTP/1.1\r\nHost: test\r\n\r\n");
  const auto response = client.read(true);
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 200u);
  EXPECT_EQ(response->header("content-length"), "5");
  EXPECT_EQ(client.get("/hello").body, "hello");  // No byte of a body was in between.
}

TEST_F(ServerTest, ClosesWhenTheClientAsksAndForHttp10) {
  start();
  RawClient asked(port());
  const auto response = asked.get("/hello", "Connection: close\r\n");
  EXPECT_EQ(response.header("connection"), "close");
  EXPECT_TRUE(asked.closed());

  RawClient old(port());
  EXPECT_EQ(old.ask("GET /hello HTTP/1.0\r\n\r\n").body, "hello");
  EXPECT_TRUE(old.closed());

  RawClient old_kept(port());
  const auto kept = old_kept.ask("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(kept.header("connection"), "keep-alive");
  EXPECT_EQ(old_kept.get("/hello").body, "hello");
}

TEST_F(ServerTest, AnswersOptionsWithWhatTheAddressTakes) {
  router.post("/hello", [](const Request&, PathParams, Reply reply) { reply({}); });
  start();
  RawClient client(port());
  const auto response = client.ask("OPTIONS /hello HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_EQ(response.status, 204u);
  EXPECT_EQ(response.header("allow"), "GET, HEAD, OPTIONS, POST");
  EXPECT_EQ(response.header("access-control-allow-origin"), "*");
  EXPECT_EQ(response.header("access-control-allow-methods"), "GET");

  const auto only_post = client.ask("OPTIONS /echo HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_EQ(only_post.status, 204u);
  EXPECT_EQ(only_post.header("access-control-allow-origin"), "");

  EXPECT_EQ(client.ask("OPTIONS * HTTP/1.1\r\nHost: t\r\n\r\n").status, 204u);
  EXPECT_EQ(client.ask("OPTIONS /nothing HTTP/1.1\r\nHost: t\r\n\r\n").status, 404u);
}

TEST_F(ServerTest, TellsUnknownAddressesAndMethodsApart) {
  start();
  RawClient client(port());
  const auto missing = client.get("/nothing");
  EXPECT_EQ(missing.status, 404u);
  EXPECT_EQ(missing.header("content-type"), "application/problem+json");
  const auto parsed = boost::json::parse(missing.body);
  EXPECT_EQ(parsed.at("code"), "not_found");
  EXPECT_EQ(parsed.at("trace_id").as_string().size(), 16u);

  const auto method = client.ask("DELETE /hello HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_EQ(method.status, 405u);
  EXPECT_EQ(method.header("allow"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(boost::json::parse(method.body).at("code"), "method_not_allowed");
  EXPECT_EQ(client.get("/hello").status, 200u);
}

TEST_F(ServerTest, SaysNotModifiedForAKnownTag) {
  router.get("/tagged", [](const Request&, PathParams, Reply reply) {
    auto response = text_response("text/plain", "body");
    response.etag = strong_etag("h42");
    response.cache_control = cache_immutable;
    reply(std::move(response));
  });
  start();
  RawClient client(port());
  const auto first = client.get("/tagged");
  EXPECT_EQ(first.status, 200u);
  EXPECT_EQ(first.header("etag"), "\"h42\"");
  const auto again = client.get("/tagged", "If-None-Match: \"h41\", W/\"h42\"\r\n");
  EXPECT_EQ(again.status, 304u);
  EXPECT_EQ(again.body, "");
  EXPECT_EQ(again.header("content-length"), "");
  EXPECT_EQ(again.header("etag"), "\"h42\"");
  EXPECT_EQ(again.header("cache-control"), cache_immutable);
  EXPECT_EQ(client.get("/tagged", "If-None-Match: \"h4\"\r\n").status, 200u);
}

TEST_F(ServerTest, SendsACompressedBodyToWhoTakesIt) {
  const std::string text(5000, 'x');
  router.get("/long", [&](const Request&, PathParams, Reply reply) {
    auto response = text_response("text/plain", text);
    response.etag = strong_etag("h1");
    reply(std::move(response));
  });
  router.get("/wrong", [&](const Request&, PathParams, Reply reply) {
    reply(problem(404, "not_found", std::string(2000, 'y')));
  });
  start();
  RawClient client(port());
  const std::string takes = "Accept-Encoding: gzip, deflate, br\r\n";
  const auto packed = client.get("/long", takes);
  EXPECT_EQ(packed.header("content-encoding"), "gzip");
  EXPECT_EQ(packed.header("content-length"), std::to_string(packed.body.size()));
  EXPECT_EQ(packed.header("etag"), "\"h1-gzip\"");
  EXPECT_LT(packed.body.size(), 100U);
  EXPECT_EQ(gunzip(packed.body), text);
  const auto plain = client.get("/long");
  EXPECT_EQ(plain.header("content-encoding"), "");
  EXPECT_EQ(plain.header("etag"), "\"h1\"");
  EXPECT_EQ(plain.body, text);
  for (const auto& each : {packed, plain})
    EXPECT_THAT(each.headers, testing::Contains(testing::Pair("Vary", "Accept-Encoding")));
  // A range is nobody's due: the whole comes.
  EXPECT_EQ(client.get("/long", takes + "Range: bytes=0-9\r\n").body, packed.body);

  client.send("HEAD /long HTTP/1.1\r\nHost: test\r\n" + takes + "\r\n");
  const auto head = client.read(true);
  for (const char* field : {"content-encoding", "content-length", "content-type", "etag"})
    EXPECT_EQ(head->header(field), packed.header(field)) << field;
  // Each form has its own tag, and one does not stand for the other.
  const auto known = [&](const std::string& tag, const std::string& fields) {
    return client.get("/long", fields + "If-None-Match: " + tag + "\r\n");
  };
  EXPECT_EQ(known("\"h1-gzip\"", takes).status, 304U);
  EXPECT_EQ(known("\"h1-gzip\"", takes).header("content-encoding"), "");
  EXPECT_EQ(known("\"h1-gzip\"", takes).header("etag"), "\"h1-gzip\"");
  EXPECT_EQ(known("\"h1\"", takes).status, 200U);
  EXPECT_EQ(known("\"h1-gzip\"", "").status, 200U);
  EXPECT_EQ(known("\"h1\"", "").status, 304U);

  const auto wrong = client.get("/wrong", takes);
  EXPECT_EQ(wrong.status, 404U);
  EXPECT_EQ(wrong.header("content-encoding"), "gzip");
  EXPECT_NE(gunzip(wrong.body).find("\"not_found\""), std::string::npos);
}

TEST_F(ServerTest, CompressesNothingWhereItIsToldNotTo) {
  router.get("/long", [](const Request&, PathParams, Reply reply) {
    reply(text_response("text/plain", std::string(5000, 'x')));
  });
  options.limits.compress = false;
  start();
  const auto answer = RawClient(port()).get("/long", "Accept-Encoding: gzip\r\n");
  EXPECT_EQ(answer.header("content-encoding"), "");
  EXPECT_EQ(answer.body.size(), 5000U);
}

TEST_F(ServerTest, RefusesAContentEncodingOfAHandlersOwn) {
  router.get("/own", [](const Request&, PathParams, Reply reply) {
    reply(text_response("text/plain", "x").add("Content-Encoding", "gzip"));
  });
  start();
  EXPECT_EQ(RawClient(port()).get("/own").status, 500U);
}

TEST_F(ServerTest, ChoosesTheFormatFromPathThenAcceptThenRoute) {
  const auto show = [](const Request& request, PathParams, Reply reply) {
    constexpr const char* names[] = {"json", "csv", "html"};
    reply(text_response("text/plain", names[static_cast<std::size_t>(request.format)]));
  };
  router.get("/page/{id}", show, {.default_format = Format::html});
  router.get("/data/{id}", show);
  start();
  RawClient client(port());
  EXPECT_EQ(client.get("/page/1").body, "html");
  EXPECT_EQ(client.get("/page/1", "Accept: */*\r\n").body, "html");
  EXPECT_EQ(client.get("/page/1", "Accept: application/json\r\n").body, "json");
  EXPECT_EQ(client.get("/page/1.csv", "Accept: application/json\r\n").body, "csv");
  EXPECT_EQ(client.get("/data/1").body, "json");
  EXPECT_EQ(client.get("/data/1", "Accept: text/html,*/*;q=0.8\r\n").body, "html");
  EXPECT_EQ(client.get("/data/1").header("vary"), "Accept");
  EXPECT_EQ(client.get("/data/1.json").header("vary"), "");
}

TEST_F(ServerTest, ShowsProblemsAsPagesToBrowsers) {
  options.hooks.problem_page = [](const Request&, const Problem& problem) {
    return std::optional(text_response("text/html", "<p>" + problem.code + problem.trace_id));
  };
  start();
  RawClient client(port());
  const auto page = client.get("/nothing", "Accept: text/html\r\n");
  EXPECT_EQ(page.status, 404u);
  EXPECT_EQ(page.header("content-type"), "text/html");
  EXPECT_TRUE(page.body.starts_with("<p>not_found"));
  EXPECT_TRUE(page.header("content-security-policy").starts_with("default-src 'none'"));
  EXPECT_EQ(client.get("/nothing").header("content-type"), "application/problem+json");
}

TEST_F(ServerTest, DecoratesAnswersAndTellsAboutThem) {
  std::mutex mutex;
  std::vector<std::string> seen;
  options.hooks.decorate = [](const Request&, Response& response) {
    response.add("Centime-Height", "7");
  };
  options.hooks.on_request = [&](const RequestSummary& summary) {
    const std::lock_guard lock(mutex);
    seen.push_back(std::string(summary.method) + " " + std::string(summary.path) + " " +
                   std::to_string(summary.status) + " " + std::to_string(summary.bytes) + " " +
                   std::string(summary.peer));
  };
  start();
  RawClient client(port());
  EXPECT_EQ(client.get("/hello").header("centime-height"), "7");
  EXPECT_EQ(client.get("/nothing").header("centime-height"), "7");
  EXPECT_EQ(client.ask("GARBAGE\r\n\r\n").header("centime-height"), "7");
  ASSERT_TRUE(soon([&] {
    const std::lock_guard lock(mutex);
    return seen.size() == 3;
  }));
  EXPECT_EQ(seen[0], "GET /hello 200 5 127.0.0.1");
  EXPECT_TRUE(seen[1].starts_with("GET /nothing 404 "));
}

TEST_F(ServerTest, TurnsAnExceptionIntoAnInternalErrorThatTheLogCanFind) {
  router.get("/throws",
             [](const Request&, PathParams, Reply) { throw std::runtime_error("disk on fire"); });
  router.get("/throws/int", [](const Request&, PathParams, Reply) { throw 7; });
  start();
  RawClient client(port());
  const auto response = client.get("/throws");
  EXPECT_EQ(response.status, 500u);
  EXPECT_EQ(response.body.find("fire"), std::string::npos);
  const auto parsed = boost::json::parse(response.body);
  EXPECT_EQ(parsed.at("code"), "internal_error");
  ASSERT_EQ(errors().size(), 1u);
  EXPECT_EQ(errors()[0], boost::json::value_to<std::string>(parsed.at("trace_id")) +
                             " a handler threw: disk on fire");
  EXPECT_EQ(client.get("/throws/int").status, 500u);
  EXPECT_EQ(client.get("/hello").status, 200u);
}

TEST_F(ServerTest, AnswersInternalErrorForADroppedReply) {
  router.get("/dropped", [](const Request&, PathParams, Reply) {});
  router.get("/dropped/later", [this](const Request&, PathParams, Reply reply) {
    threads.emplace_back([held = std::move(reply)]() mutable {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      const auto dropped = std::move(held);
    });
  });
  start();
  RawClient client(port());
  EXPECT_EQ(client.get("/dropped").status, 500u);
  EXPECT_EQ(client.get("/dropped/later").status, 500u);
  EXPECT_EQ(errors().size(), 2u);
}

TEST_F(ServerTest, WaitsForAnAnswerFromAnotherThread) {
  router.get("/late", [this](const Request&, PathParams, Reply reply) {
    threads.emplace_back([late = std::move(reply)]() mutable {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      late(text_response("text/plain", "late"));
      late(text_response("text/plain", "and again"));  // Not counted.
    });
  });
  start();
  RawClient waiting(port()), quick(port());
  waiting.send("GET /late HTTP/1.1\r\nHost: t\r\n\r\nGET /hello HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_EQ(quick.get("/hello").body, "hello");
  EXPECT_EQ(waiting.answer().body, "late");
  EXPECT_EQ(waiting.answer().body, "hello");
}

TEST_F(ServerTest, GivesUpOnAnAnswerThatDoesNotCome) {
  std::vector<Reply> held;
  router.get("/never",
             [&](const Request&, PathParams, Reply reply) { held.push_back(std::move(reply)); },
             {.reply_timeout = std::chrono::milliseconds(200)});
  start();
  RawClient client(port());
  const auto response = client.get("/never");
  EXPECT_EQ(response.status, 504u);
  held.at(0)(text_response("text/plain", "too late"));
  EXPECT_EQ(client.get("/hello").body, "hello");
}

TEST_F(ServerTest, IgnoresAnAnswerToAClientOrServerThatHasGone) {
  std::mutex mutex;
  std::vector<Reply> held;
  router.get("/held", [&](const Request&, PathParams, Reply reply) {
    const std::lock_guard lock(mutex);
    held.push_back(std::move(reply));
  });
  options.limits.stop_deadline = std::chrono::milliseconds(100);
  start();
  const auto holds = [&](std::size_t count) {
    return soon([&] {
      const std::lock_guard lock(mutex);
      return held.size() == count;
    });
  };
  {
    RawClient gone(port());
    gone.send("GET /held HTTP/1.1\r\nHost: t\r\n\r\n");
    ASSERT_TRUE(holds(1));
  }
  held[0](text_response("text/plain", "nobody reads this"));
  RawClient waiting(port());
  waiting.send("GET /held HTTP/1.1\r\nHost: t\r\n\r\n");
  ASSERT_TRUE(holds(2));
  server->stop();
  held[1](text_response("text/plain", "nor this"));
  server.reset();
  RawClient refused(1);
  held.clear();
}

TEST_F(ServerTest, RefusesAFieldThatWouldSplitTheAnswer) {
  router.get("/split", [](const Request& request, PathParams, Reply reply) {
    reply(text_response("text/plain", "x")
              .add("Location", std::string(request.parameter("to").value_or(""))));
  });
  start();
  RawClient client(port());
  EXPECT_EQ(client.get("/split?to=/a").header("location"), "/a");
  const auto response = client.get("/split?to=a%0d%0aSet-Cookie:%20b");
  EXPECT_EQ(response.status, 500u);
  EXPECT_EQ(response.header("set-cookie"), "");
  EXPECT_EQ(errors().size(), 1u);
}

TEST_F(ServerTest, AnswersALargeBodyWhole) {
  const std::string large(5'000'000, 'x');
  router.get("/large", [&](const Request&, PathParams, Reply reply) {
    reply(text_response("text/plain", large));
  });
  start();
  RawClient client(port());
  EXPECT_EQ(client.get("/large").body, large);
  EXPECT_EQ(client.get("/hello").body, "hello");
}

TEST_F(ServerTest, SaysWhyItCannotListen) {
  start();
  ServerOptions taken;
  taken.port = port();
  Server second(Router(), taken);
  const auto started = second.start();
  ASSERT_FALSE(started);
  EXPECT_NE(started.error().find("127.0.0.1 port " + std::to_string(port())), std::string::npos);
  EXPECT_NE(started.error().find("in use"), std::string::npos);

  Server nowhere(Router(), {.address = "not an address"});
  EXPECT_FALSE(nowhere.start());
}

TEST_F(ServerTest, StopsAtOnceWithIdleConnections) {
  options.threads = 2;
  options.limits.stop_deadline = std::chrono::minutes(1);
  start();
  RawClient idle(port()), used(port()), half(port());
  EXPECT_EQ(used.get("/hello").status, 200u);
  ASSERT_TRUE(soon([&] { return server->counters().connections_open == 3; }));
  const auto begun = std::chrono::steady_clock::now();
  server->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(30));
  EXPECT_TRUE(idle.closed());
  EXPECT_TRUE(used.closed());
  EXPECT_EQ(server->counters().connections_open, 0u);
}

TEST_F(ServerTest, FinishesTheRequestUnderWayWhenItStops) {
  std::atomic<bool> begun = false;
  router.get("/slow", [&](const Request&, PathParams, Reply reply) {
    threads.emplace_back([late = std::move(reply)]() mutable {
      std::this_thread::sleep_for(std::chrono::milliseconds(300));
      late(text_response("text/plain", "done"));
    });
    begun = true;
  });
  start();
  RawClient client(port());
  client.send("GET /slow HTTP/1.1\r\nHost: t\r\n\r\n");
  ASSERT_TRUE(soon([&] { return begun.load(); }));
  server->stop();
  const auto response = client.read();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->body, "done");
  EXPECT_EQ(response->header("connection"), "close");
  EXPECT_TRUE(client.closed());
}

TEST_F(ServerTest, CutsARequestThatOutlivesTheStopDeadline) {
  std::atomic<bool> begun = false;
  std::vector<Reply> held;
  router.get("/never", [&](const Request&, PathParams, Reply reply) {
    held.push_back(std::move(reply));
    begun = true;
  });
  options.limits.stop_deadline = std::chrono::milliseconds(200);
  start();
  RawClient client(port());
  client.send("GET /never HTTP/1.1\r\nHost: t\r\n\r\n");
  ASSERT_TRUE(soon([&] { return begun.load(); }));
  const auto stopping = std::chrono::steady_clock::now();
  server->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - stopping, std::chrono::seconds(30));
  EXPECT_FALSE(client.read());
}

TEST_F(ServerTest, ServesManyClientsOnSeveralThreads) {
  options.threads = 2;
  start();
  std::atomic<int> answered = 0;
  std::vector<std::thread> clients;
  for (int i = 0; i < 16; ++i)
    clients.emplace_back([&] {
      RawClient client(port());
      for (int n = 0; n < 200; ++n) {
        client.send("GET /hello HTTP/1.1\r\nHost: test\r\n\r\n");
        if (const auto response = client.read(); response && response->body == "hello") ++answered;
      }
    });
  for (auto& client : clients) client.join();
  EXPECT_EQ(answered, 3200);
}

}  // namespace
}  // namespace centime::api
