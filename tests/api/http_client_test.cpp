#include "api/http_client.h"

#include <arpa/inet.h>

#include <functional>

#include "tests/api/server_fixture.h"

namespace centime::api {
namespace {

TEST(ParseHttpUrl, TakesHttpUrlsApart) {
  const auto url = parse_http_url("http://node.example:8080/v1/search?q=a%20b#top");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->host, "node.example");
  EXPECT_EQ(url->port, 8080);
  EXPECT_EQ(url->target, "/v1/search?q=a%20b");
  EXPECT_EQ(url->authority, "node.example:8080");

  const auto six = parse_http_url("HTTP://[::1]:81");
  ASSERT_TRUE(six);
  EXPECT_EQ(six->host, "::1");
  EXPECT_EQ(six->authority, "[::1]:81");
  EXPECT_EQ(six->target, "/");

  EXPECT_EQ(parse_http_url("http://a?b=c")->target, "/?b=c");
  EXPECT_EQ(parse_http_url("http://a")->port, 80);
  EXPECT_FALSE(parse_http_url("http://a")->secure);

  const auto secure = parse_http_url("https://node.example/d/1");
  ASSERT_TRUE(secure);
  EXPECT_TRUE(secure->secure);
  EXPECT_EQ(secure->port, 443);
  EXPECT_EQ(secure->authority, "node.example");
  EXPECT_EQ(parse_http_url("https://a:8443")->authority, "a:8443");
  EXPECT_EQ(parse_http_url("https://a:80")->authority, "a:80");
}

TEST(ParseHttpUrl, SaysWhatIsWrong) {
  for (const char* url :
       {"", "localhost:80", "/v1", "ftp://a/", "http://", "http:///x", "http://a:0/",
        "http://a:99999/", "http://u:p@a/", "http://a b/", "http://a/\r\nX: y"}) {
    const auto parsed = parse_http_url(url);
    ASSERT_FALSE(parsed) << url;
    EXPECT_EQ(parsed.error().code, ClientErrorCode::bad_url) << url;
  }
}

class HttpClientTest : public ServerTest {
 protected:
  std::string url(std::string_view target) const {
    return "http://127.0.0.1:" + std::to_string(port()) + std::string(target);
  }
};

TEST_F(HttpClientTest, KeepsItsConnection) {
  start();
  HttpClient client;
  for (int i = 0; i < 5; ++i) {
    const auto response = client.get(url("/hello"));
    ASSERT_TRUE(response) << response.error().detail;
    EXPECT_EQ(response->status, 200u);
    EXPECT_EQ(response->body, "hello");
    EXPECT_EQ(response->header("Content-Type"), "text/plain");
  }
  EXPECT_EQ(client.request("HEAD", url("/hello"))->body, "");
  EXPECT_EQ(client.request("POST", url("/echo"), {}, "body")->body, "body");
  EXPECT_EQ(client.request("POST", url("/echo"))->body, "");
  EXPECT_EQ(client.get(url("/nothing"))->status, 404u);
  EXPECT_EQ(server->counters().connections_accepted, 1u);
}

TEST_F(HttpClientTest, ConnectsAnewWhenTheServerClosedMeanwhile) {
  options.limits.idle_timeout = std::chrono::milliseconds(100);
  start();
  HttpClient client;
  EXPECT_TRUE(client.get(url("/hello")));
  ASSERT_TRUE(soon([&] { return server->counters().connections_open == 0; }));
  const auto response = client.request("POST", url("/echo"), {}, "not lost");
  ASSERT_TRUE(response) << response.error().detail;
  EXPECT_EQ(response->body, "not lost");
}

TEST_F(HttpClientTest, ReadsChunkedAnswers) {
  router.get("/stream", [](const Request&, PathParams, Reply reply) {
    Response response;
    response.content_type = "text/plain";
    response.stream = [n = 0]() mutable -> std::optional<std::string> {
      if (++n > 3) return std::nullopt;
      return std::string(1000, 'x');
    };
    reply(std::move(response));
  });
  start();
  HttpClient client;
  EXPECT_EQ(client.get(url("/stream"))->body.size(), 3000u);
  EXPECT_EQ(client.get(url("/hello"))->body, "hello");
}

TEST_F(HttpClientTest, ReadsTheAnswerToABodyThatIsTooLarge) {
  options.limits.body_bytes = 1000;
  start();
  HttpClient client;
  const auto response = client.request("POST", url("/echo"), {}, std::string(3'000'000, 'x'));
  ASSERT_TRUE(response) << response.error().detail;
  EXPECT_EQ(response->status, 413u);
  EXPECT_EQ(client.get(url("/hello"))->status, 200u);
}

TEST_F(HttpClientTest, BoundsTheAnswer) {
  start();
  ClientOptions small;
  small.max_body = 3;
  HttpClient client(small);
  const auto response = client.get(url("/hello"));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ClientErrorCode::too_large);
}

TEST_F(HttpClientTest, TellsTimeoutFromUnreachable) {
  std::vector<Reply> held;
  router.get("/never",
             [&](const Request&, PathParams, Reply reply) { held.push_back(std::move(reply)); });
  options.limits.stop_deadline = std::chrono::milliseconds(100);
  start();
  ClientOptions hurried;
  hurried.timeout = std::chrono::milliseconds(200);
  HttpClient client(hurried);
  EXPECT_EQ(client.get(url("/never")).error().code, ClientErrorCode::timeout);
  EXPECT_TRUE(soon([&] {
    const auto next = client.get(url("/hello"));
    return next && next->status == 200;
  }));
  const auto address = url("/hello");
  server->stop();
  HttpClient patient;
  EXPECT_EQ(patient.get(address).error().code, ClientErrorCode::unreachable);
  EXPECT_EQ(patient.get("http://no-such-host.invalid/").error().code, ClientErrorCode::unreachable);
}

// Listens on an address of the loopback network, and neither takes nor refuses a connection.
class BlackHole {
 public:
  BlackHole(const char* ip, std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    ::inet_pton(AF_INET, ip, &address.sin_addr);
    const auto* place = reinterpret_cast<sockaddr*>(&address);
    open_ = ::bind(listener_, place, sizeof address) == 0 && ::listen(listener_, 0) == 0 &&
            ::connect(only_one_, place, sizeof address) == 0;
  }
  ~BlackHole() {
    ::close(only_one_);
    ::close(listener_);
  }
  BlackHole(const BlackHole&) = delete;
  BlackHole& operator=(const BlackHole&) = delete;

  bool open() const { return open_; }

 private:
  int listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
  int only_one_ = ::socket(AF_INET, SOCK_STREAM, 0);
  bool open_ = false;
};

TEST_F(HttpClientTest, ReachesAHostWhoseFirstAddressSwallowsConnections) {
  start();
  const BlackHole hole("127.0.0.2", port());
  ASSERT_TRUE(hole.open());
  ClientOptions several;
  several.connect_timeout = std::chrono::milliseconds(6'000);
  several.look_up = [](const std::string&) {
    return std::vector<std::string>{"127.0.0.2", "127.0.0.1"};
  };
  HttpClient client(several);
  const auto named = "http://node.example:" + std::to_string(port()) + "/hello";
  const auto response = client.get(named);
  ASSERT_TRUE(response) << response.error().detail;
  EXPECT_EQ(response->body, "hello");
  EXPECT_EQ(client.get(named)->status, 200u);
  EXPECT_EQ(server->counters().connections_accepted, 1u);
}

TEST_F(HttpClientTest, GivesUpInTimeWhenEveryAddressSwallowsConnections) {
  start();
  const BlackHole hole("127.0.0.2", port()), hole_too("127.0.0.3", port());
  ASSERT_TRUE(hole.open() && hole_too.open());
  ClientOptions several;
  several.connect_timeout = std::chrono::milliseconds(300);
  several.look_up = [](const std::string&) {
    return std::vector<std::string>{"127.0.0.2", "127.0.0.3", "127.0.0.2"};
  };
  HttpClient client(several);
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(client.get("http://node.example:" + std::to_string(port())).error().code,
            ClientErrorCode::timeout);
  // The kernel alone would try for two minutes.
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(30));
  several.look_up = [](const std::string&) { return std::vector<std::string>{}; };
  EXPECT_EQ(HttpClient(several).get("http://node.example/").error().code,
            ClientErrorCode::unreachable);
}

TEST_F(HttpClientTest, RefusesToSplitItsOwnRequest) {
  start();
  HttpClient client;
  EXPECT_EQ(client.get(url("/hello"), {{"Authorization", "Bearer x\n"}}).error().code,
            ClientErrorCode::bad_request);
  EXPECT_EQ(client.get(url("/hello"), {{"A: b\r\nC", "d"}}).error().code,
            ClientErrorCode::bad_request);
  EXPECT_EQ(client.request("GET /", url("/hello")).error().code, ClientErrorCode::bad_request);
  EXPECT_EQ(server->counters().connections_accepted, 0u);
}

// A server that reads until an empty line, sends the bytes and closes.
class CannedServer {
 public:
  explicit CannedServer(std::string answer) {
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size);
    ::listen(listener_, 1);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, answer = std::move(answer)] {
      const int peer = ::accept(listener_, nullptr, nullptr);
      std::string read;
      char byte;
      while (!read.ends_with("\r\n\r\n") && ::recv(peer, &byte, 1, 0) == 1) read += byte;
      ::send(peer, answer.data(), answer.size(), MSG_NOSIGNAL);
      ::close(peer);
    });
  }
  ~CannedServer() {
    thread_.join();
    ::close(listener_);
  }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/"; }

 private:
  int listener_;
  std::uint16_t port_;
  std::thread thread_;
};

TEST(HttpClient, SaysWhenAnAnswerIsBroken) {
  const auto error_for = [](std::string answer) {
    CannedServer server(std::move(answer));
    const auto response = HttpClient().get(server.url());
    return response ? "none" : std::string(to_word(response.error().code));
  };
  EXPECT_EQ(error_for("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"), "bad_answer");
  EXPECT_EQ(error_for("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"),
            "bad_answer");
  EXPECT_EQ(error_for("SSH-2.0-OpenSSH_9.2\r\n"), "bad_answer");
  EXPECT_EQ(error_for("HTTP/1.1 002 OK\r\nContent-Length: 2\r\n\r\nok"), "bad_answer");
  EXPECT_EQ(error_for(""), "unreachable");
  EXPECT_EQ(error_for("HTTP/1.0 200 OK\r\n\r\nuntil the end"), "none");
}

}  // namespace
}  // namespace centime::api
