// What a server may answer the client, which the command line trusts with nothing: read at once and
// in pieces it is the same answer or the same error.
//
// Input: the bytes of the answer, behind one whose low bit asks with HEAD. They come over a real
// connection, since that is how the client reads. The input as a URL is tried too.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "api/http_client.h"
#include "tests/fuzz/fuzz_input.h"

using namespace centime;

namespace {

constexpr std::size_t body_bytes_max = 4096;

// Gives each connection the same bytes, in pieces, after it has read a request.
class Answerer {
 public:
  Answerer() {
    socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* any = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    crypto::check(::bind(socket_, any, size) == 0 && ::listen(socket_, 8) == 0 &&
                      ::getsockname(socket_, any, &size) == 0,
                  "a socket that listens");
    port_ = ntohs(address.sin_port);
    std::thread([this] { serve(); }).detach();  // As long as the process.
  }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/"; }

  void answer_with(std::string bytes, std::size_t piece) {
    const std::lock_guard lock(mutex_);
    bytes_ = std::move(bytes);
    piece_ = piece;
  }

 private:
  void serve() {
    while (true) {
      const int client = ::accept(socket_, nullptr, nullptr);
      if (client < 0) continue;
      const int on = 1;
      ::setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      read_request(client);
      send_answer(client);
      ::shutdown(client, SHUT_WR);
      std::array<char, 256> rest;
      while (::recv(client, rest.data(), rest.size(), 0) > 0) {
      }
      ::close(client);
    }
  }

  static void read_request(int client) {
    std::string request;
    std::array<char, 1024> some;
    while (request.find("\r\n\r\n") == std::string::npos) {
      const auto got = ::recv(client, some.data(), some.size(), 0);
      if (got <= 0) return;
      request.append(some.data(), static_cast<std::size_t>(got));
    }
  }

  void send_answer(int client) {
    std::string bytes;
    std::size_t piece = 0;
    {
      const std::lock_guard lock(mutex_);
      bytes = bytes_;
      piece = piece_;
    }
    for (std::size_t at = 0; at < bytes.size();) {
      const auto length = std::min(piece, bytes.size() - at);
      const auto sent = ::send(client, bytes.data() + at, length, MSG_NOSIGNAL);
      if (sent <= 0) return;
      at += static_cast<std::size_t>(sent);
    }
  }

  int socket_ = -1;
  std::uint16_t port_ = 0;
  std::mutex mutex_;
  std::string bytes_;
  std::size_t piece_ = 1;
};

struct Got {
  std::optional<api::ClientErrorCode> error;
  api::ClientResponse response;
};

Got ask(const std::string& url, std::string_view method) {
  api::HttpClient client({.connect_timeout = std::chrono::seconds(5),
                          .timeout = std::chrono::seconds(5),
                          .max_body = body_bytes_max});
  auto answer = client.request(method, url);
  if (!answer) {
    crypto::check(!answer.error().detail.empty(), "an error says what is wrong");
    crypto::check(answer.error().code != api::ClientErrorCode::timeout, "the server never waits");
    return {answer.error().code, {}};
  }
  return {std::nullopt, std::move(*answer)};
}

void check_url(std::string_view text) {
  const auto url = api::parse_http_url(text);
  if (!url) return;
  crypto::check(url->port > 0 && !url->host.empty() && url->target.starts_with('/'),
                "a URL has its parts");
  const auto again =
      api::parse_http_url((url->secure ? "https://" : "http://") + url->authority + url->target);
  crypto::check(
      again && again->host == url->host && again->port == url->port && again->target == url->target,
      "its parts make the same URL");
  for (const char c : url->authority + url->target)
    crypto::check(c > 0x20 && c < 0x7f, "nothing in it ends the request line");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Answerer& server = *new Answerer;
  if (size == 0) return 0;
  const std::string_view text = fuzz::text_of(data, size);
  check_url(text);
  const auto* method = (text[0] & 1) != 0 ? "HEAD" : "GET";
  const std::string bytes(text.substr(1));

  server.answer_with(bytes, bytes.size() + 1);
  const Got whole = ask(server.url(), method);
  server.answer_with(bytes, 7);
  const Got pieces = ask(server.url(), method);
  crypto::check(whole.error == pieces.error, "an error does not depend on how the bytes came");
  crypto::check(whole.response.status == pieces.response.status &&
                    whole.response.headers == pieces.response.headers &&
                    whole.response.body == pieces.response.body,
                "nor does the answer");
  if (whole.error) return 0;
  crypto::check(whole.response.status >= 100 && whole.response.status < 1000,
                "a status has three digits");
  crypto::check(whole.response.body.size() <= body_bytes_max, "a body keeps to its limit");
  for (const auto& [name, value] : whole.response.headers) {
    for (const char c : name)
      crypto::check(c > 0x20 && c < 0x7f && !(c >= 'A' && c <= 'Z'), "a field has a plain name");
    crypto::check(value.find_first_of("\r\n") == std::string::npos, "a field is one line");
  }
  return 0;
}
