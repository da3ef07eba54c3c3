// A bare socket that speaks HTTP only as well as the test tells it to.
//
// Reads end after ten seconds, so that a server which hangs fails its test.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "api/http_message.h"

namespace centime::api {

struct RawResponse {
  unsigned status = 0;
  Fields headers;
  std::string body;
  bool whole = false;  // The body was there to its end.

  std::string header(std::string_view name) const {
    return std::string(find_field(headers, name).value_or(""));
  }
};

class RawClient {
 public:
  explicit RawClient(std::uint16_t port, int receive_buffer = 0) {
    socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
    if (receive_buffer > 0)
      ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    const timeval patience{10, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;
  ~RawClient() { ::close(socket_); }

  bool connected() const { return connected_; }

  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  void end_sending() { ::shutdown(socket_, SHUT_WR); }

  // Reads what is there, at least a byte; false at the end or after ten seconds.
  bool read_some() {
    char bytes[65536];
    const auto got = ::recv(socket_, bytes, sizeof bytes, 0);
    was_reset_ = got < 0 && errno == ECONNRESET;
    if (got <= 0) return false;
    received_.append(bytes, static_cast<std::size_t>(got));
    return true;
  }

  // Whether the last read failed because the server reset the connection.
  bool was_reset() const { return was_reset_; }

  std::string take_received() { return std::exchange(received_, {}); }

  // Everything until the server closes.
  std::string read_all() {
    while (read_some()) {
    }
    return std::exchange(received_, {});
  }

  // True when the server ends the connection without another byte.
  bool closed() { return received_.empty() && !read_some(); }

  // The next answer; nothing when the connection ends first. `head`: it has no body.
  std::optional<RawResponse> read(bool head = false) {
    std::size_t end;
    while ((end = received_.find("\r\n\r\n")) == std::string::npos)
      if (!read_some()) return std::nullopt;
    auto response = parse_head(received_.substr(0, end + 2));
    received_.erase(0, end + 4);
    if (head || response.status == 204 || response.status == 304 || response.status == 100)
      response.whole = true;
    else if (response.header("transfer-encoding") == "chunked")
      read_chunks(response);
    else if (const auto length = find_field(response.headers, "content-length"))
      response.whole = take(std::stoul(std::string(*length)), response.body);
    else
      response.body = read_all();
    return response;
  }

  // Throws when the connection ends before the answer, which fails the test.
  RawResponse ask(std::string_view bytes) {
    send(bytes);
    return answer();
  }

  // As read(), but throws too.
  RawResponse answer() {
    if (auto response = read()) return *std::move(response);
    throw std::runtime_error("no answer");
  }

  RawResponse get(std::string_view target, std::string_view fields = "") {
    return ask("GET " + std::string(target) + " HTTP/1.1\r\nHost: test\r\n" + std::string(fields) +
               "\r\n");
  }

 private:
  static RawResponse parse_head(std::string_view head) {
    RawResponse response;
    response.status = static_cast<unsigned>(std::stoul(std::string(head.substr(9, 3))));
    head.remove_prefix(head.find("\r\n") + 2);
    while (!head.empty()) {
      const auto end = head.find("\r\n"), colon = head.find(": ");
      response.headers.emplace_back(head.substr(0, colon), head.substr(colon + 2, end - colon - 2));
      head.remove_prefix(end + 2);
    }
    return response;
  }

  bool take(std::size_t bytes, std::string& into) {
    while (received_.size() < bytes)
      if (!read_some()) return false;
    into.append(received_, 0, bytes);
    received_.erase(0, bytes);
    return true;
  }

  void read_chunks(RawResponse& response) {
    for (;;) {
      std::size_t end;
      while ((end = received_.find("\r\n")) == std::string::npos)
        if (!read_some()) return;
      const auto size = std::stoul(received_.substr(0, end), nullptr, 16);
      received_.erase(0, end + 2);
      std::string line_end;
      if (!take(size, response.body) || !take(2, line_end)) return;
      response.whole = size == 0;
      if (response.whole) return;
    }
  }

  int socket_ = -1;
  bool connected_ = false;
  bool was_reset_ = false;
  std::string received_;
};

}  // namespace centime::api
