#include "api/http_client.h"

#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <charconv>

namespace centime::api {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

constexpr unsigned status_min = 100;
// Of the time to connect, for one of several addresses.
constexpr std::chrono::milliseconds address_share_min{1'000};

std::unexpected<ClientError> failure(ClientErrorCode code, std::string detail) {
  return std::unexpected(ClientError{code, std::move(detail)});
}

std::unexpected<ClientError> sent_failure(ClientErrorCode code, std::string detail) {
  return std::unexpected(ClientError{code, std::move(detail), true});
}

bool is_line(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; });
}

bool is_name(std::string_view text) {
  return !text.empty() &&
         std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f && c != ':'; });
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  return lower;
}

std::string request_bytes(std::string_view method, const HttpUrl& url, const Fields& headers,
                          std::string_view body) {
  std::string bytes(method);
  bytes += " " + url.target + " HTTP/1.1\r\nHost: " + url.authority + "\r\n";
  for (const auto& [name, value] : headers) bytes += name + ": " + value + "\r\n";
  if (!body.empty() || (method != "GET" && method != "HEAD"))
    bytes += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  bytes += "\r\n";
  bytes += body;
  return bytes;
}

}  // namespace

std::string_view to_word(ClientErrorCode code) {
  switch (code) {
    case ClientErrorCode::bad_url:
      return "bad_url";
    case ClientErrorCode::bad_request:
      return "bad_request";
    case ClientErrorCode::unreachable:
      return "unreachable";
    case ClientErrorCode::tls_failed:
      return "tls_failed";
    case ClientErrorCode::timeout:
      return "timeout";
    case ClientErrorCode::too_large:
      return "too_large";
    case ClientErrorCode::bad_answer:
      return "bad_answer";
  }
  return "bad_answer";
}

std::optional<std::string_view> ClientResponse::header(std::string_view name) const {
  return find_field(headers, name);
}

std::expected<HttpUrl, ClientError> parse_http_url(std::string_view text) {
  const auto parsed = boost::urls::parse_uri({text.data(), text.size()});
  if (!parsed)
    return failure(ClientErrorCode::bad_url,
                   "\"" + std::string(text) + "\" is not a URL such as http://127.0.0.1:8080");
  const auto& url = *parsed;
  HttpUrl result;
  result.secure = url.scheme_id() == boost::urls::scheme::https;
  if ((url.scheme_id() != boost::urls::scheme::http && !result.secure) ||
      url.encoded_host().empty())
    return failure(ClientErrorCode::bad_url,
                   "the URL must begin with http:// or https:// and name a host");
  if (url.has_userinfo())
    return failure(ClientErrorCode::bad_url, "a user name in the URL is not supported");
  const std::uint16_t usual_port = result.secure ? 443 : 80;
  result.port = usual_port;
  const std::string_view digits(url.port().data(), url.port().size());
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), result.port);
  if (!digits.empty() && (read.ec != std::errc{} || result.port == 0))
    return failure(ClientErrorCode::bad_url, "the URL's port is not between 1 and 65535");

  result.host = url.host_type() == boost::urls::host_type::ipv6 ? std::string(url.host_address())
                                                                : std::string(url.host());
  result.authority = std::string(url.encoded_host());
  if (result.port != usual_port) result.authority += ":" + std::to_string(result.port);
  result.target = std::string(url.encoded_target());
  if (!result.target.starts_with('/')) result.target.insert(0, "/");
  return result;
}

class HttpClient::Connection {
 public:
  explicit Connection(ClientOptions options) : options_(options) {}

  std::expected<ClientResponse, ClientError> request(std::string_view method, const HttpUrl& url,
                                                     const Fields& headers, std::string_view body);

 private:
  using Parser = http::response_parser<http::string_body>;
  using Endpoints = std::vector<asio::ip::tcp::endpoint>;
  using Plain = beast::tcp_stream;
  using Secured = beast::ssl_stream<beast::tcp_stream>;

  Plain& tcp() { return secured_ ? secured_->next_layer() : *plain_; }
  template <class Use>
  void with_stream(Use use) {
    if (secured_) return use(*secured_);
    use(*plain_);
  }
  bool open_to(const HttpUrl& url);
  void close();
  std::expected<void, ClientError> connect(const HttpUrl& url);
  Endpoints find_endpoints(const HttpUrl& url, error_code& error);
  error_code connect_to_one_of(const Endpoints& endpoints);
  std::expected<void, ClientError> secure(const HttpUrl& url);
  // The error of the exchange; the parser says how far it came.
  error_code exchange(std::string_view bytes, Parser& parser);
  void run();

  ClientOptions options_;
  asio::io_context context_;
  std::optional<asio::ssl::context> trust_;  // Since the first https:// request.
  std::optional<Plain> plain_;               // One of these, or none.
  std::optional<Secured> secured_;
  beast::flat_buffer buffer_;
  std::string authority_;  // That the stream is connected to.
};

// Blocks until the one operation that was begun is done; its deadline is the stream's.
void HttpClient::Connection::run() {
  context_.restart();
  context_.run();
}

void HttpClient::Connection::close() {
  secured_.reset();
  plain_.reset();
  buffer_.clear();
  authority_.clear();
}

// Whether the kept connection goes there and the server has not closed it meanwhile.
bool HttpClient::Connection::open_to(const HttpUrl& url) {
  if (authority_ != url.authority || secured_.has_value() != url.secure) return false;
  char byte = 0;
  const auto peeked = ::recv(tcp().socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return peeked < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

HttpClient::Connection::Endpoints HttpClient::Connection::find_endpoints(const HttpUrl& url,
                                                                         error_code& error) {
  Endpoints endpoints;
  if (options_.look_up) {
    for (const auto& address : options_.look_up(url.host))
      endpoints.emplace_back(asio::ip::make_address(address), url.port);
    return endpoints;
  }
  asio::ip::tcp::resolver resolver(context_);
  for (const auto& entry : resolver.resolve(url.host, std::to_string(url.port), error))
    endpoints.push_back(entry.endpoint());
  return endpoints;
}

// One after the other, each within its share of the time: one that swallows connections without a
// word leaves the rest to the others.
error_code HttpClient::Connection::connect_to_one_of(const Endpoints& endpoints) {
  using Clock = std::chrono::steady_clock;
  const auto deadline = Clock::now() + options_.connect_timeout;
  error_code error = asio::error::host_not_found;
  for (std::size_t tried = 0; tried < endpoints.size() && Clock::now() < deadline; ++tried) {
    const auto left = deadline - Clock::now();
    const auto share = left / static_cast<Clock::rep>(endpoints.size() - tried);
    tcp().expires_after(
        std::min<Clock::duration>(left, std::max<Clock::duration>(share, address_share_min)));
    tcp().async_connect(endpoints[tried], [&](error_code result) { error = result; });
    run();
    if (!error) break;
    tcp().close();
  }
  tcp().expires_at(deadline);
  return error;
}

std::expected<void, ClientError> HttpClient::Connection::connect(const HttpUrl& url) {
  close();
  error_code error;
  const auto endpoints = find_endpoints(url, error);
  if (error)
    return failure(ClientErrorCode::unreachable,
                   "cannot find the host \"" + url.host + "\": " + error.message());
  if (url.secure) {
    if (!trust_) {
      trust_.emplace(asio::ssl::context::tls_client);
      SSL_CTX_set_min_proto_version(trust_->native_handle(), TLS1_2_VERSION);
      trust_->set_default_verify_paths(error);
      trust_->set_verify_mode(asio::ssl::verify_peer);
    }
    secured_.emplace(context_, *trust_);
  } else {
    plain_.emplace(context_);
  }
  error = connect_to_one_of(endpoints);
  if (error == beast::error::timeout)
    return failure(ClientErrorCode::timeout, url.authority + " does not answer");
  if (error)
    return failure(ClientErrorCode::unreachable,
                   "cannot connect to " + url.authority + ": " + error.message());
  error_code ignored;
  (void)tcp().socket().set_option(asio::ip::tcp::no_delay(true), ignored);
  if (url.secure) {
    if (auto secured = secure(url); !secured) {
      close();
      return secured;
    }
  }
  authority_ = url.authority;
  return {};
}

// The handshake, within the time to connect.
std::expected<void, ClientError> HttpClient::Connection::secure(const HttpUrl& url) {
  SSL* session = secured_->native_handle();
  error_code is_name;
  asio::ip::make_address(url.host, is_name);
  if (is_name) SSL_set_tlsext_host_name(session, url.host.c_str());
  secured_->set_verify_callback(asio::ssl::host_name_verification(url.host));
  error_code error;
  secured_->async_handshake(asio::ssl::stream_base::client,
                            [&](error_code result) { error = result; });
  run();
  if (!error) return {};
  if (error == beast::error::timeout)
    return failure(ClientErrorCode::timeout, url.authority + " does not answer");
  const long verdict = SSL_get_verify_result(session);
  if (verdict == X509_V_OK)
    return failure(ClientErrorCode::tls_failed,
                   "no TLS with " + url.authority + ": " + error.message());
  return failure(ClientErrorCode::tls_failed,
                 "the certificate of " + url.authority +
                     " is not trusted: " + X509_verify_cert_error_string(verdict));
}

error_code HttpClient::Connection::exchange(std::string_view bytes, Parser& parser) {
  tcp().expires_after(options_.timeout);
  error_code error;
  const auto done = [&](error_code result, std::size_t) { error = result; };
  with_stream([&](auto& stream) { asio::async_write(stream, asio::buffer(bytes), done); });
  run();
  if (error == beast::error::timeout) return error;
  // A server that refuses a large body answers and closes before it read everything, so there may
  // be an answer after a failed write.
  const auto write_error = error;
  with_stream([&](auto& stream) { http::async_read(stream, buffer_, parser, done); });
  run();
  return error && !parser.got_some() && write_error ? write_error : error;
}

std::expected<ClientResponse, ClientError> HttpClient::Connection::request(std::string_view method,
                                                                           const HttpUrl& url,
                                                                           const Fields& headers,
                                                                           std::string_view body) {
  const auto bytes = request_bytes(method, url, headers, body);
  const bool safe = method == "GET" || method == "HEAD";
  std::optional<Parser> parser;
  error_code error;
  for (bool again = true; again;) {
    const bool reused = open_to(url);
    if (!reused)
      if (auto connected = connect(url); !connected) return std::unexpected(connected.error());
    parser.emplace();
    parser->body_limit(options_.max_body);
    if (method == "HEAD") parser->skip(true);
    error = exchange(bytes, *parser);
    again = error && error != beast::error::timeout && reused && safe && !parser->got_some();
    if (again) close();
  }
  if (error) {
    const bool begun = parser->got_some();
    close();
    if (error == beast::error::timeout)
      return sent_failure(ClientErrorCode::timeout, url.authority + " did not answer in time");
    if (error == http::error::body_limit)
      return sent_failure(
          ClientErrorCode::too_large,
          "the answer is larger than " + std::to_string(options_.max_body) + " bytes");
    if (!begun)
      return sent_failure(ClientErrorCode::unreachable,
                          url.authority + " closed the connection: " + error.message());
    return sent_failure(ClientErrorCode::bad_answer,
                        url.authority + " gave an answer that is broken: " + error.message());
  }
  ClientResponse response;
  auto& message = parser->get();
  response.status = message.result_int();
  if (response.status < status_min) {  // Three digits, but no HTTP status: RFC 9110, section 15.
    close();
    return sent_failure(
        ClientErrorCode::bad_answer,
        url.authority + " gave an answer with a status below 100, which HTTP does not have");
  }
  for (const auto& field : message)
    response.headers.emplace_back(lower_case(field.name_string()), field.value());
  response.body = std::move(message.body());
  if (!parser->keep_alive() || buffer_.size() > 0) close();
  return response;
}

HttpClient::HttpClient(ClientOptions options)
    : connection_(std::make_unique<Connection>(options)) {}
HttpClient::~HttpClient() = default;
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;

std::expected<ClientResponse, ClientError> HttpClient::request(std::string_view method,
                                                               std::string_view url,
                                                               const Fields& headers,
                                                               std::string_view body) {
  const auto fits = [](const auto& field) { return is_name(field.first) && is_line(field.second); };
  if (!is_name(method) || !std::ranges::all_of(headers, fits))
    return failure(ClientErrorCode::bad_request, "a header field holds a line break or a blank");
  const auto parsed = parse_http_url(url);
  if (!parsed) return std::unexpected(parsed.error());
  return connection_->request(method, *parsed, headers, body);
}

std::expected<ClientResponse, ClientError> HttpClient::get(std::string_view url,
                                                           const Fields& headers) {
  return request("GET", url, headers);
}

}  // namespace centime::api
