#include "api/request_parser.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cctype>
#include <optional>

namespace centime::api {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;
using Parser = http::request_parser<http::string_body>;

std::unexpected<Response> bad_request(std::string_view detail) {
  return std::unexpected(problem(400, "bad_request", std::string(detail)));
}

std::unexpected<Response> too_large(unsigned status, std::string_view detail) {
  return std::unexpected(problem(status, "too_large", std::string(detail)));
}

std::unexpected<Response> body_too_large(std::size_t bytes_max) {
  return too_large(413, "The request's body is too large: at most " + std::to_string(bytes_max) +
                            " bytes are taken.");
}

std::unexpected<Response> bad_target(TargetError error) {
  const std::string code(to_word(error));
  switch (error) {
    case TargetError::bad_encoding:
      return std::unexpected(
          problem(400, code,
                  "The path or query is not percent-encoded UTF-8, or holds a control character or "
                  "a dot segment."));
    case TargetError::too_large:
      return too_large(431, "The path has too many segments or the query too many parameters.");
    case TargetError::bad_target:
      break;
  }
  return bad_request("The request target is not a path.");
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  return lower;
}

// What two readers of the same bytes could take for different requests: RFC 9112, 11.2.
std::optional<std::string_view> ambiguity(std::string_view head, const Parser& parser) {
  if (head.find("\r\n ") != std::string_view::npos || head.find("\r\n\t") != std::string_view::npos)
    return "A header line is folded.";
  const auto& fields = parser.get();
  const bool old = fields.version() < 11;
  const auto hosts = fields.count(http::field::host);
  if (hosts > 1 || (hosts == 0 && !old)) return "There must be one Host header.";
  const auto lengths = fields.count(http::field::content_length);
  if (lengths > 1 || fields[http::field::content_length].find(',') != std::string_view::npos)
    return "There is more than one Content-Length.";
  const auto codings = fields.count(http::field::transfer_encoding);
  if (codings == 0) return std::nullopt;
  if (codings > 1 || lengths > 0 || old ||
      lower_case(fields[http::field::transfer_encoding]) != "chunked")
    return "Transfer-Encoding can only be chunked, alone, without Content-Length.";
  return std::nullopt;
}

// True when `rest`, of which Beast wants more, holds the whole line of a chunk that is not the
// last: then its extensions are malformed. Beast 1.81 looks for their end past the line, and takes
// the chunk off the body's limit anew on each try.
bool malformed_chunk_line(std::string_view rest) {
  if (rest.starts_with("\r\n")) rest.remove_prefix(2);  // The end of the chunk before.
  if (rest.find("\r\n") == std::string_view::npos) return false;
  const auto digit = rest.find_first_not_of('0');
  return digit < rest.size() && std::isxdigit(static_cast<unsigned char>(rest[digit])) != 0;
}

}  // namespace

struct RequestParser::State {
  Parser parser;
  std::size_t body_bytes_max = 0;  // From limit_body().
};

RequestParser::RequestParser() : state_(std::make_unique<State>()) {}
RequestParser::~RequestParser() = default;

std::expected<void, Response> RequestParser::read_head(std::string_view head,
                                                       std::size_t fields_max, Request& request) {
  auto& parser = state_->parser;
  error_code error;
  parser.eager(false);
  parser.header_limit(static_cast<std::uint32_t>(head.size() + 1));
  parser.body_limit(boost::none);  // Each route has its own: limit_body().
  parser.put(asio::buffer(head), error);
  if (error || !parser.is_header_done())
    return bad_request("The request line or a header line is malformed.");
  if (const auto why = ambiguity(head, parser)) return bad_request(*why);

  const auto& message = parser.get();
  request.method = message.method_string();
  request.target = message.target();
  for (const auto& field : message) {
    if (request.headers.size() == fields_max)
      return too_large(431, "The request has too many header fields.");
    request.headers.emplace_back(lower_case(field.name_string()), field.value());
  }
  if (const auto accept = request.header("accept"))
    request.format = preferred_format(*accept).value_or(Format::json);

  auto target = parse_target(request.target);
  if (!target) return bad_target(target.error());
  if (request.target == "*" && request.method != "OPTIONS")
    return bad_target(TargetError::bad_target);
  request.path = std::move(target->path);
  request.segments = std::move(target->segments);
  request.query = std::move(target->query);
  return {};
}

bool RequestParser::http_1_0() const { return state_->parser.get().version() < 11; }

bool RequestParser::keep_alive() const { return state_->parser.keep_alive(); }

bool RequestParser::done() const { return state_->parser.is_done(); }

std::expected<void, Response> RequestParser::limit_body(std::size_t bytes_max) {
  auto& parser = state_->parser;
  // Beast checks the length while it reads the head, when the route was not known yet.
  if (parser.content_length().value_or(0) > bytes_max) return body_too_large(bytes_max);
  state_->body_bytes_max = bytes_max;
  parser.body_limit(bytes_max);
  parser.eager(true);
  return {};
}

std::expected<std::size_t, Response> RequestParser::read_body(std::string_view bytes) {
  auto& parser = state_->parser;
  std::size_t used = 0;
  while (!parser.is_done() && used < bytes.size()) {
    error_code error;
    used += parser.put(asio::buffer(bytes.substr(used)), error);
    if (error == http::error::need_more) {
      if (parser.chunked() && malformed_chunk_line(bytes.substr(used)))
        return bad_request("The request's body is malformed.");
      break;
    }
    if (error == http::error::body_limit) return body_too_large(state_->body_bytes_max);
    if (error) return bad_request("The request's body is malformed.");
  }
  return used;
}

std::size_t RequestParser::body_size() const { return state_->parser.get().body().size(); }

std::string RequestParser::take_body() { return std::move(state_->parser.get().body()); }

}  // namespace centime::api
