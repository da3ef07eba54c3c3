// A small blocking HTTP/1.1 client for the command line and the tests.
//
// One connection at a time, kept open between requests to the same host. Of an https:// server the
// certificate must be for the host and by an authority that this machine trusts (SSL_CERT_FILE
// names others). No redirects, no cookies, no proxy. Belongs to one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/http_message.h"

namespace centime::api {

enum class ClientErrorCode {
  bad_url,      // Not http[s]://host[:port]/path, or a user name in it.
  bad_request,  // A method or header field that cannot be sent, such as one with a line break.
  unreachable,  // No such host, refused, or cut before the answer began.
  tls_failed,   // No TLS, or a certificate that is not trusted or is another host's.
  timeout,
  too_large,   // The answer is larger than max_body.
  bad_answer,  // Not HTTP, a status that it has not, or cut in the middle.
};
std::string_view to_word(ClientErrorCode code);

struct ClientError {
  ClientErrorCode code;
  std::string detail;  // A sentence for people, with the URL's host.
  bool sent = false;   // The server may have the request, and have done what it asks for.
};

struct ClientResponse {
  unsigned status = 0;
  Fields headers;  // Names in lower case.
  std::string body;

  std::optional<std::string_view> header(std::string_view name) const;
};

struct ClientOptions {
  std::chrono::milliseconds connect_timeout{5'000};  // For all of a host's addresses together.
  std::chrono::milliseconds timeout{60'000};         // For one request and its whole answer.
  std::size_t max_body = 64 * 1024 * 1024;
  // The IP addresses of a host, best first, in place of what the system says.
  std::function<std::vector<std::string>(const std::string& host)> look_up = {};
};

// The parts of an http:// or https:// URL.
struct HttpUrl {
  bool secure = false;
  std::string host;         // Without brackets: "::1".
  std::uint16_t port = 80;  // 443 if secure.
  std::string target;       // Path and query, at least "/".
  std::string authority;    // For the Host header: "[::1]:8080".
};
std::expected<HttpUrl, ClientError> parse_http_url(std::string_view url);

class HttpClient {
 public:
  explicit HttpClient(ClientOptions options = {});
  ~HttpClient();
  HttpClient(HttpClient&&) noexcept;
  HttpClient& operator=(HttpClient&&) noexcept;

  // Any status is an answer, not an error. A GET or HEAD that fails on a connection kept open is
  // tried once more on a new one; nothing else is ever sent twice.
  std::expected<ClientResponse, ClientError> request(std::string_view method, std::string_view url,
                                                     const Fields& headers = {},
                                                     std::string_view body = {});
  std::expected<ClientResponse, ClientError> get(std::string_view url, const Fields& headers = {});

 private:
  class Connection;
  std::unique_ptr<Connection> connection_;
};

}  // namespace centime::api
