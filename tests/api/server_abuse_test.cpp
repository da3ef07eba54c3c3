// What a hostile or broken client sends, and that the server answers it and lives.
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <latch>
#include <random>

#include "api/connection.h"
#include "tests/api/server_fixture.h"

namespace centime::api {
namespace {

using namespace std::string_view_literals;

class ServerAbuseTest : public ServerTest {
 protected:
  // Sends the bytes on a connection of their own and expects a problem and the end of it.
  void expect_refused(std::string_view bytes, unsigned status, std::string_view code) {
    RawClient client(port());
    client.send(bytes);
    const auto response = client.read();
    ASSERT_TRUE(response) << bytes;
    EXPECT_EQ(response->status, status) << bytes;
    EXPECT_EQ(response->header("connection"), "close") << bytes;
    EXPECT_EQ(boost::json::parse(response->body).at("code").as_string(), code) << bytes;
    EXPECT_TRUE(client.closed()) << bytes;
  }

  void expect_alive() {
    RawClient client(port());
    const auto response = client.get("/hello");
    EXPECT_EQ(response.status, 200u);
  }
};

TEST_F(ServerAbuseTest, RefusesMalformedRequests) {
  start();
  for (const std::string_view request : {
           "GARBAGE\r\n\r\n",
           "GET\r\n\r\n",
           "GET /\r\n\r\n",
           "GET / HTTP/2.0\r\nHost: t\r\n\r\n",
           "GET / HTTP/1.1 \r\nHost: t\r\n\r\n",
           "GET  / HTTP/1.1\r\nHost: t\r\n\r\n",
           "GET hello HTTP/1.1\r\nHost: t\r\n\r\n",
           "GET * HTTP/1.1\r\nHost: t\r\n\r\n",
           "CONNECT test:443 HTTP/1.1\r\nHost: t\r\n\r\n",
           "GET /hello#top HTTP/1.1\r\nHost: t\r\n\r\n",
           "GET /hello HTTP/1.1\r\n\r\n",
           "GET /hello HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
           "GET /hello HTTP/1.1\r\nHost: t\r\nNo colon here\r\n\r\n",
           "GET /hello HTTP/1.1\r\nHost: t\r\nBad Name: x\r\n\r\n",
           "GET /hello HTTP/1.1\r\nHost: t\r\nName : x\r\n\r\n",
           "GET /hello HTTP/1.1\r\nHost: t\r\nA: b\nC: d\r\n\r\n",
           "GET /hello HTTP/1.1\r\nHost: t\r\nA: b\rC: d\r\n\r\n",
           "GET /hello HTTP/1.1\r\nHost: t\r\nA: folded\r\n into two\r\n\r\n",
           "GET /hello HTTP/1.1\r\nHost: t\r\nA: folded\r\n\tinto two\r\n\r\n",
           "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  // A TLS client says hello.
       })
    expect_refused(request, 400, "bad_request");
  expect_refused("GET /hello HTTP/1.1\r\nHost: a\0b\r\n\r\n"sv, 400, "bad_request");
  expect_alive();
}

// RFC 9112, 11.2: whatever two readers could cut into requests differently.
TEST_F(ServerAbuseTest, RefusesWhatCouldSmuggleARequest) {
  start();
  const std::string post = "POST /echo HTTP/1.1\r\nHost: t\r\n";
  const std::string smuggled = "0\r\n\r\nGET /hello HTTP/1.1\r\nHost: t\r\n\r\n";
  for (const std::string fields : {
           "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
           "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
           "Content-Length: 5\r\nContent-Length: 6\r\n",
           "Content-Length: 5\r\nContent-Length: 5\r\n",
           "Content-Length: 5, 5\r\n",
           "Content-Length: 5, 6\r\n",
           "Content-Length: +5\r\n",
           "Content-Length: -5\r\n",
           "Content-Length: 0x5\r\n",
           "Content-Length: 5 5\r\n",
           "Content-Length: \r\n",
           "Content-Length: 99999999999999999999999\r\n",
           "Content-Length : 5\r\n",
           "Transfer-Encoding: gzip\r\n",
           "Transfer-Encoding: gzip, chunked\r\n",
           "Transfer-Encoding: chunked, identity\r\n",
           "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
           "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n",
           "Transfer-Encoding: xchunked\r\n",
           "Transfer-Encoding: \x0b"
           "chunked\r\n",
           "Transfer-Encoding : chunked\r\n",
           "X: y\r\n Transfer-Encoding: chunked\r\n",
       })
    expect_refused(post + fields + "\r\n" + smuggled, 400, "bad_request");
  expect_refused("POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n" + smuggled, 400,
                 "bad_request");
  expect_alive();
}

TEST_F(ServerAbuseTest, RefusesBadChunks) {
  start();
  const std::string post = "POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const std::string_view chunks :
       {"x\r\n\r\n", "-1\r\n\r\n", "\r\n\r\n", "3\r\nabcd\r\n0\r\n\r\n", "3\nabc\n0\n\n\r\n",
        "fffffffffffffffff\r\n\r\n", "3 ;\r\nabc\r\n0\r\nbad trailer\r\n\r\n",
        "3;a=\"\r\nabc\r\n0\r\n\r\n"})
    expect_refused(post + std::string(chunks), 400, "bad_request");
  expect_refused(post + "1;" + std::string(200'000, 'x') + "\r\n", 400, "bad_request");
  expect_alive();
}

TEST_F(ServerAbuseTest, RefusesPathsThatDoNotDecode) {
  start();
  for (const std::string_view target :
       {"/%", "/%4", "/%zz", "/%00", "/hello%00.json", "/%ff", "/%c0%af", "/%ed%a0%80", "/%0a",
        "/../hello", "/%2e%2e/hello", "/./hello", "/hello?q=%00", "/hello?%fe=1", "/\xc3\xa9"})
    expect_refused("GET " + std::string(target) + " HTTP/1.1\r\nHost: t\r\n\r\n", 400,
                   "bad_encoding");
  expect_alive();
}

TEST_F(ServerAbuseTest, RefusesAHeaderThatIsTooLarge) {
  options.limits.header_bytes = 4096;
  start();
  expect_refused("GET /" + std::string(5000, 'a') + " HTTP/1.1\r\nHost: t\r\n\r\n", 431,
                 "too_large");
  expect_refused("GET /hello HTTP/1.1\r\nHost: t\r\nA: " + std::string(5000, 'a') + "\r\n\r\n", 431,
                 "too_large");
  expect_refused("GET /" + std::string(100'000, 'a'), 431, "too_large");
  std::string many = "GET /hello HTTP/1.1\r\nHost: t\r\n";
  for (int i = 0; i < 200; ++i) many += "A: b\r\n";
  expect_refused(many + "\r\n", 431, "too_large");
  expect_alive();
}

TEST_F(ServerAbuseTest, TakesAHeaderOfExactlyTheLimit) {
  options.limits.header_bytes = 4096;
  start();
  const std::string begin = "GET /hello HTTP/1.1\r\nHost: t\r\nA: ", end = "\r\n\r\n";
  const std::string fits = begin + std::string(4096 - begin.size() - end.size(), 'a') + end;
  RawClient client(port());
  EXPECT_EQ(client.ask(fits).status, 200u);
  expect_refused(begin + "a" + fits.substr(begin.size()), 431, "too_large");
}

TEST_F(ServerAbuseTest, RefusesABodyThatIsTooLarge) {
  options.limits.body_bytes = 100'000;
  router.post("/small", [](const Request&, PathParams, Reply reply) { reply({}); },
              {.body_limit = [](const Request&) { return 10; }});
  start();
  RawClient client(port());
  const std::string largest(100'000, 'x');
  const std::string post = "POST /echo HTTP/1.1\r\nHost: t\r\n";
  EXPECT_EQ(client.ask(post + "Content-Length: 100000\r\n\r\n" + largest).body, largest);
  EXPECT_EQ(
      client.ask(post + "Transfer-Encoding: chunked\r\n\r\n186A0\r\n" + largest + "\r\n0\r\n\r\n")
          .body,
      largest);

  expect_refused(post + "Content-Length: 100001\r\n\r\n", 413, "too_large");
  // The client sends on and on and still reads why.
  expect_refused(post + "Content-Length: 4000000\r\n\r\n" + std::string(4'000'000, 'x'), 413,
                 "too_large");
  expect_refused(post + "Transfer-Encoding: chunked\r\n\r\n186A1\r\n" + largest, 413, "too_large");
  std::string small_chunks;
  for (int i = 0; i < 100'001; ++i) small_chunks += "1\r\nx\r\n";
  expect_refused(post + "Transfer-Encoding: chunked\r\n\r\n" + small_chunks, 413, "too_large");
  expect_refused("POST /small HTTP/1.1\r\nHost: t\r\nContent-Length: 11\r\n\r\n", 413, "too_large");
  expect_alive();
}

TEST_F(ServerAbuseTest, BoundsWhatAllBodiesTakeTogether) {
  options.limits.all_bodies_bytes = 150'000;
  start();
  const std::string post = "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 100000\r\n\r\n";
  RawClient first(port());
  first.send(post + std::string(99'999, 'x'));
  EXPECT_TRUE(soon([&] { return server->counters().body_bytes == 99'999; }));
  expect_refused(post + std::string(99'999, 'x'), 503, "busy");
  first.send("x");
  EXPECT_EQ(first.answer().status, 200u);
  EXPECT_EQ(first.ask(post + std::string(100'000, 'x')).status, 200u);  // It was given back.
}

TEST_F(ServerAbuseTest, BoundsWhatOneClientsBodiesTake) {
  options.limits.body_bytes = 100'000;
  options.limits.body_bytes_per_client = 150'000;
  options.limits.loopback_exempt = false;
  // Only whoever is trusted may send so much.
  router.post("/import", [](const Request&, PathParams, Reply reply) { reply({}); },
              {.body_limit = [](const Request&) { return 1'000'000; }});
  start();
  const std::string post = "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 100000\r\n\r\n";
  RawClient first(port());
  first.send(post + std::string(99'999, 'x'));
  EXPECT_TRUE(soon([&] { return server->counters().body_bytes == 99'999; }));
  expect_refused(post + std::string(99'999, 'x'), 503, "busy");
  RawClient trusted(port());
  EXPECT_EQ(trusted
                .ask("POST /import HTTP/1.1\r\nHost: t\r\nContent-Length: 500000\r\n\r\n" +
                     std::string(500'000, 'x'))
                .status,
            200u);
  first.send("x");
  EXPECT_EQ(first.answer().status, 200u);
  EXPECT_EQ(first.ask(post + std::string(100'000, 'x')).status, 200u);  // It was given back.
}

// What is not read yet lies in the sockets' buffers, or here.
TEST_F(ServerAbuseTest, BoundsWhatAllAnswersTakeTogether) {
  constexpr std::size_t bytes = 12'000'000;
  options.limits.all_answers_bytes = 2 * bytes;
  options.limits.compress = false;
  router.get("/large", [](const Request&, PathParams, Reply reply) {
    reply(text_response("text/plain", std::string(bytes, 'x')));
  });
  router.post("/done", [](const Request&, PathParams, Reply reply) {
    Response response = text_response("text/plain", std::string(100'000, 'x'));
    response.status = 201;
    response.tells_what_was_done = true;
    reply(std::move(response));
  });
  start();
  const std::string get = "GET /large HTTP/1.1\r\nHost: t\r\n\r\n";
  RawClient other(port());
  {
    RawClient first(port(), 4096), second(port(), 4096);
    for (RawClient* slow : {&first, &second}) {
      slow->send(get);
      EXPECT_TRUE(slow->read_some());
    }
    const auto refused = other.ask(get);
    EXPECT_EQ(refused.status, 503u);
    EXPECT_EQ(boost::json::parse(refused.body).at("code"), "busy");
    EXPECT_EQ(refused.header("retry-after"), "5");
    EXPECT_EQ(other.get("/hello").status, 200u);  // What is small goes on.
    // So does what was done: `busy` would say that it was not.
    const auto done = other.ask("POST /done HTTP/1.1\r\nHost: t\r\nContent-Length: 0\r\n\r\n");
    EXPECT_EQ(done.status, 201u);
    EXPECT_EQ(done.body.size(), 100'000u);
    EXPECT_EQ(first.answer().body.size(), bytes);
    EXPECT_EQ(other.ask(get).status, 200u);  // It was given back.
    first.send(get);
    EXPECT_TRUE(first.read_some());
  }
  EXPECT_TRUE(soon([&] { return other.ask(get).status == 200; }));  // By those who left, too.
}

TEST_F(ServerAbuseTest, BoundsWhatOneClientsAnswersTake) {
  constexpr std::size_t bytes = 12'000'000;
  options.limits.answer_bytes_per_client = bytes;
  options.limits.loopback_exempt = false;
  options.limits.compress = false;
  router.get("/large", [](const Request&, PathParams, Reply reply) {
    reply(text_response("text/plain", std::string(bytes, 'x')));
  });
  start();
  const std::string get = "GET /large HTTP/1.1\r\nHost: t\r\n\r\n";
  RawClient slow(port(), 4096), other(port());
  slow.send(get);
  EXPECT_TRUE(slow.read_some());
  EXPECT_EQ(other.ask(get).status, 503u);
  EXPECT_EQ(slow.answer().body.size(), bytes);
  EXPECT_EQ(other.ask(get).status, 200u);
}

TEST_F(ServerAbuseTest, AsksForTheBodyOnlyWhenItIsWanted) {
  options.limits.body_bytes = 1000;
  start();
  RawClient client(port());
  const auto go_on = client.ask(
      "POST /echo HTTP/1.1\r\nHost: t\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  EXPECT_EQ(go_on.status, 100u);
  EXPECT_EQ(client.ask("abc").body, "abc");
  expect_refused(
      "POST /echo HTTP/1.1\r\nHost: t\r\nExpect: 100-continue\r\nContent-Length: 2000\r\n\r\n", 413,
      "too_large");
  expect_refused("POST /echo HTTP/1.1\r\nHost: t\r\nExpect: magic\r\nContent-Length: 2\r\n\r\n",
                 417, "bad_request");
}

// A byte now and then, until the server has enough of it; for half a minute at most, so that one
// that never has fails its test.
std::thread drip(RawClient& client) {
  return std::thread([&client] {
    for (int i = 0; i < 600 && client.send("A"); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
  });
}

TEST_F(ServerAbuseTest, EndsASlowHeaderAtItsDeadline) {
  options.limits.header_timeout = std::chrono::milliseconds(400);
  start();
  RawClient client(port());
  client.send("GET /hello HTTP/1.1\r\nHost: t\r\n");
  std::thread bytes = drip(client);  // They must not buy more time.
  const auto response = client.read();
  bytes.join();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 408u);
  EXPECT_EQ(boost::json::parse(response->body).at("code"), "timeout");
}

TEST_F(ServerAbuseTest, EndsASlowBodyAtItsDeadline) {
  options.limits.body_timeout = std::chrono::milliseconds(400);
  start();
  expect_refused("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 10\r\n\r\nabc", 408, "timeout");
  expect_refused("POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab", 408,
                 "timeout");
}

TEST_F(ServerAbuseTest, TakesALongBodyThatKeepsComing) {
  options.limits.body_timeout = std::chrono::seconds(4);
  options.limits.body_pace_bytes = 1000;
  start();
  RawClient client(port());
  client.send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 4000\r\n\r\n");
  for (int i = 0; i < 4; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1200));  // Together longer than that.
    client.send(std::string(1000, 'x'));
  }
  EXPECT_EQ(client.answer().status, 200u);
  client.send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 4000\r\n\r\n");
  std::thread bytes = drip(client);  // That is no pace.
  const auto response = client.read();
  bytes.join();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 408u);
}

TEST_F(ServerAbuseTest, ClosesConnectionsThatSayNothing) {
  options.limits.header_timeout = std::chrono::seconds(3);
  options.limits.idle_timeout = std::chrono::seconds(1);
  start();
  RawClient silent(port());
  EXPECT_TRUE(silent.closed());
  RawClient idle(port());
  EXPECT_EQ(idle.get("/hello").status, 200u);
  EXPECT_TRUE(idle.closed());
  EXPECT_TRUE(soon([&] { return server->counters().connections_open == 0; }));
}

TEST_F(ServerAbuseTest, SurvivesClientsThatLeaveAtAnyByte) {
  start();
  const std::string request =
      "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\nhello"
      "GET /hello HTTP/1.1\r\nHost: t\r\n\r\n";
  for (std::size_t cut = 0; cut <= request.size(); ++cut) {
    RawClient client(port());
    client.send(std::string_view(request).substr(0, cut));
    if (cut % 2 == 0) client.end_sending();
    if (cut % 4 == 0) client.read_all();
  }
  expect_alive();
  EXPECT_TRUE(soon([&] { return server->counters().connections_open == 0; }));
}

TEST_F(ServerAbuseTest, SurvivesRandomBytes) {
  start();
  std::mt19937 random(1);
  const std::string_view alphabet = "GET /POSThello HTTP/1.1\r\n\r\nHost: t\r\n:;0123\xff\x01%";
  for (int i = 0; i < 200; ++i) {
    RawClient client(port());
    std::string bytes = i % 2 == 0 ? "GET /hello HTTP/1.1\r\n" : "";
    for (int n = 0; n < 200; ++n) bytes += alphabet[random() % alphabet.size()];
    client.send(bytes + "\r\n\r\n");
    client.end_sending();
    client.read_all();
  }
  expect_alive();
}

TEST_F(ServerAbuseTest, TurnsAwayConnectionsBeyondTheLimit) {
  options.limits.connections = 4;
  start();
  {
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 4; ++i) {
      clients.push_back(std::make_unique<RawClient>(port()));
      EXPECT_EQ(clients.back()->get("/hello").status, 200u);
    }
    RawClient fifth(port());
    const auto response = fifth.get("/hello");
    EXPECT_EQ(response.status, 503u);
    EXPECT_EQ(boost::json::parse(response.body).at("code"), "busy");
    EXPECT_EQ(response.header("retry-after"), "5");
    EXPECT_EQ(response.header("access-control-allow-origin"), "*");
    EXPECT_TRUE(fifth.closed());
    EXPECT_EQ(clients[0]->get("/hello").status, 200u);
  }
  EXPECT_TRUE(soon([&] { return server->counters().connections_open == 0; }));
  expect_alive();
  EXPECT_EQ(server->counters().connections_refused, 1u);
}

// While a thread is busy those that wait for it are no fewer than the descriptors that they take.
TEST_F(ServerAbuseTest, ABusyThreadsConnectionsCountBeforeItLooksAtThem) {
  std::latch busy(1), go_on(1);
  router.get("/wait", [&](const Request&, PathParams, Reply reply) {
    busy.count_down();
    go_on.wait();
    reply(text_response("text/plain", "waited"));
  });
  options.limits.connections = 8;
  options.threads = 2;
  start();
  RawClient other(port());  // On the thread that accepts.
  EXPECT_EQ(other.get("/hello").status, 200u);
  RawClient waiting(port());
  waiting.send("GET /wait HTTP/1.1\r\nHost: t\r\n\r\n");
  busy.wait();
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 300; ++i) clients.push_back(std::make_unique<RawClient>(port()));
  EXPECT_TRUE(soon([&] { return server->counters().connections_accepted == 302; }));
  EXPECT_LE(server->counters().connections_open, 8 + turned_away_max);
  go_on.count_down();
  EXPECT_EQ(waiting.read()->body, "waited");
  clients.clear();
  EXPECT_TRUE(soon([&] { return server->counters().connections_open <= 2; }));
  expect_alive();
}

TEST_F(ServerAbuseTest, LimitsOneClientsConnections) {
  options.limits.connections_per_client = 2;
  options.limits.loopback_exempt = false;
  start();
  RawClient first(port()), second(port());
  EXPECT_EQ(first.get("/hello").status, 200u);
  EXPECT_EQ(second.get("/hello").status, 200u);
  RawClient third(port());
  const auto refused = third.get("/hello");
  EXPECT_EQ(refused.status, 429u);
  EXPECT_EQ(refused.header("access-control-allow-origin"), "*");
}

TEST_F(ServerAbuseTest, RefusedConnectionsTakeNobodysPlace) {
  options.limits.connections_per_client = 1;
  options.limits.loopback_exempt = false;
  start();
  RawClient served(port());
  EXPECT_EQ(served.get("/hello").status, 200u);
  std::vector<std::unique_ptr<RawClient>> refused;
  // They stay as long as the server lets them; too many at once are no longer told why.
  bool told = true;
  while (told && refused.size() < 500) {
    refused.push_back(std::make_unique<RawClient>(port()));
    const auto response = refused.back()->read();
    told = response.has_value();
    if (told) EXPECT_EQ(response->status, 429u);
    EXPECT_EQ(server->counters().connections_open, 1u);
  }
  EXPECT_FALSE(told);
  EXPECT_GT(refused.size(), 64u);
  EXPECT_EQ(served.get("/hello").status, 200u);
}

TEST_F(ServerAbuseTest, LimitsOneClientsRequests) {
  options.limits.requests_per_second = 0.001;
  options.limits.request_burst = 10;
  options.limits.loopback_exempt = false;
  start();
  RawClient client(port());
  for (int i = 0; i < 10; ++i) EXPECT_EQ(client.get("/hello").status, 200u);
  const auto refused = client.get("/hello");
  EXPECT_EQ(refused.status, 429u);
  EXPECT_EQ(refused.header("retry-after"), "1");
  EXPECT_EQ(refused.header("access-control-allow-origin"), "*");
  EXPECT_EQ(boost::json::parse(refused.body).at("code"), "rate_limited");
  RawClient other(port());  // The same address: a new connection buys nothing.
  EXPECT_EQ(other.get("/hello").status, 429u);
}

TEST_F(ServerAbuseTest, ServesALimitedClientAgainAfterAWhile) {
  options.limits.requests_per_second = 1;
  options.limits.request_burst = 1;
  options.limits.loopback_exempt = false;
  start();
  RawClient client(port());
  EXPECT_TRUE(soon([&] { return client.get("/hello").status == 429; }));
  EXPECT_TRUE(soon([&] { return client.get("/hello").status == 200; }));
}

TEST_F(ServerAbuseTest, LetsLoopbackPassUnlessTold) {
  options.limits.requests_per_second = 1;
  options.limits.request_burst = 1;
  start();
  RawClient client(port());
  for (int i = 0; i < 20; ++i) EXPECT_EQ(client.get("/hello").status, 200u);
}

}  // namespace
}  // namespace centime::api
